/* Int8 convolution of any size, stride, padding and dilation on Helium; bit-exact with TensorFlow Lite Micro.
 * Activations are [n][h][w][c]. Where it stands: cortex_m55, on the loops of mote_mve_dense.h. */
#ifndef MOTE_CONV2D_S8_MVE_H
#define MOTE_CONV2D_S8_MVE_H

#include "mote_mve_dense.h"

typedef struct {
  int32_t batches;
  int32_t in_h, in_w, in_c; /* elements */
  int32_t out_h, out_w;
  int32_t filter_h, filter_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left;
  int32_t in_zero;      /* what padding holds */
  int32_t at_once;      /* positions whose windows are read before their outputs are written: an even number */
  mote_mve_layer layer; /* inputs in the order [filter_h][filter_w][in_c] */
} mote_conv2d_s8_mve_params;

/* scratch: at_once windows of 16 * layer.chunks bytes, and 16. _signed: results below the zero point are not clamped away. */
typedef void mote_conv2d_s8_mve_kernel(int8_t* out, const int8_t* in, void* scratch,
                                       const mote_conv2d_s8_mve_params* p);
mote_conv2d_s8_mve_kernel mote_conv2d_s8_mve, mote_conv2d_s8_mve_signed;

#endif /* MOTE_CONV2D_S8_MVE_H */
