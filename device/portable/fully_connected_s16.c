/* Plain C99 fully connected layer: four outputs at a time. */
#include "fully_connected_s16.h"

#include "mote_dot4.h"
#include "mote_math.h"

void mote_fully_connected_s16(int16_t *out, const int16_t *in, const mote_fully_connected_s16_params *p) {
    for (int32_t n = 0; n < p->rows; ++n) {
        const int8_t *w = p->weights;
        for (int32_t o = 0; o < p->outputs; o += 4, w += 4 * p->inputs) {
            int64_t sum[4] = {p->bias[o], p->bias[o + 1], p->bias[o + 2], p->bias[o + 3]};
            mote_dot4_s16(sum, in, w, p->inputs);
            for (int32_t k = 0; k < 4 && o + k < p->outputs; ++k) {
                const int32_t m = (o + k) * p->channel_step;
                out[o + k] = mote_requantize_s16(sum[k], p->multiplier[m], p->shift[m], p->single, p->act_min, p->act_max);
            }
        }
        in += p->inputs;
        out += p->outputs;
    }
}
