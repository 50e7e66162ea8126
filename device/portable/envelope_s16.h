/* Mean of |x| over windows of int16 samples. */
#ifndef MOTE_ENVELOPE_S16_H
#define MOTE_ENVELOPE_S16_H

#include <stdint.h>

typedef struct {
    int32_t batches, samples, window, stride, frames; /* window <= 4096 */
} mote_envelope_s16_params;

void mote_envelope_s16(int16_t *out, const int16_t *in, const mote_envelope_s16_params *p);

#endif /* MOTE_ENVELOPE_S16_H */
