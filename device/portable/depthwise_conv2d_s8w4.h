/* Int8 depthwise convolution with weights of four bits, one filter per channel, bit-exact with TensorFlow Lite Micro.
 * Activations are [n][h][w][c]. */
#ifndef MOTE_DEPTHWISE_CONV2D_S8W4_H
#define MOTE_DEPTHWISE_CONV2D_S8W4_H

#include <stdint.h>

typedef struct {
    int32_t batches;
    int32_t in_h, in_w, channels;   /* elements; as many output as input channels */
    int32_t out_h, out_w;
    int32_t filter_h, filter_w;
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w;
    int32_t pad_top, pad_left;      /* padding stands for in_zero */
    int32_t in_zero, out_zero;      /* zero points, -128..127 */
    int32_t act_min, act_max;       /* the fused activation, within -128..127 */
    int32_t channel_step;           /* 1: one multiplier per channel; 0: one for all */
    const uint8_t *weights;         /* [channels / 4 rounded up][filter_h][filter_w][2], as mote_dot4.h has them */
    const int32_t *bias;            /* [channels rounded up to 4], with - in_zero * (sum of the channel's weights) added */
    const int32_t *multiplier;      /* Q0.31, >= 0 */
    const int8_t *shift;            /* -31..30, > 0: left */
} mote_depthwise_conv2d_s8w4_params;

void mote_depthwise_conv2d_s8w4(int8_t *out, const int8_t *in, const mote_depthwise_conv2d_s8w4_params *p);

#endif /* MOTE_DEPTHWISE_CONV2D_S8W4_H */
