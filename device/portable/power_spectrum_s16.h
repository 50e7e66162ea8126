/* Powers of the bins of int16 frames, frame by frame from the signal to int8 features, with scratch for one frame. */
#ifndef MOTE_POWER_SPECTRUM_S16_H
#define MOTE_POWER_SPECTRUM_S16_H

#include <stdint.h>

typedef struct {
    int32_t batches, samples;       /* samples: of one batch */
    int32_t window, stride, fft, frames;
    int32_t mantissa, shift;        /* of 1 / scale of the output, mote_spectrum.h */
    int32_t out_zero;
    const int16_t *taper;           /* [window], Q15 */
    const int32_t *sine;            /* [3 fft / 4], Q31 */
} mote_power_spectrum_s16_params;

/* scratch: fft int32. out [batches][frames][fft / 2 + 1] */
void mote_power_spectrum_s16(int8_t *out, const int16_t *in, void *scratch, const mote_power_spectrum_s16_params *p);

#endif /* MOTE_POWER_SPECTRUM_S16_H */
