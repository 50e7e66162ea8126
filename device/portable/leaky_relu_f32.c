/* Plain C99 leaky ReLU in float32. */
#include "leaky_relu_f32.h"

void mote_leaky_relu_f32(float *out, const float *in, const mote_leaky_relu_f32_params *p) {
    for (int32_t i = 0; i < p->count; ++i) out[i] = in[i] > 0.0F ? in[i] : in[i] * p->alpha;
}
