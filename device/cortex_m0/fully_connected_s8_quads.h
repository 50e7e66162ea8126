/* Int8 fully connected layer for cores without SIMD; bit-exact with TensorFlow Lite Micro. */
#ifndef MOTE_FULLY_CONNECTED_S8_QUADS_H
#define MOTE_FULLY_CONNECTED_S8_QUADS_H

#include "mote_m0_layer.h"

typedef struct {
  int32_t rows;
  int32_t row_inputs; /* elements */
  mote_m0_layer layer;
} mote_fully_connected_s8_quads_params;

/* out [rows][layer.outputs], in [rows][row_inputs]; scratch, aligned to 4: 4 * layer.inputs bytes. All inputs of a row
 * are read before its outputs are written. */
typedef void mote_fully_connected_s8_quads_kernel(int8_t* out, const int8_t* in, void* scratch,
                                                  const mote_fully_connected_s8_quads_params* p);
mote_fully_connected_s8_quads_kernel mote_fully_connected_s8_quads, mote_fully_connected_s8_quads_signed;

#endif /* MOTE_FULLY_CONNECTED_S8_QUADS_H */
