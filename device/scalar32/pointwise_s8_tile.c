/* See pointwise_s8_tile.h: pixels are their own windows. */
#include "pointwise_s8_tile.h"

void mote_pointwise_s8_tile(int8_t* out, const int8_t* in, const mote_pointwise_s8_tile_params* p) {
  mote_tile_windows windows = mote_tile_in_place(in, p->in_c);
  int32_t left = p->pixels;
  for (; left >= MOTE_TILE; left -= MOTE_TILE, windows.from += MOTE_TILE * p->in_c, out += MOTE_TILE * p->layer.outputs)
    mote_tile_run(out, &windows, &p->layer);
  for (; left > 0; --left, windows.from += p->in_c, out += p->layer.outputs) mote_tile_run_one(out, &windows, &p->layer);
}
