/* Plain C99 rfft. */
#include "rfft_s16.h"

#include "mote_math.h"
#include "mote_spectrum.h"

static int16_t rounded(int32_t v) {
    const int32_t x = mote_shift_right(mote_shift_right(v, 14) + 1, 1);
    return (int16_t)(x > 32767 ? 32767 : x);
}

void mote_rfft_s16(int16_t *out, const int16_t *in, void *scratch, const mote_rfft_s16_params *p) {
    int32_t *data = (int32_t *)scratch;
    for (int32_t f = 0; f < p->frames; ++f) {
        mote_spectrum(data, in, p->window, p->fft, 0, p->sine);
        *out++ = rounded(data[0]);
        *out++ = 0;
        for (int32_t i = 2; i < p->fft; ++i) *out++ = rounded(data[i]);
        *out++ = rounded(data[1]);
        *out++ = 0;
        in += p->window;
    }
}
