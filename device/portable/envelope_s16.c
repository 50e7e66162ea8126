/* Plain C99 envelope. */
#include "envelope_s16.h"

void mote_envelope_s16(int16_t *out, const int16_t *in, const mote_envelope_s16_params *p) {
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t f = 0; f < p->frames; ++f) {
            const int16_t *x = in + f * p->stride;
            int32_t sum = p->window / 2;
            for (int32_t i = 0; i < p->window; ++i) sum += x[i] < 0 ? -x[i] : x[i];
            sum /= p->window;
            *out++ = (int16_t)(sum > 32767 ? 32767 : sum);
        }
        in += p->samples;
    }
}
