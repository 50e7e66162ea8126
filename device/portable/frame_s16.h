/* Windows of an int16 signal, one after the other, tapered if asked for. */
#ifndef MOTE_FRAME_S16_H
#define MOTE_FRAME_S16_H

#include <stdint.h>

typedef struct {
    int32_t batches, samples, window, stride, frames;
    int32_t tapered;                /* 0, 1 */
    const int16_t *taper;           /* [window], Q15 */
} mote_frame_s16_params;

void mote_frame_s16(int16_t *out, const int16_t *in, const mote_frame_s16_params *p);

#endif /* MOTE_FRAME_S16_H */
