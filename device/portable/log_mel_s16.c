/* Plain C99 log_mel. A frame's outputs are written after all its samples were read. */
#include "log_mel_s16.h"

#include "mote_math.h"
#include "mote_spectrum.h"

void mote_log_mel_s16(int8_t *out, const int16_t *in, void *scratch, const mote_log_mel_s16_params *p) {
    const mote_mel mel = {p->bands, p->fft, p->edges, p->rise, p->log2, p->floor, p->floor_shift};
    int32_t *data = (int32_t *)scratch;
    int32_t *energies = data + p->fft;
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t f = 0; f < p->frames; ++f) {
            const int32_t exponent = mote_spectrum(data, in + f * p->stride, p->window, p->fft, p->taper, p->sine);
            mote_log_mel(energies, data, exponent, &mel);
            for (int32_t b = 0; b < p->bands; ++b)
                *out++ = mote_requantize(energies[b], p->multiplier, p->shift, p->out_zero, -128, 127);
        }
        in += p->samples;
    }
}
