/* Int8 depthwise convolution of any window, one filter a channel, for cores without SIMD; bit-exact with TensorFlow Lite
 * Micro. Activations are [h][w][c], one image.
 * For a channel and a row of outputs the rows that the windows see are widened to words, column by column, so that a
 * window is one run of words. As in depthwise_3x3_s8_ring.h the compiler calls rows columns where there are more. */
#ifndef MOTE_DEPTHWISE_S8_BAND_H
#define MOTE_DEPTHWISE_S8_BAND_H

#include <stdint.h>

typedef struct {
  int32_t in_h, in_w, channels; /* elements */
  int32_t out_h, out_w;
  int32_t in_row, in_column, out_row, out_column; /* bytes from row to row, from column to column */
  int32_t filter_h, filter_w;
  int32_t stride_h, stride_w;
  int32_t pad_top, pad_left;
  int32_t taps;    /* filter_h * filter_w rounded up to a multiple of 4 */
  int32_t columns; /* (out_w - 1) * stride_w + filter_w */
  int32_t in_zero; /* what padding holds */
  int32_t low_bits, fraction, round; /* see mote_m0_rescale.h */
  int32_t act_min, act_max;          /* -128, 127: nothing beyond saturation */
  const int8_t* weights;             /* [channels][filter_w][filter_h] */
  const uint32_t* rescales;          /* [channels][4, signed layers 5] */
} mote_depthwise_s8_band_params;

/* scratch, aligned to 4: words for `taps` weights, columns * filter_h inputs and 3 more. */
typedef void mote_depthwise_s8_band_kernel(int8_t* out, const int8_t* in, void* scratch,
                                           const mote_depthwise_s8_band_params* p);
mote_depthwise_s8_band_kernel mote_depthwise_s8_band, mote_depthwise_s8_band_signed;

#endif /* MOTE_DEPTHWISE_S8_BAND_H */
