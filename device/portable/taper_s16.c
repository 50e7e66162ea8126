/* Plain C99 taper. */
#include "taper_s16.h"

#include "mote_math.h"

void mote_taper_s16(int16_t *out, const int16_t *in, const mote_taper_s16_params *p) {
    for (int32_t f = 0; f < p->frames; ++f) {
        for (int32_t i = 0; i < p->window; ++i) {
            for (int32_t d = 0; d < p->depth; ++d) *out++ = (int16_t)mote_shift_right(*in++ * p->taper[i] + 16384, 15);
        }
    }
}
