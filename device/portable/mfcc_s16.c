/* Plain C99 mfcc. A frame's outputs are written after all its samples were read. */
#include "mfcc_s16.h"

#include "mote_math.h"
#include "mote_spectrum.h"

void mote_mfcc_s16(int8_t *out, const int16_t *in, void *scratch, const mote_mfcc_s16_params *p) {
    const mote_mel mel = {p->bands, p->fft, p->edges, p->rise, p->log2, p->floor, p->floor_shift};
    int32_t *data = (int32_t *)scratch;
    int32_t *logs = data + p->fft;
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t f = 0; f < p->frames; ++f) {
            const int32_t exponent = mote_spectrum(data, in + f * p->stride, p->window, p->fft, p->taper, p->sine);
            const int16_t *cosine = p->cosines;
            mote_log_mel(logs, data, exponent, &mel);
            for (int32_t k = 0; k < p->coefficients; ++k) {
                int64_t sum = 1 << 14;
                for (int32_t m = 0; m < p->bands; ++m) sum += (int64_t)logs[m] * *cosine++;
                sum = sum >= 0 ? sum >> 15 : ~(~sum >> 15);
                *out++ = mote_requantize((int32_t)sum, p->multiplier, p->shift, p->out_zero, -128, 127);
            }
        }
        in += p->samples;
    }
}
