/* Int8 fully connected layer for cores without SIMD that reads its inputs as they stand, so it needs no scratch; bit-exact with
 * TensorFlow Lite Micro. */
#ifndef MOTE_FULLY_CONNECTED_S8_BYTES_H
#define MOTE_FULLY_CONNECTED_S8_BYTES_H

#include "mote_m0_layer.h"

typedef struct {
  int32_t rows;
  mote_m0_layer layer; /* inputs: a multiple of four */
} mote_fully_connected_s8_bytes_params;

/* out [rows][layer.outputs], in [rows][layer.inputs], aligned to 4. A row's outputs are written while its inputs are
 * still needed. */
typedef void mote_fully_connected_s8_bytes_kernel(int8_t* out, const int8_t* in, const mote_fully_connected_s8_bytes_params* p);
mote_fully_connected_s8_bytes_kernel mote_fully_connected_s8_bytes, mote_fully_connected_s8_bytes_signed;

#endif /* MOTE_FULLY_CONNECTED_S8_BYTES_H */
