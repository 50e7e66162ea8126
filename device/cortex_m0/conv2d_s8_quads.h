/* Int8 convolution of any size, stride, padding and dilation for cores without SIMD; bit-exact with TensorFlow Lite
 * Micro. Activations are [n][h][w][c]. */
#ifndef MOTE_CONV2D_S8_QUADS_H
#define MOTE_CONV2D_S8_QUADS_H

#include "mote_m0_layer.h"

typedef struct {
  int32_t batches;
  int32_t in_h, in_w, in_c; /* elements */
  int32_t out_h, out_w;
  int32_t filter_h, filter_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left;
  int32_t in_zero;     /* what padding holds */
  mote_m0_layer layer; /* inputs in the order [filter_h][filter_w][in_c] */
} mote_conv2d_s8_quads_params;

/* scratch, aligned to 4: 4 * layer.inputs bytes. All inputs of a position are read before its outputs are written. */
typedef void mote_conv2d_s8_quads_kernel(int8_t* out, const int8_t* in, void* scratch,
                                         const mote_conv2d_s8_quads_params* p);
mote_conv2d_s8_quads_kernel mote_conv2d_s8_quads, mote_conv2d_s8_quads_signed;

#endif /* MOTE_CONV2D_S8_QUADS_H */
