/* Int8 depthwise 3x3 convolution of stride 1 or 2 on Helium; bit-exact with TensorFlow Lite Micro. Where it stands:
 * cortex_m55; src/kernels/depthwise_3x3_m55.cpp packs the channels and chooses which axis of the image runs "along"
 * strips (the other one lies "across" them). */
#ifndef MOTE_DEPTHWISE_3X3_S8_MVE_H
#define MOTE_DEPTHWISE_3X3_S8_MVE_H

#include "mote_mve.h"

typedef struct {
  int8_t weights[12]; /* [along 3][across 3, then a byte: the first is the shift, -20..0, the others 0] */
  int32_t bias;       /* with - in_zero * (sum of the channel's weights) added */
  int32_t multiplier; /* Q0.31, >= 0 */
} mote_mve_channel;

typedef struct {
  int32_t in_along, in_across, out_along, out_across;
  int32_t in_along_step, in_across_step, out_along_step, out_across_step; /* bytes between neighbours */
  int32_t pad_along, pad_across;
  int32_t channels;
  int32_t linear; /* 1: at most 16 channels, and in_along_step == channels, so that a row is one run of bytes */
  int32_t in_zero, out_zero;
  int32_t act_min, act_max;  /* within -128..127 */
  const uint32_t* channel;   /* [channels] of mote_mve_channel */
} mote_depthwise_3x3_s8_mve_params;

/* scratch, aligned to 4: with G = channels, at most 16, and T the columns of a strip (out_along rounded up to 2, and 2;
 * stride 2: twice out_along rounded up to 4, and 2): 16, then in_along * G rounded up to 16, then 4 * T * G and 64.
 * Stride 1 may run in place if pad_across is 1. Results are saturated but not clamped, and those below the zero point
 * count as saturated, in all but the _any kernels. */
typedef void mote_depthwise_3x3_s8_mve_kernel(int8_t* out, const int8_t* in, void* scratch,
                                              const mote_depthwise_3x3_s8_mve_params* p);
mote_depthwise_3x3_s8_mve_kernel mote_depthwise_3x3_s8_mve, mote_depthwise_3x3_s8_mve_any,
    mote_depthwise_3x3_s8_mve_stride2, mote_depthwise_3x3_s8_mve_stride2_any;

#endif /* MOTE_DEPTHWISE_3X3_S8_MVE_H */
