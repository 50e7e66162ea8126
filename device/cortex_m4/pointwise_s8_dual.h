/* Int8 1x1 convolution, stride 1, no padding, for Arm cores with the DSP extension; bit-exact with TensorFlow Lite
 * Micro. */
#ifndef MOTE_POINTWISE_S8_DUAL_H
#define MOTE_POINTWISE_S8_DUAL_H

#include "mote_m4_pointwise.h"

typedef mote_m4_pointwise_params mote_pointwise_s8_dual_params;

/* out [pixels][outputs], in [pixels][in_c]. scratch: 4 * layer.inputs bytes, aligned to 4.
 * Two pixels are read before their outputs are written: out may lie on the inputs that are read already.
 * Variants: streams with a correction of negative sums; streams for scales of 1/32 and more. */
typedef void mote_pointwise_s8_dual_kernel(int8_t* out, const int8_t* in, void* scratch,
                                           const mote_pointwise_s8_dual_params* p);
mote_pointwise_s8_dual_kernel mote_pointwise_s8_dual, mote_pointwise_s8_dual_signed, mote_pointwise_s8_dual_coarse,
    mote_pointwise_s8_dual_signed_coarse;

#endif /* MOTE_POINTWISE_S8_DUAL_H */
