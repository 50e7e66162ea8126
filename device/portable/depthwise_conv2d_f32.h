/* Float32 depthwise convolution; sums run in the order of the reference. Activations are [n][h][w][c]. */
#ifndef MOTE_DEPTHWISE_CONV2D_F32_H
#define MOTE_DEPTHWISE_CONV2D_F32_H

#include <stdint.h>

typedef struct {
    int32_t batches;
    int32_t in_h, in_w, in_c;       /* elements */
    int32_t out_h, out_w;
    int32_t depth_multiplier;       /* filters per channel; output channel c * depth_multiplier + m */
    int32_t filter_h, filter_w;
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w;
    int32_t pad_top, pad_left;
    float act_min, act_max;         /* the fused activation */
    const float *weights;           /* [filter_h][filter_w][in_c * depth_multiplier] */
    const float *bias;              /* [in_c * depth_multiplier] */
} mote_depthwise_conv2d_f32_params;

void mote_depthwise_conv2d_f32(float *out, const float *in, const mote_depthwise_conv2d_f32_params *p);

#endif /* MOTE_DEPTHWISE_CONV2D_F32_H */
