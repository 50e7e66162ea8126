/* Float32 convolution; sums run in the order of the reference (rows, columns, channels, then bias). Activations are [n][h][w][c]. */
#ifndef MOTE_CONV2D_F32_H
#define MOTE_CONV2D_F32_H

#include <stdint.h>

typedef struct {
    int32_t batches;
    int32_t in_h, in_w, in_c;       /* elements */
    int32_t out_h, out_w, out_c;
    int32_t filter_h, filter_w;
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w;
    int32_t pad_top, pad_left;
    float act_min, act_max;         /* the fused activation */
    const float *weights;           /* [out_c / 4 rounded up][filter_h][filter_w][in_c][4], absent channels 0 */
    const float *bias;              /* [out_c rounded up to 4] */
} mote_conv2d_f32_params;

void mote_conv2d_f32(float *out, const float *in, const mote_conv2d_f32_params *p);

#endif /* MOTE_CONV2D_F32_H */
