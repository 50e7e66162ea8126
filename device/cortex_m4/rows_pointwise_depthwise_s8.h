/* A 1x1 convolution and the depthwise convolution that reads it, row by row, int8, on cores with the DSP extension: of
 * the tensor between them only as many rows exist as the filter is high. Where it stands: cortex_m4, chosen to save RAM;
 * src/kernels/rows_m4.cpp. */
#ifndef MOTE_ROWS_POINTWISE_DEPTHWISE_S8_H
#define MOTE_ROWS_POINTWISE_DEPTHWISE_S8_H

#include "depthwise_taps_s8.h"
#include "pointwise_s8_dual.h"

typedef struct {
  mote_pointwise_s8_dual_params pointwise; /* of one row */
  mote_depthwise_taps_s8_params depthwise; /* batches 1 */
  int32_t slots;           /* rows between them that exist at a time */
  int32_t ring_bytes;      /* of these, rounded up to 4 */
  int32_t pointwise_bytes; /* scratch of `pointwise` */
} mote_rows_pointwise_depthwise_s8_params;

/* Input HWC of the pointwise, output HWC of the depthwise layer. `scratch`, aligned to 4: ring_bytes, pointwise_bytes,
 * and 4 bytes for each row of the filter and twice for each tap, and the channels between. Variants: those of
 * pointwise_s8_dual.h (fine: none of its suffixes) by those of depthwise_taps_s8.h. */
#define MOTE_ROWS_VARIANTS_OF(x, pointwise) \
  x(pointwise, plain_7) x(pointwise, plain_9) x(pointwise, signed_7) x(pointwise, signed_9)
#define MOTE_ROWS_VARIANTS(x)                                                             \
  MOTE_ROWS_VARIANTS_OF(x, fine) MOTE_ROWS_VARIANTS_OF(x, signed) MOTE_ROWS_VARIANTS_OF(x, coarse) \
  MOTE_ROWS_VARIANTS_OF(x, signed_coarse)
#define MOTE_ROWS_DECLARE(pointwise, depthwise)                                                                     \
  void mote_rows_##pointwise##_##depthwise##_s8(int8_t* output, const int8_t* input, void* scratch, \
                                                const mote_rows_pointwise_depthwise_s8_params* p);
MOTE_ROWS_VARIANTS(MOTE_ROWS_DECLARE)

#endif /* MOTE_ROWS_POINTWISE_DEPTHWISE_S8_H */
