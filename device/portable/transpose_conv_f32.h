/* Float32 transposed convolution. Activations are [n][h][w][c]; input pixel
 * (y, x) adds to the outputs from (y * stride_h - pad_top, x * stride_w - pad_left) on. */
#ifndef MOTE_TRANSPOSE_CONV_F32_H
#define MOTE_TRANSPOSE_CONV_F32_H

#include <stdint.h>

typedef struct {
    int32_t batches;
    int32_t in_h, in_w, in_c;       /* elements */
    int32_t out_h, out_w, out_c;
    int32_t filter_h, filter_w;
    int32_t stride_h, stride_w;
    int32_t pad_top, pad_left;
    float act_min, act_max;         /* the fused activation */
    const float *weights;           /* [out_c][filter_h][filter_w][in_c] */
    const float *bias;              /* [out_c] */
} mote_transpose_conv_f32_params;

void mote_transpose_conv_f32(float *out, const float *in, const mote_transpose_conv_f32_params *p);

#endif /* MOTE_TRANSPOSE_CONV_F32_H */
