/* Energies in bands of int16 frames, frame by frame from the signal to int8 features, with scratch for one frame. */
#ifndef MOTE_BAND_POWERS_S16_H
#define MOTE_BAND_POWERS_S16_H

#include <stdint.h>

typedef struct {
    int32_t batches, samples;       /* samples: of one batch */
    int32_t window, stride, fft, frames, bands;
    int32_t mantissa, shift;        /* of 1 / scale of the output, mote_spectrum.h */
    int32_t out_zero;
    const int16_t *taper;           /* [window], Q15 */
    const int32_t *sine;            /* [3 fft / 4], Q31 */
    const uint16_t *edges;          /* [bands + 2] */
    const uint16_t *rise;           /* Q15 */
} mote_band_powers_s16_params;

/* scratch: fft int32. out [batches][frames][bands] */
void mote_band_powers_s16(int8_t *out, const int16_t *in, void *scratch, const mote_band_powers_s16_params *p);

#endif /* MOTE_BAND_POWERS_S16_H */
