/* A second-order filter from rest over each batch of int16 samples. out may be in. */
#ifndef MOTE_BIQUAD_S16_H
#define MOTE_BIQUAD_S16_H

#include <stdint.h>

typedef struct {
    int32_t batches, samples;
    int32_t b0, b1, b2, a1, a2;     /* Q29; y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y'' */
} mote_biquad_s16_params;

void mote_biquad_s16(int16_t *out, const int16_t *in, const mote_biquad_s16_params *p);

#endif /* MOTE_BIQUAD_S16_H */
