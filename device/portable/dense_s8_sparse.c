/* Plain C99 sparse dense layer: a weight is read once for two rows, inputs are found by walking; four pairs a turn. */
#include "dense_s8_sparse.h"

#include "mote_math.h"

static inline int8_t finish(const mote_dense_s8_sparse_params *p, int32_t o, int32_t sum) {
    const int32_t m = o * p->channel_step;
    return mote_requantize(sum, p->multiplier[m], p->shift[m], p->out_zero, p->act_min, p->act_max);
}

/* Pair i of those at `pair`: on to its input, its product added. */
#define STEP(i)                           \
    do {                                  \
        x += (uint8_t)pair[2 * (i)];      \
        sum += pair[2 * (i) + 1] * x[0];  \
    } while (0)
#define STEP2(i)                              \
    do {                                      \
        STEP(i);                              \
        below += pair[2 * (i) + 1] * x[inputs]; \
    } while (0)

static void one_row(int8_t *out, const int8_t *in, const mote_dense_s8_sparse_params *p) {
    const int8_t *pair = p->pairs;
    for (int32_t o = 0; o < p->outputs; ++o) {
        const int8_t *x = in;
        int32_t sum = p->bias[o], n = p->counts[o];
        for (; n >= 4; n -= 4, pair += 8) {
            STEP(0);
            STEP(1);
            STEP(2);
            STEP(3);
        }
        for (; n > 0; --n, pair += 2) STEP(0);
        out[o] = finish(p, o, sum);
    }
}

static void two_rows(int8_t *out, const int8_t *in, const mote_dense_s8_sparse_params *p) {
    const int32_t inputs = p->inputs, outputs = p->outputs;
    const int8_t *pair = p->pairs;
    for (int32_t o = 0; o < outputs; ++o) {
        const int8_t *x = in;
        int32_t sum = p->bias[o], below = sum, n = p->counts[o];
        for (; n >= 4; n -= 4, pair += 8) {
            STEP2(0);
            STEP2(1);
            STEP2(2);
            STEP2(3);
        }
        for (; n > 0; --n, pair += 2) STEP2(0);
        out[o] = finish(p, o, sum);
        out[outputs + o] = finish(p, o, below);
    }
}

void mote_dense_s8_sparse(int8_t *out, const int8_t *in, const mote_dense_s8_sparse_params *p) {
    int32_t row = 0;
    for (; row + 2 <= p->rows; row += 2, in += 2 * p->inputs, out += 2 * p->outputs) two_rows(out, in, p);
    if (row < p->rows) one_row(out, in, p);
}
