/* See pointwise_s8_tile.h. */
#include "pointwise_s8_tile.h"

void mote_pointwise_s8_tile(int8_t* out, const int8_t* in, void* scratch, const mote_pointwise_s8_tile_params* p) {
  const mote_tile_windows windows = mote_tile_gathered(scratch, p->layer.inputs);
  for (int32_t left = p->pixels; left > 0;) {
    const int32_t count = left >= MOTE_TILE ? MOTE_TILE : 1;
    for (int32_t w = 0; w < count; ++w, in += p->in_c) {
      mote_tile_patch to = mote_tile_open(scratch, w, p->layer.inputs);
      mote_tile_copy(&to, in, p->in_c);
      mote_tile_close(&to, scratch, w, p->layer.inputs);
    }
    if (count == 1)
      mote_tile_run_one(out, &windows, &p->layer);
    else
      mote_tile_run(out, &windows, &p->layer);
    left -= count;
    out += count * p->layer.outputs;
  }
}
