/* Depthwise convolution of int16 activations with int8 weights (16x8), one filter a channel, for Arm cores with the DSP
 * extension; bit-exact with TensorFlow Lite Micro. Activations are [n][h][w][c]. */
#ifndef MOTE_DEPTHWISE_S16_PAIRS_H
#define MOTE_DEPTHWISE_S16_PAIRS_H

#include <stdint.h>

typedef struct {
  int32_t batches;
  int32_t in_h, in_w, channels; /* elements; channels: even */
  int32_t out_h, out_w;
  int32_t filter_h, filter_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left; /* padding stands for 0 */
  int32_t act_min, act_max;  /* within -32768..32767 */
  int32_t tap_pairs;         /* filter_h * filter_w / 2, rounded up */
  /* For each two channels A, B: biases, multipliers of SMMULR (mote_m4_pairs16.h), and for each two taps t, u the bytes
   * A(t), B(t), A(u), B(u). */
  const uint32_t* stream;
} mote_depthwise_s16_pairs_params;

/* scratch, aligned to 4: 4 * tap_pairs * channels bytes, for windows that stick out, or are not 3x3, or dilated. */
void mote_depthwise_s16_pairs(int16_t* out, const int16_t* in, void* scratch, const mote_depthwise_s16_pairs_params* p);

#endif /* MOTE_DEPTHWISE_S16_PAIRS_H */
