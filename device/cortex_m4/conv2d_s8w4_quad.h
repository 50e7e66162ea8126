/* Int8 convolution of any size, stride, padding and dilation with weights of four bits, for Arm cores with the DSP extension; bit-exact with
 * TensorFlow Lite Micro. Parameters, scratch and overlap as in conv2d_s8_dual.h, streams as in mote_m4_quad.h. */
#ifndef MOTE_CONV2D_S8W4_QUAD_H
#define MOTE_CONV2D_S8W4_QUAD_H

#include "mote_m4_conv2d.h"
#include "mote_m4_quad.h"

typedef mote_m4_conv2d_params mote_conv2d_s8w4_quad_params;

typedef void mote_conv2d_s8w4_quad_kernel(int8_t* out, const int8_t* in, void* scratch,
                                          const mote_conv2d_s8w4_quad_params* p);
mote_conv2d_s8w4_quad_kernel mote_conv2d_s8w4_quad, mote_conv2d_s8w4_quad_signed, mote_conv2d_s8w4_quad_coarse,
    mote_conv2d_s8w4_quad_signed_coarse;

#endif /* MOTE_CONV2D_S8W4_QUAD_H */
