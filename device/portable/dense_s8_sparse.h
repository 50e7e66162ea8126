/* Int8 fully connected layer or 1x1 convolution most of whose weights are zero: only the others are stored, each with its distance
 * from the one before; bit-exact with TensorFlow Lite Micro. */
#ifndef MOTE_DENSE_S8_SPARSE_H
#define MOTE_DENSE_S8_SPARSE_H

#include <stdint.h>

typedef struct {
    int32_t rows, inputs, outputs;  /* in is [rows][inputs], out [rows][outputs]; rows are pixels of a convolution */
    int32_t out_zero;               /* zero point, -128..127 */
    int32_t act_min, act_max;       /* the fused activation, within -128..127 */
    int32_t channel_step;           /* 1: one multiplier per output; 0: one for all */
    const uint16_t *counts;         /* [outputs]: pairs of each */
    const int8_t *pairs;            /* output after output: how many inputs further (0..255, as a byte without sign), weight */
    const int32_t *bias;            /* [outputs rounded up to 4], with - (input's zero point) * (sum of weights) added */
    const int32_t *multiplier;      /* Q0.31, >= 0 */
    const int8_t *shift;            /* -31..30, > 0: left */
} mote_dense_s8_sparse_params;

void mote_dense_s8_sparse(int8_t *out, const int8_t *in, const mote_dense_s8_sparse_params *p);

#endif /* MOTE_DENSE_S8_SPARSE_H */
