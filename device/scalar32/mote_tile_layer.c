/* See mote_tile_layer.h. What the inner loops need of the parameters is copied first: bytes that are stored could be these. */
#include "mote_tile_layer.h"

/* Up to four outputs from `first` on of `windows` windows (a constant). */
static inline __attribute__((always_inline)) void store(int8_t* out, const int32_t* sums, int32_t first, const mote_tile_layer* l,
                                                        int32_t windows) {
  const mote_scales s = l->scales;
  const int32_t step = l->outputs, outputs = step - first < 4 ? step - first : 4;
  const int32_t* channel = s.channels + 2 * first;
  const int32_t* const end = channel + 2 * outputs;
  const int32_t* negative = s.negatives + first;
  out += first;
  if (s.negatives == 0) {
    for (; channel != end; channel += 2, sums += windows, ++out) {
      const int32_t start = channel[0], multiplier = channel[1];
      int8_t* to = out;
#pragma GCC unroll 4
      for (int32_t w = 0; w < windows; ++w, to += step)
        *to = mote_rescale_plain(mote_scaled_sum(start, sums[w]), multiplier, s);
    }
  } else {
    for (; channel != end; channel += 2, sums += windows, ++out) {
      const int32_t start = channel[0], multiplier = channel[1], below = *negative++;
      int8_t* to = out;
#pragma GCC unroll 4
      for (int32_t w = 0; w < windows; ++w, to += step)
        *to = mote_rescale_signed(mote_scaled_sum(start, sums[w]), multiplier, below, s);
    }
  }
}

void mote_tile_run(int8_t* out, const mote_tile_windows* windows, const mote_tile_layer* l) {
  int32_t sums[4 * MOTE_TILE];
  const mote_tile_weight* weights = l->weights;
  for (int32_t o = 0; o < l->outputs; o += 4, weights += MOTE_TILE_GROUP(l->inputs)) {
    mote_tile_sums(sums, windows, weights, l->inputs);
    store(out, sums, o, l, MOTE_TILE);
  }
}

void mote_tile_run_one(int8_t* out, const mote_tile_windows* windows, const mote_tile_layer* l) {
  int32_t sums[4];
  const mote_tile_weight* weights = l->weights;
  for (int32_t o = 0; o < l->outputs; o += 4, weights += MOTE_TILE_GROUP(l->inputs)) {
    mote_tile_sums_of_one(sums, windows, weights, l->inputs);
    store(out, sums, o, l, 1);
  }
}
