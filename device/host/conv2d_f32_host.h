/* Convolution in float32, and with a window of 1x1 the fully connected layer, for this machine; adds in the order of
 * the reference. Activations are [n][h][w][c]. Where it stands: device/host. */
#ifndef MOTE_CONV2D_F32_HOST_H
#define MOTE_CONV2D_F32_HOST_H

#include "mote_host.h"

typedef struct {
  mote_host_window window;
  int32_t inputs;       /* of one output */
  int32_t outputs;
  const float* weights; /* [outputs rounded up to 16 / 16][inputs][16], absent ones 0 */
  const float* bias;    /* [outputs] */
  float act_min, act_max;
} mote_conv2d_f32_host_params;

/* scratch: 4 * AT_ONCE * inputs bytes. AT_ONCE positions are read before their outputs are written. */
void mote_conv2d_f32_host(float* out, const float* in, void* scratch, const mote_conv2d_f32_host_params* p);

#endif /* MOTE_CONV2D_F32_HOST_H */
