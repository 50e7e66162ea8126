/* See tree_ensemble_walk.h. Nothing is rounded, and no sum overflows. */
#include "tree_ensemble_s16.h"

#include "tree_ensemble_walk.h"

void mote_tree_ensemble_s16(int16_t *out, const int16_t *in, const mote_tree_ensemble_s16_params *p) {
    for (int32_t n = 0; n < p->rows; ++n) {
        const int16_t *tree = p->words;
        for (int32_t o = 0; o < p->outputs; ++o) out[o] = 0;
        for (int32_t t = 0; t < p->trees; ++t) {
            const int16_t *at = tree + 1;
            int32_t leaf;
            MOTE_WALK_TREE(leaf, at, in, p->skip_bits);
            int16_t *const sum = out + p->leaf_outputs[leaf];
            *sum = (int16_t)(*sum + p->leaf_values[leaf]);
            tree += (uint16_t)*tree;
        }
        out += p->outputs;
        in += p->features;
    }
}
