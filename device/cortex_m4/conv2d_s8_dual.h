/* Int8 convolution of any size, stride, padding and dilation for Arm cores with the DSP extension; bit-exact with
 * TensorFlow Lite Micro. Activations are [n][h][w][c]. */
#ifndef MOTE_CONV2D_S8_DUAL_H
#define MOTE_CONV2D_S8_DUAL_H

#include "mote_m4_layer.h"

typedef struct {
  int32_t batches;
  int32_t in_h, in_w, in_c; /* elements */
  int32_t out_h, out_w;
  int32_t filter_h, filter_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left;
  int32_t in_zero;     /* what padding holds */
  int32_t body, tail;  /* bytes of a window's row: a multiple of 4, and 0 to 3 more (dilation_w > 1: any, and 0) */
  mote_m4_layer layer; /* the stream's order of inputs: the bodies of all rows of the window, the tails of all, zeros */
} mote_conv2d_s8_dual_params;

/* scratch, aligned to 4: 4 * layer.inputs bytes for pairs, then 2 * layer.inputs where windows leave the input or are
 * dilated along w, or else, if there are tails, twice filter_h * tail rounded up to a multiple of 4. Two pixels are
 * read before their outputs are written. Variants: as in pointwise_s8_dual.h. */
typedef void mote_conv2d_s8_dual_kernel(int8_t* out, const int8_t* in, void* scratch,
                                        const mote_conv2d_s8_dual_params* p);
mote_conv2d_s8_dual_kernel mote_conv2d_s8_dual, mote_conv2d_s8_dual_signed, mote_conv2d_s8_dual_coarse,
    mote_conv2d_s8_dual_signed_coarse;

#endif /* MOTE_CONV2D_S8_DUAL_H */
