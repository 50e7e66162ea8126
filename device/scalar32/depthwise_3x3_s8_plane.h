/* Int8 depthwise 3x3 convolution, one filter per channel, strides 1 or 2 both ways, channel by channel: three rows of one
 * channel stand in a ring, padding filled in, and every input is loaded and widened once. Where it stands: scalar32; packed
 * by src/kernels/depthwise_3x3_scalar32.cpp. Activations are [h][w][c]. */
#ifndef MOTE_DEPTHWISE_3X3_S8_PLANE_H
#define MOTE_DEPTHWISE_3X3_S8_PLANE_H

#include "mote_scalar32.h"

typedef struct {
  int32_t in_h, in_w, channels; /* elements; as many output as input channels */
  int32_t out_h, out_w;      /* rows and columns may change places: the longer side as columns costs less */
  int32_t in_step, in_line;  /* from one column to the next, from one row to the next */
  int32_t out_step, out_line;
  int32_t stride;            /* 1 or 2 */
  int32_t pad_top, pad_left; /* padding stands for in_zero */
  int32_t in_zero;
  int32_t columns;         /* (out_w - 1) * stride + 3, rounded up to an even number */
  const uint32_t* weights; /* [channels][3]: nine bytes, rows one after the other, lowest byte first */
  mote_scales scales;
} mote_depthwise_3x3_s8_plane_params;

/* scratch: 6 * columns + 4 * (out_w rounded up to a multiple of 4) bytes, 4-byte aligned. out may be in where no output comes
 * before the row of inputs that it would overwrite is in the ring. */
void mote_depthwise_3x3_s8_plane(int8_t* out, const int8_t* in, void* scratch, const mote_depthwise_3x3_s8_plane_params* p);

#endif /* MOTE_DEPTHWISE_3X3_S8_PLANE_H */
