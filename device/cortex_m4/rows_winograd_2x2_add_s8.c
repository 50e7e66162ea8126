/* See rows_winograd_add_s8.h. */
#include "rows_winograd_add_s8.h"

#define add_plain mote_add_linear_s8
#define add_signed mote_add_linear_signed_s8
#define ROWS(convolution, add)                                                                                              \
  void mote_rows_winograd_##convolution##_add_##add##_s8(int8_t* out, const int8_t* other, const int8_t* in, void* scratch, \
                                                         const mote_rows_winograd_add_s8_params* p)                         \
  MOTE_ROWS_ADD(mote_winograd_s8_params, mote_winograd_##convolution, mote_add_linear_s8_params, add_##add, count)
MOTE_ROWS_WINOGRAD_2X2(ROWS)
