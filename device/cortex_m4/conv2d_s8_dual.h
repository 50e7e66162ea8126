/* Int8 convolution of any size, stride, padding and dilation for Arm cores with the DSP extension; bit-exact with
 * TensorFlow Lite Micro. Activations are [n][h][w][c]. */
#ifndef MOTE_CONV2D_S8_DUAL_H
#define MOTE_CONV2D_S8_DUAL_H

#include "mote_m4_conv2d.h"

typedef mote_m4_conv2d_params mote_conv2d_s8_dual_params;

/* scratch, aligned to 4: 4 * layer.inputs bytes for pairs, then 2 * layer.inputs where windows leave the input or are
 * dilated along w, or else, if there are tails, twice filter_h * tail rounded up to a multiple of 4. Two pixels are
 * read before their outputs are written. Variants: as in pointwise_s8_dual.h. */
typedef void mote_conv2d_s8_dual_kernel(int8_t* out, const int8_t* in, void* scratch,
                                        const mote_conv2d_s8_dual_params* p);
mote_conv2d_s8_dual_kernel mote_conv2d_s8_dual, mote_conv2d_s8_dual_signed, mote_conv2d_s8_dual_coarse,
    mote_conv2d_s8_dual_signed_coarse;

#endif /* MOTE_CONV2D_S8_DUAL_H */
