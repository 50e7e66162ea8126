/* Plain C99 power_spectrum. A frame's outputs are written after all its samples were read. */
#include "power_spectrum_s16.h"

#include "mote_spectrum.h"

void mote_power_spectrum_s16(int8_t *out, const int16_t *in, void *scratch, const mote_power_spectrum_s16_params *p) {
    const mote_power_scale scale = {p->mantissa, p->shift, p->out_zero};
    int32_t *data = (int32_t *)scratch;
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t f = 0; f < p->frames; ++f) {
            const int32_t exponent = mote_spectrum(data, in + f * p->stride, p->window, p->fft, p->taper, p->sine);
            for (int32_t k = 0; k <= p->fft / 2; ++k)
                *out++ = mote_power_step(mote_spectrum_power(data, k, p->fft, exponent), exponent - 60, &scale);
        }
        in += p->samples;
    }
}
