/* Plain C99 clamp. */
#include "clamp_f32.h"

#include "mote_math.h"

void mote_clamp_f32(float *out, const float *in, const mote_clamp_f32_params *p) {
    for (int32_t i = 0; i < p->count; ++i) out[i] = mote_clamp_real(in[i], p->act_min, p->act_max);
}
