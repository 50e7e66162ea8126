/* Int8 convolution, and with a window of 1x1 the fully connected layer, for this machine; bit-exact with TensorFlow Lite
 * Micro. Activations are [n][h][w][c]. Where it stands: device/host. */
#ifndef MOTE_CONV2D_S8_HOST_H
#define MOTE_CONV2D_S8_HOST_H

#include "mote_host_scale.h"

typedef struct {
  mote_host_window window;
  int32_t in_zero;        /* what padding holds */
  int32_t pitch;          /* inputs of an output, rounded up to a multiple of 16 */
  int32_t outputs;
  const int16_t* weights; /* [outputs rounded up to 4][pitch], absent ones 0 */
  mote_host_scale scale;
} mote_conv2d_s8_host_params;

/* scratch: AT_ONCE * (2 * pitch + 4 * (outputs rounded up to 4)) bytes. AT_ONCE positions are read before their outputs
 * are written. */
void mote_conv2d_s8_host(int8_t* out, const int8_t* in, void* scratch, const mote_conv2d_s8_host_params* p);

#endif /* MOTE_CONV2D_S8_HOST_H */
