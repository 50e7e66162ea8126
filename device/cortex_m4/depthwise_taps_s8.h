/* Depthwise convolution of any filter, stride, dilation and padding, int8, channel multiplier 1, on cores with the DSP
 * extension. Where it stands: cortex_m4; src/kernels/depthwise_taps_m4.cpp packs its constants. Position after position,
 * four channels at a time, so that the output may run into the input as far as rows are done with: what
 * depthwise_3x3_s8 is faster at, this does in less RAM. See depthwise_taps_s8.c. */
#ifndef MOTE_DEPTHWISE_TAPS_S8_H
#define MOTE_DEPTHWISE_TAPS_S8_H

#include <stdint.h>

typedef struct {
  /* For every four channels: 4 biases, a pair of words for each tap (weights times 256 as halves: channels 0 | 2 << 16
   * and 1 | 3 << 16), 4 multipliers and, if signed, 4 corrections of negative sums. If channels are no multiple of
   * four, the last four overlap those before. */
  const int32_t* stream;
  const int32_t* offsets; /* of every tap, in bytes from the window's first */
  int32_t taps;
  int32_t group_words; /* of the stream */
  int32_t round;       /* (zero point of the output << fraction) + 2^(fraction - 1) */
  int32_t batches, in_h, in_w, out_h, out_w, channels; /* channels: at least 4 */
  int32_t filter_h, filter_w, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
  int32_t first_x, last_x, first_y, last_y; /* output columns and rows whose windows lie inside: [first, last) */
  int32_t zero_point;                       /* of the input */
  int32_t act_min, act_max;                 /* -128, 127: nothing beyond saturation */
} mote_depthwise_taps_s8_params;

/* One row of outputs, for callers that keep the input's rows elsewhere (rows_pointwise_depthwise_s8.c). */
typedef struct {
  const int32_t* starts;  /* of each of the filter's rows: bytes from `image`, or -1 outside */
  const int32_t* offsets; /* of every tap, in bytes from the window's column at `base`: only if `inside` */
  int32_t base;           /* bytes from `image` */
  int32_t inside;         /* no row of the filter is outside */
  int32_t* made;          /* `taps` words */
  int8_t* zeros;          /* `channels` zero points */
} mote_depthwise_taps_rows;
typedef void mote_depthwise_taps_row(int8_t* out, const int8_t* image, const mote_depthwise_taps_rows* rows,
                                     const mote_depthwise_taps_s8_params* p);

/* Input and output are NHWC. `scratch`, aligned to 4: 4 bytes a tap and a row of the filter, and `channels`,
 * rounded up to 4. `plain`: results below the zero point are clamped away (fused ReLU); the number is the
 * fraction. */
#define MOTE_DEPTHWISE_TAPS_VARIANTS(x) x(plain_7) x(plain_9) x(signed_7) x(signed_9)
#define MOTE_DEPTHWISE_TAPS_DECLARE(v)                                                   \
  mote_depthwise_taps_row mote_depthwise_taps_s8_row_##v;                                \
  void mote_depthwise_taps_s8_##v(int8_t* output, const int8_t* input, void* scratch,    \
                                  const mote_depthwise_taps_s8_params* p);
MOTE_DEPTHWISE_TAPS_VARIANTS(MOTE_DEPTHWISE_TAPS_DECLARE)

#endif /* MOTE_DEPTHWISE_TAPS_S8_H */
