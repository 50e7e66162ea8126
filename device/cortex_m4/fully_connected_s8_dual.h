/* Int8 fully connected layer with one scale for all weights, for Arm cores with the DSP extension; bit-exact with
 * TensorFlow Lite Micro. (With a scale for every output, pointwise_s8_dual.h does it.) */
#ifndef MOTE_FULLY_CONNECTED_S8_DUAL_H
#define MOTE_FULLY_CONNECTED_S8_DUAL_H

#include "mote_m4_layer.h"

typedef struct {
  int32_t rows;
  mote_m4_layer layer; /* a uniform stream; inputs: a multiple of 4 as it is */
} mote_fully_connected_s8_dual_params;

/* out [rows][outputs], in [rows][inputs]. Variants: as in pointwise_s8_dual.h. */
typedef void mote_fully_connected_s8_dual_kernel(int8_t* out, const int8_t* in,
                                                 const mote_fully_connected_s8_dual_params* p);
mote_fully_connected_s8_dual_kernel mote_fully_connected_s8_dual, mote_fully_connected_s8_dual_signed,
    mote_fully_connected_s8_dual_coarse, mote_fully_connected_s8_dual_signed_coarse;

#endif /* MOTE_FULLY_CONNECTED_S8_DUAL_H */
