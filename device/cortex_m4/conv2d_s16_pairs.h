/* Convolution of int16 activations with int8 weights (16x8) of any size, stride, padding and dilation, for Arm cores with the
 * DSP extension; bit-exact with TensorFlow Lite Micro. Activations are [n][h][w][c]. */
#ifndef MOTE_CONV2D_S16_PAIRS_H
#define MOTE_CONV2D_S16_PAIRS_H

#include "mote_m4_pairs16.h"

typedef struct {
  int32_t batches;
  int32_t in_h, in_w, in_c; /* elements */
  int32_t out_h, out_w;
  int32_t filter_h, filter_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left; /* padding stands for 0 */
  mote_m4_layer16 layer;     /* inputs: filter_h * filter_w * in_c rounded up to a multiple of 4 */
} mote_conv2d_s16_pairs_params;

/* scratch, aligned to 4: 8 * layer.inputs bytes. Two positions are read before their outputs are written.
 * Variant: outputs that relu bounds. */
typedef void mote_conv2d_s16_pairs_kernel(int16_t* out, const int16_t* in, void* scratch,
                                          const mote_conv2d_s16_pairs_params* p);
mote_conv2d_s16_pairs_kernel mote_conv2d_s16_pairs, mote_conv2d_s16_pairs_relu;

#endif /* MOTE_CONV2D_S16_PAIRS_H */
