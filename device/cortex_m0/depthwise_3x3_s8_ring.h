/* Int8 depthwise 3x3 convolution, one filter a channel, stride 1 or 2, for cores without SIMD; bit-exact with TensorFlow
 * Lite Micro. Activations are [h][w][c], one image.
 * A channel at a time: its rows are widened into a ring of three, a word an input, columns side by side (the three rows
 * of a column are three words), and every column is read once for all outputs that it belongs to. Rows cost more than
 * columns: where there are more of them, the compiler calls rows columns. */
#ifndef MOTE_DEPTHWISE_3X3_S8_RING_H
#define MOTE_DEPTHWISE_3X3_S8_RING_H

#include <stdint.h>

typedef struct {
  int32_t in_h, in_w, channels; /* elements */
  int32_t out_h, out_w;
  int32_t in_row, in_column, out_row, out_column; /* bytes from row to row, from column to column */
  int32_t pad_top, pad_left;                      /* 0 to 2 */
  int32_t in_zero;           /* what padding holds */
  int32_t fraction, round;   /* see mote_m0_rescale.h; low_bits is 13, enough for nine products */
  int32_t act_min, act_max;  /* -128, 127: nothing beyond saturation */
  const int8_t* weights;     /* [channels][3][3] */
  const uint32_t* rescales;  /* [channels][4, signed layers 5] */
} mote_depthwise_3x3_s8_ring_params;

/* scratch, aligned to 4: 60 bytes for a channel's weights, then 12 bytes a column: out_w + 2 columns with stride 1,
 * 2 * out_w + 1 with stride 2. With stride 1 and an output of the input's size `out` may be `in`. */
typedef void mote_depthwise_3x3_s8_ring_kernel(int8_t* out, const int8_t* in, void* scratch,
                                               const mote_depthwise_3x3_s8_ring_params* p);
mote_depthwise_3x3_s8_ring_kernel mote_depthwise_3x3_s8_ring, mote_depthwise_3x3_s8_ring_signed,
    mote_depthwise_3x3_stride2_s8_ring, mote_depthwise_3x3_stride2_s8_ring_signed;

#endif /* MOTE_DEPTHWISE_3X3_S8_RING_H */
