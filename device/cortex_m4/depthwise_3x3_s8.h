/* Depthwise 3x3 convolution, int8, channel multiplier 1, stride 1 or 2 both ways, on cores with the DSP extension.
 * Where it stands: cortex_m4; src/kernels/depthwise_3x3_m4.cpp packs its constants. The input is converted, four
 * channels at a time, into a ring of two rows of words, each word two vertical neighbours of one channel as int16, with
 * the padding filled in; weights stay as int16 pairs. See depthwise_3x3_s8.c. */
#ifndef MOTE_DEPTHWISE_3X3_S8_H
#define MOTE_DEPTHWISE_3X3_S8_H

#include <stdint.h>

typedef struct {
  /* Five words a channel: weights 0..3 and 4..7 (bytes, in rows), weight 8 | negative << 8, bias, multiplier. With
   * v = bias + 256 * sum, and v - negative instead if that is below zero (signed):
   * output = saturate((high word of v * multiplier + round) >> fraction). */
  const int32_t* channels;
  int32_t round; /* (zero point of the output << fraction) + 2^(fraction - 1) */
  int32_t in_h, in_w, out_h, out_w;
  int32_t channel_count; /* at least 4 */
  int32_t pad_top, pad_left;
  int32_t zero_point;       /* of the input */
  int32_t act_min, act_max; /* -128, 127: nothing beyond saturation */
} mote_depthwise_3x3_s8_params;

/* Input and output are HWC. `scratch`: 4-byte aligned, 32 bytes for each of out_w + 2 columns (stride 2: 2 * out_w + 1)
 * and 160 more. Stride 1: with equal sizes and a channel count divisible by 4, output may be input. out_w is at least 2
 * for stride 1. `plain`: results below the zero point are clamped away (fused ReLU); the number is
 * the fraction. */
#define MOTE_DEPTHWISE_3X3_VARIANTS(x) x(plain_7) x(plain_9) x(signed_7) x(signed_9)
#define MOTE_DEPTHWISE_3X3_DECLARE(v)                                                        \
  void mote_depthwise_3x3_s8_##v(int8_t* output, const int8_t* input, void* scratch,         \
                                 const mote_depthwise_3x3_s8_params* p);                     \
  void mote_depthwise_3x3_stride2_s8_##v(int8_t* output, const int8_t* input, void* scratch, \
                                         const mote_depthwise_3x3_s8_params* p);
MOTE_DEPTHWISE_3X3_VARIANTS(MOTE_DEPTHWISE_3X3_DECLARE)

#endif /* MOTE_DEPTHWISE_3X3_S8_H */
