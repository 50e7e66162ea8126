/* Decision trees over rows of int8_t features: sums of the leaves' values, int16_t. */
#ifndef MOTE_TREE_ENSEMBLE_S8_H
#define MOTE_TREE_ENSEMBLE_S8_H

#include <stdint.h>

typedef struct {
    int32_t rows, features, outputs, trees;
    int32_t skip_bits;            /* 0: wide nodes (tree_ensemble_walk.h) */
    const int16_t *words;
    const uint16_t *leaf_outputs; /* by leaf */
    const int16_t *leaf_values;
} mote_tree_ensemble_s8_params;

void mote_tree_ensemble_s8(int16_t *out, const int8_t *in, const mote_tree_ensemble_s8_params *p);

#endif /* MOTE_TREE_ENSEMBLE_S8_H */
