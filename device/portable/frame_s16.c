/* Plain C99 framing. */
#include "frame_s16.h"

#include "mote_math.h"

void mote_frame_s16(int16_t *out, const int16_t *in, const mote_frame_s16_params *p) {
    for (int32_t n = 0; n < p->batches; ++n) {
        for (int32_t f = 0; f < p->frames; ++f) {
            const int16_t *x = in + f * p->stride;
            for (int32_t i = 0; i < p->window; ++i)
                *out++ = p->tapered != 0 ? (int16_t)mote_shift_right(x[i] * p->taper[i] + 16384, 15) : x[i];
        }
        in += p->samples;
    }
}
