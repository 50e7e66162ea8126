/* Depthwise 3x3 convolution, int8, channel multiplier 1, stride 1 or 2 both ways, on cores with the DSP extension.
 * Where it stands: cortex_m4; src/kernels/depthwise_3x3_m4.cpp packs its constants. The input is converted, four
 * channels at a time, into a ring of two rows of words, each word two vertical neighbours of one channel as int16, with
 * the padding filled in; weights stay as int16 pairs. See depthwise_3x3_s8.c. */
#ifndef MOTE_DEPTHWISE_3X3_S8_H
#define MOTE_DEPTHWISE_3X3_S8_H

#include <stdint.h>

typedef struct {
  /* Five words a channel: weights 0..3 and 4..7 (bytes, in rows), weight 8 | k << 8 | rounding << 16, bias, multiplier.
   * With A = bias + 2^(k+1) * sum: output = saturate((high word of A * multiplier + rounding + offset) >> S). */
  const int32_t *channels;
  int32_t offset; /* (zero point of the output << S) + 2^(S-1) */
  int16_t in_h, in_w, out_h, out_w;
  int16_t channel_count; /* at least 4 */
  int8_t pad_top, pad_left;
  int8_t zero_point; /* of the input */
} mote_depthwise_3x3_s8_params;

/* Input and output are HWC. `scratch`: 4-byte aligned, 32 bytes for each of out_w + 2 columns (stride 2: 2 * out_w + 1)
 * and 160 more. Stride 1: with equal sizes and a channel count divisible by 4, output may be input. The number at the
 * end is S. `plain` rounds halves up, which is exact where negative results saturate to the zero point -128 (fused ReLU);
 * `signed` rounds them away from zero. */
#define MOTE_DEPTHWISE_3X3_VARIANTS(do) do(8, plain) do(10, plain) do(12, plain) do(8, signed) do(10, signed) do(12, signed)
#define MOTE_DEPTHWISE_3X3_DECLARE(s, v)                                                            \
  void mote_depthwise_3x3_s8_##v##_##s(int8_t *output, const int8_t *input, void *scratch,          \
                                       const mote_depthwise_3x3_s8_params *p);                      \
  void mote_depthwise_3x3_stride2_s8_##v##_##s(int8_t *output, const int8_t *input, void *scratch,  \
                                               const mote_depthwise_3x3_s8_params *p);
MOTE_DEPTHWISE_3X3_VARIANTS(MOTE_DEPTHWISE_3X3_DECLARE)

#endif /* MOTE_DEPTHWISE_3X3_S8_H */
