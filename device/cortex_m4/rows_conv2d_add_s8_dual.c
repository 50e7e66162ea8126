/* See rows_conv2d_add_s8_dual.h. */
#include "rows_conv2d_add_s8_dual.h"

#define convolve_fine mote_conv2d_s8_dual
#define convolve_signed mote_conv2d_s8_dual_signed
#define convolve_coarse mote_conv2d_s8_dual_coarse
#define convolve_signed_coarse mote_conv2d_s8_dual_signed_coarse
#define pixels_fine mote_pointwise_s8_dual
#define pixels_signed mote_pointwise_s8_dual_signed
#define pixels_coarse mote_pointwise_s8_dual_coarse
#define pixels_signed_coarse mote_pointwise_s8_dual_signed_coarse
#define add_plain mote_add_linear_s8
#define add_signed mote_add_linear_signed_s8
#define ROWS(convolution, add)                                                                                               \
  void mote_rows_conv2d_##convolution##_add_##add##_s8(int8_t* out, const int8_t* other, const int8_t* in, void* scratch,    \
                                                       const mote_rows_conv2d_add_s8_dual_params* p)                         \
  MOTE_ROWS_ADD(mote_conv2d_s8_dual_params, convolve_##convolution, mote_add_linear_s8_params, add_##add, count)             \
  void mote_rows_pointwise_##convolution##_add_##add##_s8(int8_t* out, const int8_t* other, const int8_t* in, void* scratch, \
                                                          const mote_rows_pointwise_add_s8_dual_params* p)                   \
  MOTE_PIXELS_ADD(mote_pointwise_s8_dual_params, pixels_##convolution, mote_add_linear_s8_params, add_##add, count)
MOTE_ROWS_ADD_VARIANTS(ROWS)
