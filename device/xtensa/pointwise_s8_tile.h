/* Int8 1x1 convolution of stride 1 (a fully connected layer of many rows, too), tile by tile; see mote_tile.h. As
 * device/scalar32/pointwise_s8_tile.h, but pixels are widened on the way. */
#ifndef MOTE_POINTWISE_S8_TILE_H
#define MOTE_POINTWISE_S8_TILE_H

#include "mote_tile_layer.h"

typedef struct {
  int32_t pixels, in_c;
  mote_tile_layer layer;
} mote_pointwise_s8_tile_params;

/* out: [pixels][layer.outputs], in: [pixels][in_c]; scratch: MOTE_TILE_PITCH(layer.inputs) for each of MOTE_TILE windows. */
void mote_pointwise_s8_tile(int8_t* out, const int8_t* in, void* scratch, const mote_pointwise_s8_tile_params* p);

#endif /* MOTE_POINTWISE_S8_TILE_H */
