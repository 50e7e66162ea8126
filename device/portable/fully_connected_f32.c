/* Plain C99 fully connected layer in float32: four outputs at a time. */
#include "fully_connected_f32.h"

#include "mote_dot4.h"
#include "mote_math.h"

void mote_fully_connected_f32(float *out, const float *in, const mote_fully_connected_f32_params *p) {
    for (int32_t n = 0; n < p->rows; ++n) {
        const float *w = p->weights;
        for (int32_t o = 0; o < p->outputs; o += 4, w += 4 * p->inputs) {
            float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
            mote_dot4_f32(sum, in, w, p->inputs);
            for (int32_t k = 0; k < 4 && o + k < p->outputs; ++k)
                out[o + k] = mote_clamp_real(sum[k] + p->bias[o + k], p->act_min, p->act_max);
        }
        in += p->inputs;
        out += p->outputs;
    }
}
