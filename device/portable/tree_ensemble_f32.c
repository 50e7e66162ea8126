/* See tree_ensemble_walk.h. Floats are compared by their bits, turned so that they count upwards: no floating-point unit is
 * needed, and none is slowed by it. The packed thresholds are such bits already. Features must not be NaN. */
#include "tree_ensemble_f32.h"

#include <string.h>

static uint32_t counting(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (bits >> 31) != 0 ? ~bits : bits | 0x80000000u;
}

static uint32_t threshold(const int16_t *at) {
    return (uint16_t)at[0] | (uint32_t)(uint16_t)at[1] << 16;
}

static int32_t leaf_of(const int16_t *at, const float *x, int32_t skip_bits) {
    const int32_t mask = ((int32_t)1 << skip_bits) - 1;
    int32_t head;
    while ((head = *at) >= 0) {
        if (skip_bits != 0)
            at += counting(x[head >> skip_bits]) <= threshold(at + 1) ? 3 : (head & mask);
        else
            at += counting(x[head]) <= threshold(at + 2) ? 4 : (uint16_t)at[1];
    }
    return -1 - head;
}

void mote_tree_ensemble_f32(float *out, const float *in, const mote_tree_ensemble_f32_params *p) {
    for (int32_t n = 0; n < p->rows; ++n) {
        const int16_t *tree = p->words;
        for (int32_t o = 0; o < p->outputs; ++o) out[o] = 0.0f;
        for (int32_t t = 0; t < p->trees; ++t) {
            const int32_t leaf = leaf_of(tree + 1, in, p->skip_bits);
            out[p->leaf_outputs[leaf]] += p->leaf_values[leaf];
            tree += (uint16_t)*tree;
        }
        out += p->outputs;
        in += p->features;
    }
}
