/* Int8 1x1 convolution of stride 1 (a fully connected layer of many rows, too), tile by tile; see mote_tile.h. Where it
 * stands: scalar32; packed by src/kernels/tile_scalar32.cpp. */
#ifndef MOTE_POINTWISE_S8_TILE_H
#define MOTE_POINTWISE_S8_TILE_H

#include "mote_tile_layer.h"

typedef struct {
  int32_t pixels, in_c;
  mote_tile_layer layer;
} mote_pointwise_s8_tile_params;

/* out: [pixels][layer.outputs], in: [pixels][in_c]. */
void mote_pointwise_s8_tile(int8_t* out, const int8_t* in, const mote_pointwise_s8_tile_params* p);

#endif /* MOTE_POINTWISE_S8_TILE_H */
