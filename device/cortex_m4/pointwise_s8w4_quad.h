/* Int8 1x1 convolution, stride 1, no padding, with weights of four bits, for Arm cores with the DSP extension; bit-exact with
 * TensorFlow Lite Micro. Parameters, scratch and overlap as in pointwise_s8_dual.h, streams as in mote_m4_quad.h. */
#ifndef MOTE_POINTWISE_S8W4_QUAD_H
#define MOTE_POINTWISE_S8W4_QUAD_H

#include "mote_m4_pointwise.h"
#include "mote_m4_quad.h"

typedef mote_m4_pointwise_params mote_pointwise_s8w4_quad_params;

typedef void mote_pointwise_s8w4_quad_kernel(int8_t* out, const int8_t* in, void* scratch,
                                          const mote_pointwise_s8w4_quad_params* p);
mote_pointwise_s8w4_quad_kernel mote_pointwise_s8w4_quad, mote_pointwise_s8w4_quad_signed, mote_pointwise_s8w4_quad_coarse,
    mote_pointwise_s8w4_quad_signed_coarse;

#endif /* MOTE_POINTWISE_S8W4_QUAD_H */
