/* Plain C99 fully connected layer: four outputs at a time, zero points folded into the bias. */
#include "fully_connected_s8w4.h"

#include "mote_dot4.h"
#include "mote_math.h"

void mote_fully_connected_s8w4(int8_t *out, const int8_t *in, const mote_fully_connected_s8w4_params *p) {
    for (int32_t n = 0; n < p->rows; ++n) {
        const uint8_t *w = p->weights;
        for (int32_t o = 0; o < p->outputs; o += 4, w += 2 * p->inputs) {
            int32_t sum[4] = {p->bias[o], p->bias[o + 1], p->bias[o + 2], p->bias[o + 3]};
            mote_dot4_s8w4(sum, in, w, p->inputs);
            for (int32_t k = 0; k < 4 && o + k < p->outputs; ++k) {
                const int32_t m = (o + k) * p->channel_step;
                out[o + k] = mote_requantize(sum[k], p->multiplier[m], p->shift[m], p->out_zero, p->act_min, p->act_max);
            }
        }
        in += p->inputs;
        out += p->outputs;
    }
}
