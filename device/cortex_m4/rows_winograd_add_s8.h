/* A Winograd convolution and the addition that reads its output in one call, a row of tiles at a time: of the convolution's
 * output no more exists. Where it stands: cortex_m4; src/kernels/rows_add.cpp. */
#ifndef MOTE_ROWS_WINOGRAD_ADD_S8_H
#define MOTE_ROWS_WINOGRAD_ADD_S8_H

#include "add_linear_s8.h"
#include "mote_rows_add.h"
#include "winograd_2x2_s8.h"
#include "winograd_4x4_s8.h"

typedef struct {
  mote_winograd_s8_params conv;
  mote_add_linear_s8_params sum; /* a is the convolution's output */
  mote_rows_pieces pieces;       /* rows: those of a tile */
} mote_rows_winograd_add_s8_params;

/* out and other are [h][w][out_c]; out may begin where other begins, or before. scratch, aligned to 4: pieces.bytes and the
 * convolution's. Variants: those of the two forms by those of add_linear_s8.h. */
#define MOTE_ROWS_WINOGRAD_OF(x, form, add) \
  x(form##_plain_9, add) x(form##_plain_11, add) x(form##_signed_9, add) x(form##_signed_11, add)
#define MOTE_ROWS_WINOGRAD_2X2(x) MOTE_ROWS_WINOGRAD_OF(x, 2x2_s8, plain) MOTE_ROWS_WINOGRAD_OF(x, 2x2_s8, signed)
#define MOTE_ROWS_WINOGRAD_4X4(x) MOTE_ROWS_WINOGRAD_OF(x, 4x4_s8, plain) MOTE_ROWS_WINOGRAD_OF(x, 4x4_s8, signed)
#define MOTE_ROWS_WINOGRAD_DECLARE(convolution, add)                                                                      \
  void mote_rows_winograd_##convolution##_add_##add##_s8(int8_t* out, const int8_t* other, const int8_t* in, void* scratch, \
                                                         const mote_rows_winograd_add_s8_params* p);
MOTE_ROWS_WINOGRAD_2X2(MOTE_ROWS_WINOGRAD_DECLARE)
MOTE_ROWS_WINOGRAD_4X4(MOTE_ROWS_WINOGRAD_DECLARE)

#endif /* MOTE_ROWS_WINOGRAD_ADD_S8_H */
