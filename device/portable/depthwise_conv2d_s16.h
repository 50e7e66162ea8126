/* Depthwise convolution of int16 activations with int8 weights (16x8), any number of filters per channel; bit-exact with
 * TensorFlow Lite Micro. Activations are [n][h][w][c]. */
#ifndef MOTE_DEPTHWISE_CONV2D_S16_H
#define MOTE_DEPTHWISE_CONV2D_S16_H

#include <stdint.h>

typedef struct {
    int32_t batches;
    int32_t in_h, in_w, in_c;       /* elements */
    int32_t out_h, out_w;
    int32_t depth_multiplier;       /* filters per channel; output channel c * depth_multiplier + m */
    int32_t filter_h, filter_w;
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w;
    int32_t pad_top, pad_left;      /* padding stands for 0 */
    int32_t act_min, act_max;       /* the fused activation, within -32768..32767 */
    int32_t channel_step;           /* 1: one multiplier per output channel; 0: one for all */
    const int8_t *weights;          /* [filter_h][filter_w][in_c * depth_multiplier] */
    const int64_t *bias;            /* [in_c * depth_multiplier] */
    int32_t single;                 /* the rounding, as multiplier and shift: mote_requantize_s16 of mote_math.h */
    const int32_t *multiplier;
    const int8_t *shift;
} mote_depthwise_conv2d_s16_params;

void mote_depthwise_conv2d_s16(int16_t *out, const int16_t *in, const mote_depthwise_conv2d_s16_params *p);

#endif /* MOTE_DEPTHWISE_CONV2D_S16_H */
