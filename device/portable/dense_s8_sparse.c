/* Plain C99 sparse dense layer: a weight is read once for two rows, inputs are found by walking. */
#include "dense_s8_sparse.h"

#include "mote_math.h"

static inline int8_t finish(const mote_dense_s8_sparse_params *p, int32_t o, int32_t sum) {
    const int32_t m = o * p->channel_step;
    return mote_requantize(sum, p->multiplier[m], p->shift[m], p->out_zero, p->act_min, p->act_max);
}

void mote_dense_s8_sparse(int8_t *out, const int8_t *in, const mote_dense_s8_sparse_params *p) {
    const int32_t inputs = p->inputs, outputs = p->outputs;
    int32_t row = 0;
    for (; row + 2 <= p->rows; row += 2, in += 2 * inputs, out += 2 * outputs) {
        const int8_t *pair = p->pairs;
        for (int32_t o = 0; o < outputs; ++o) {
            int32_t sum = p->bias[o], below = sum;
            const int8_t *x = in;
            for (int32_t n = p->counts[o]; n > 0; --n, pair += 2) {
                x += (uint8_t)pair[0];
                sum += pair[1] * x[0];
                below += pair[1] * x[inputs];
            }
            out[o] = finish(p, o, sum);
            out[outputs + o] = finish(p, o, below);
        }
    }
    if (row < p->rows) {
        const int8_t *pair = p->pairs;
        for (int32_t o = 0; o < outputs; ++o) {
            int32_t sum = p->bias[o];
            const int8_t *x = in;
            for (int32_t n = p->counts[o]; n > 0; --n, pair += 2) {
                x += (uint8_t)pair[0];
                sum += pair[1] * x[0];
            }
            out[o] = finish(p, o, sum);
        }
    }
}
