/* Spectra of int16 frames, rounded to int16. */
#ifndef MOTE_RFFT_S16_H
#define MOTE_RFFT_S16_H

#include <stdint.h>

typedef struct {
    int32_t frames, window, fft;    /* window <= fft, a power of two of at least 16 */
    const int32_t *sine;            /* [3 fft / 4], Q31 */
} mote_rfft_s16_params;

/* scratch: fft int32. out [frames][fft / 2 + 1][2]: real and imaginary part of X / fft */
void mote_rfft_s16(int16_t *out, const int16_t *in, void *scratch, const mote_rfft_s16_params *p);

#endif /* MOTE_RFFT_S16_H */
