/* Int8 transposed convolution, bit-exact with TensorFlow Lite Micro. Activations are [n][h][w][c]; input pixel
 * (y, x) adds to the outputs from (y * stride_h - pad_top, x * stride_w - pad_left) on. */
#ifndef MOTE_TRANSPOSE_CONV_S8_H
#define MOTE_TRANSPOSE_CONV_S8_H

#include <stdint.h>

typedef struct {
    int32_t batches;
    int32_t in_h, in_w, in_c;       /* elements */
    int32_t out_h, out_w, out_c;
    int32_t filter_h, filter_w;
    int32_t stride_h, stride_w;
    int32_t pad_top, pad_left;
    int32_t in_zero, out_zero;      /* zero points, -128..127 */
    int32_t act_min, act_max;       /* the fused activation, within -128..127 */
    int32_t channel_step;           /* 1: one multiplier per output channel; 0: one for all */
    const int8_t *weights;          /* [out_c][filter_h][filter_w][in_c] */
    const int32_t *bias;            /* [out_c] */
    const int32_t *multiplier;      /* Q0.31, >= 0 */
    const int8_t *shift;            /* -31..30, > 0: left */
} mote_transpose_conv_s8_params;

void mote_transpose_conv_s8(int8_t *out, const int8_t *in, const mote_transpose_conv_s8_params *p);

#endif /* MOTE_TRANSPOSE_CONV_S8_H */
