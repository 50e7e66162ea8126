/* Int8 convolution, tile by tile: the windows of several positions are gathered once, padding filled in, and used for all
 * outputs; see mote_tile.h. Where it stands: scalar32; packed by src/kernels/tile_scalar32.cpp. */
#ifndef MOTE_CONV2D_S8_TILE_H
#define MOTE_CONV2D_S8_TILE_H

#include "mote_tile_layer.h"

typedef struct {
  int32_t batches;
  int32_t in_h, in_w, in_c; /* elements */
  int32_t out_h, out_w;
  int32_t filter_h, filter_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left; /* padding stands for in_zero */
  int32_t in_zero;
  mote_tile_layer layer; /* inputs in the order [filter_h][filter_w][in_c] */
} mote_conv2d_s8_tile_params;

/* scratch: MOTE_TILE_PITCH(layer.inputs) for each of MOTE_TILE windows, 4-byte aligned. */
void mote_conv2d_s8_tile(int8_t* out, const int8_t* in, void* scratch, const mote_conv2d_s8_tile_params* p);

#endif /* MOTE_CONV2D_S8_TILE_H */
