/* Int8 fully connected layer on Helium, row by row, where a row is a multiple of 16 inputs; bit-exact with TensorFlow
 * Lite Micro. Where it stands: cortex_m55, on the loops of mote_mve_dense.h; other layers: pointwise_s8_mve. */
#ifndef MOTE_FULLY_CONNECTED_S8_MVE_H
#define MOTE_FULLY_CONNECTED_S8_MVE_H

#include "mote_mve_dense.h"

typedef struct {
  int32_t rows;
  mote_mve_layer layer;
} mote_fully_connected_s8_mve_params;

/* _signed: results below the zero point are not clamped away. */
typedef void mote_fully_connected_s8_mve_kernel(int8_t* out, const int8_t* in,
                                                const mote_fully_connected_s8_mve_params* p);
mote_fully_connected_s8_mve_kernel mote_fully_connected_s8_mve, mote_fully_connected_s8_mve_signed;

#endif /* MOTE_FULLY_CONNECTED_S8_MVE_H */
