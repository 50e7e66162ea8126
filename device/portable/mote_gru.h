/* One step of gated recurrent units on an int16 state, unit by unit, for gates of any type (src/ops/gru.cpp says what is
 * computed). */
#ifndef MOTE_GRU_H
#define MOTE_GRU_H

#include "mote_math.h"

typedef struct {
    int32_t batches, steps, units;  /* units <= 512 */
    int32_t sequence;               /* 1: every state is given, 0: the last of each batch */
    int32_t gate_zero, gate_multiplier, gate_shift;  /* from the gates to 2^-12 */
    const int8_t *weights;          /* [3 * units][units]: rows of reset, update, candidate */
    const int32_t *multiplier;      /* a row: from weights * 2^-15 to 2^-12 */
    const int8_t *shift;
    const uint16_t *table;          /* 257 points of the sigmoid over [0, 16], in 2^-15 */
} mote_gru_params;

/* What a step works on, [units] each. */
typedef struct {
    int16_t *h, *reset;
    uint16_t *update;
} mote_gru_state;

static inline mote_gru_state mote_gru_begin(void *scratch, int32_t units) {
    mote_gru_state s;
    s.h = (int16_t *)scratch;
    s.reset = s.h + units;
    s.update = (uint16_t *)(s.reset + units);
    return s;
}

/* The sigmoid, 0..32768, of a sum in steps of 2^-12. */
static inline int32_t mote_gru_sigmoid(int32_t sum, const uint16_t *table) {
    const int32_t all = sum < 0 ? -sum : sum, size = all < 65535 ? all : 65535;
    const uint16_t *at = table + (size >> 8);
    const int32_t value = at[0] + (((at[1] - at[0]) * (size & 255) + 128) >> 8);
    return sum < 0 ? 32768 - value : value;
}

/* A gate's sum: what the input gives, and a row of weights times x. */
static inline int32_t mote_gru_sum(int32_t gate, int32_t row, const int16_t *x, const mote_gru_params *p) {
    const int8_t *w = p->weights + row * p->units;
    int32_t products = 0;
    for (int32_t k = 0; k < p->units; ++k) products += w[k] * x[k];
    return mote_scale(gate - p->gate_zero, p->gate_multiplier, p->gate_shift) + mote_scale(products, p->multiplier[row], p->shift[row]);
}

/* round(x / 2^15), halves up. */
static inline int32_t mote_gru_round(int32_t x) {
    return mote_shift_right(x + (1 << 14), 15);
}

static inline void mote_gru_gates(int32_t j, int32_t reset, int32_t update, mote_gru_state s, const mote_gru_params *p) {
    const int32_t r = mote_gru_sigmoid(mote_gru_sum(reset, j, s.h, p), p->table);
    s.reset[j] = (int16_t)mote_gru_round(r * s.h[j]);
    s.update[j] = (uint16_t)mote_gru_sigmoid(mote_gru_sum(update, p->units + j, s.h, p), p->table);
}

static inline void mote_gru_update(int32_t j, int32_t candidate, mote_gru_state s, const mote_gru_params *p) {
    const int32_t sum = mote_gru_sum(candidate, 2 * p->units + j, s.reset, p), z = s.update[j];
    const int32_t n = 2 * mote_gru_sigmoid(2 * sum, p->table) - 32768;
    s.h[j] = (int16_t)mote_clamp(mote_gru_round((32768 - z) * n + z * s.h[j]), -32767, 32767);
}

#endif /* MOTE_GRU_H */
