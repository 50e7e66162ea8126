/* conv2d_s8_dual, or pointwise_s8_dual, and the addition that reads its output in one call, on cores with the DSP extension: the
 * convolution's output exists in pieces only. Where it stands: cortex_m4; src/kernels/rows_add.cpp. */
#ifndef MOTE_ROWS_CONV2D_ADD_S8_DUAL_H
#define MOTE_ROWS_CONV2D_ADD_S8_DUAL_H

#include "add_linear_s8.h"
#include "conv2d_s8_dual.h"
#include "mote_rows_add.h"
#include "pointwise_s8_dual.h"

typedef struct {
  mote_conv2d_s8_dual_params conv; /* batches 1 */
  mote_add_linear_s8_params sum;   /* a is the convolution's output */
  mote_rows_pieces pieces;
} mote_rows_conv2d_add_s8_dual_params;

typedef struct {
  mote_pointwise_s8_dual_params conv;
  mote_add_linear_s8_params sum;
  mote_rows_pieces pieces; /* of `columns` pixels */
} mote_rows_pointwise_add_s8_dual_params;

/* out and other are [h][w][outputs]; out may begin where other begins, or before. scratch, aligned to 4: pieces.bytes and the
 * convolution's. Variants: those of pointwise_s8_dual.h (fine: none of its suffixes) by those of add_linear_s8.h. */
#define MOTE_ROWS_ADD_VARIANTS_OF(x, convolution) x(convolution, plain) x(convolution, signed)
#define MOTE_ROWS_ADD_VARIANTS(x)                                                 \
  MOTE_ROWS_ADD_VARIANTS_OF(x, fine) MOTE_ROWS_ADD_VARIANTS_OF(x, signed)         \
  MOTE_ROWS_ADD_VARIANTS_OF(x, coarse) MOTE_ROWS_ADD_VARIANTS_OF(x, signed_coarse)
#define MOTE_ROWS_ADD_DECLARE(convolution, add)                                                                          \
  void mote_rows_conv2d_##convolution##_add_##add##_s8(int8_t* out, const int8_t* other, const int8_t* in, void* scratch,    \
                                                       const mote_rows_conv2d_add_s8_dual_params* p);                       \
  void mote_rows_pointwise_##convolution##_add_##add##_s8(int8_t* out, const int8_t* other, const int8_t* in, void* scratch, \
                                                          const mote_rows_pointwise_add_s8_dual_params* p);
MOTE_ROWS_ADD_VARIANTS(MOTE_ROWS_ADD_DECLARE)

#endif /* MOTE_ROWS_CONV2D_ADD_S8_DUAL_H */
