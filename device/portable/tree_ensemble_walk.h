/* Decision trees, packed. A tree is a word that holds the words to the next tree, then its nodes depth first, the child for
 * "not above the threshold" straight behind its parent. A node: feature << skip_bits | words to the other child, then the
 * threshold; or, where that does not fit (skip_bits 0): feature, words to the other child, threshold. A leaf is one word,
 * -1 - its index. */
#ifndef MOTE_TREE_ENSEMBLE_WALK_H
#define MOTE_TREE_ENSEMBLE_WALK_H

#include <stdint.h>

/* The leaf that a row of integers (int8 or int16, `x`) reaches. Both loops are the same but for where a node holds what. */
#define MOTE_WALK_TREE(leaf, at, x, skip_bits)                                              \
    do {                                                                                    \
        int32_t head;                                                                       \
        if ((skip_bits) != 0) {                                                             \
            const int32_t mask = ((int32_t)1 << (skip_bits)) - 1;                           \
            while ((head = *(at)) >= 0)                                                     \
                (at) += (x)[head >> (skip_bits)] <= (at)[1] ? 2 : (head & mask);            \
        } else {                                                                            \
            while ((head = *(at)) >= 0) (at) += (x)[head] <= (at)[2] ? 3 : (uint16_t)(at)[1]; \
        }                                                                                   \
        (leaf) = -1 - head;                                                                 \
    } while (0)

#endif /* MOTE_TREE_ENSEMBLE_WALK_H */
