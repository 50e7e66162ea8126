/* Transposed convolution of int16 by int8 weights, bit-exact with TensorFlow Lite Micro. Activations are [n][h][w][c]; input pixel
 * (y, x) adds to the outputs from (y * stride_h - pad_top, x * stride_w - pad_left) on. */
#ifndef MOTE_TRANSPOSE_CONV_S16_H
#define MOTE_TRANSPOSE_CONV_S16_H

#include <stdint.h>

typedef struct {
    int32_t batches;
    int32_t in_h, in_w, in_c;       /* elements */
    int32_t out_h, out_w, out_c;
    int32_t filter_h, filter_w;
    int32_t stride_h, stride_w;
    int32_t pad_top, pad_left;
    int32_t act_min, act_max;       /* the fused activation, within -32768..32767 */
    int32_t single;                 /* 1: sums are wide, see mote_requantize_s16 */
    int32_t channel_step;           /* 1: one multiplier per output channel; 0: one for all */
    const int8_t *weights;          /* [out_c][filter_h][filter_w][in_c] */
    const int64_t *bias;            /* [out_c] */
    const int32_t *multiplier;      /* Q0.15 */
    const int8_t *shift;            /* right shifts, 8..46 */
} mote_transpose_conv_s16_params;

void mote_transpose_conv_s16(int16_t *out, const int16_t *in, const mote_transpose_conv_s16_params *p);

#endif /* MOTE_TRANSPOSE_CONV_S16_H */
