/* Plain C99 band_powers. A frame's outputs are written after all its samples were read. */
#include "band_powers_s16.h"

#include "mote_spectrum.h"

void mote_band_powers_s16(int8_t *out, const int16_t *in, void *scratch, const mote_band_powers_s16_params *p) {
    const mote_power_scale scale = {p->mantissa, p->shift, p->out_zero};
    int32_t *data = (int32_t *)scratch;
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t f = 0; f < p->frames; ++f) {
            const int32_t exponent = mote_spectrum(data, in + f * p->stride, p->window, p->fft, p->taper, p->sine);
            mote_bands at = {exponent, p->fft, data, p->edges, p->rise, 0};
            mote_next_band(&at);
            for (int32_t b = 0; b < p->bands; ++b) *out++ = mote_energy_step(mote_next_band(&at), exponent - 75, &scale);
        }
        in += p->samples;
    }
}
