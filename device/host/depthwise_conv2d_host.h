/* Depthwise convolution, one filter a channel, in int8 (bit-exact with TensorFlow Lite Micro) and float32 (adds in the
 * order of the reference), for this machine. Activations are [n][h][w][c]. Where it stands: device/host. */
#ifndef MOTE_DEPTHWISE_CONV2D_HOST_H
#define MOTE_DEPTHWISE_CONV2D_HOST_H

#include "mote_host_scale.h"

typedef struct {
  mote_host_window window; /* in_c channels */
  int32_t in_zero;         /* what padding holds */
  const int16_t* weights;  /* [filter_h][filter_w][in_c], zeros up to a multiple of 9 taps */
  mote_host_scale scale;
} mote_depthwise_conv2d_s8_host_params;

typedef struct {
  mote_host_window window;
  const float* weights; /* as above */
  const float* bias;    /* [in_c] */
  float act_min, act_max;
} mote_depthwise_conv2d_f32_host_params;

/* scratch: 5 * in_c bytes; for float 8 * in_c. A position is read before its outputs are written. */
void mote_depthwise_conv2d_s8_host(int8_t* out, const int8_t* in, void* scratch,
                                   const mote_depthwise_conv2d_s8_host_params* p);
void mote_depthwise_conv2d_f32_host(float* out, const float* in, void* scratch,
                                    const mote_depthwise_conv2d_f32_host_params* p);

#endif /* MOTE_DEPTHWISE_CONV2D_HOST_H */
