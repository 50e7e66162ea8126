/* Decision trees over rows of float features: sums of the leaves' values. */
#ifndef MOTE_TREE_ENSEMBLE_F32_H
#define MOTE_TREE_ENSEMBLE_F32_H

#include <stdint.h>

typedef struct {
    int32_t rows, features, outputs, trees;
    int32_t skip_bits;            /* 0: wide nodes (tree_ensemble_walk.h); a threshold is two words, low half first */
    const int16_t *words;
    const uint16_t *leaf_outputs; /* by leaf */
    const float *leaf_values;
} mote_tree_ensemble_f32_params;

void mote_tree_ensemble_f32(float *out, const float *in, const mote_tree_ensemble_f32_params *p);

#endif /* MOTE_TREE_ENSEMBLE_F32_H */
