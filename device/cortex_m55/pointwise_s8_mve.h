/* Int8 1x1 convolution of stride 1, or a fully connected layer of several rows, on Helium; bit-exact with TensorFlow
 * Lite Micro. Where it stands: cortex_m55, on the loops of mote_mve_dense.h. */
#ifndef MOTE_POINTWISE_S8_MVE_H
#define MOTE_POINTWISE_S8_MVE_H

#include "mote_mve_dense.h"

typedef struct {
  mote_mve_run run;
  mote_mve_layer layer;
} mote_pointwise_s8_mve_params;

/* scratch: run.copied * run.in_c + 16 bytes, or none if in_c is a multiple of 16 (scratch is not read then). _signed:
 * results below the zero point are not clamped away. */
typedef void mote_pointwise_s8_mve_kernel(int8_t* out, const int8_t* in, void* scratch,
                                          const mote_pointwise_s8_mve_params* p);
mote_pointwise_s8_mve_kernel mote_pointwise_s8_mve, mote_pointwise_s8_mve_signed;

#endif /* MOTE_POINTWISE_S8_MVE_H */
