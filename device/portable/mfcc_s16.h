/* mfcc of int16 samples: frame by frame from the signal to int8 features, with scratch for one frame. */
#ifndef MOTE_MFCC_S16_H
#define MOTE_MFCC_S16_H

#include <stdint.h>

typedef struct {
    int32_t batches, samples;       /* samples: of one batch */
    int32_t window, stride, fft, frames, bands, coefficients;
    int32_t floor, floor_shift;     /* mote_spectrum.h */
    int32_t multiplier, shift;      /* from log2 in Q16 to steps of the output */
    int32_t out_zero;
    const int16_t *taper;           /* [window], Q15 */
    const int32_t *sine;            /* [3 fft / 4], Q31 */
    const uint16_t *edges;          /* [bands + 2] */
    const uint16_t *rise;           /* Q15 */
    const uint16_t *log2;           /* [65] */
    const int16_t *cosines;         /* [coefficients][bands], Q15 */
} mote_mfcc_s16_params;

/* scratch: fft + bands int32. out [batches][frames][coefficients] */
void mote_mfcc_s16(int8_t *out, const int16_t *in, void *scratch, const mote_mfcc_s16_params *p);

#endif /* MOTE_MFCC_S16_H */
