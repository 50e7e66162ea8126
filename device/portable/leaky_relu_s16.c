/* Plain C99 leaky ReLU of int16. */
#include "leaky_relu_s16.h"

#include "mote_math.h"

void mote_leaky_relu_s16(int16_t *out, const int16_t *in, const mote_leaky_relu_s16_params *p) {
    for (int32_t i = 0; i < p->count; ++i) {
        const int32_t v = in[i];
        const int32_t scaled = v >= 0 ? mote_scale(v, p->positive_multiplier, p->positive_shift)
                                      : mote_scale(v, p->negative_multiplier, p->negative_shift);
        out[i] = (int16_t)mote_clamp(scaled, -32768, 32767);
    }
}
