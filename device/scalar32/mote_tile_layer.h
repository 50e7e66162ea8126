/* A layer on tiles: all outputs of the windows of a tile, from sums to bytes. See mote_tile.h. */
#ifndef MOTE_TILE_LAYER_H
#define MOTE_TILE_LAYER_H

#include "mote_scalar32.h"
#include "mote_tile.h"

typedef struct {
  const mote_tile_weight* weights; /* [outputs / 4 rounded up], each as mote_tile.h has it */
  int32_t inputs;                  /* of one output, as the weights have them */
  int32_t outputs;
  mote_scales scales;
} mote_tile_layer;

/* All outputs of MOTE_TILE windows, or of the first one: out[window * l->outputs + output]. */
void mote_tile_run(int8_t* out, const mote_tile_windows* windows, const mote_tile_layer* l);
void mote_tile_run_one(int8_t* out, const mote_tile_windows* windows, const mote_tile_layer* l);

#endif /* MOTE_TILE_LAYER_H */
