/* int16 frames times a window function. out may be in. */
#ifndef MOTE_TAPER_S16_H
#define MOTE_TAPER_S16_H

#include <stdint.h>

typedef struct {
    int32_t frames, window, depth;  /* depth values stand at each place of a window */
    const int16_t *taper;           /* [window], Q15 */
} mote_taper_s16_params;

void mote_taper_s16(int16_t *out, const int16_t *in, const mote_taper_s16_params *p);

#endif /* MOTE_TAPER_S16_H */
