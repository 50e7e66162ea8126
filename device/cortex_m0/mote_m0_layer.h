/* What every layer on the quads does around them: outputs that are no multiple of four, clamps of activations. See
 * mote_m0_quads.h. */
#ifndef MOTE_M0_LAYER_H
#define MOTE_M0_LAYER_H

#include "mote_m0_quads.h"

typedef struct {
  const uint32_t* stream;
  int32_t group_words; /* of the stream, for four outputs */
  int32_t inputs;      /* of one output, rounded up to an even number */
  int32_t outputs;
  int32_t low_bits, fraction, round; /* see mote_m0_quads */
  int32_t act_min, act_max;          /* -128, 127: nothing beyond saturation */
} mote_m0_layer;

/* The full groups of four outputs, and the last one if it is not full. */
typedef struct {
  mote_m0_quads full, rest;
} mote_m0_groups;

static inline mote_m0_groups mote_m0_split(const mote_m0_layer* l) {
  mote_m0_groups g;
  g.full.stream = l->stream;
  g.full.end = l->stream + (l->outputs / 4) * l->group_words;
  g.full.inputs = l->inputs;
  g.full.low_bits = l->low_bits;
  g.full.fraction = l->fraction;
  g.full.round = l->round;
  g.rest = g.full;
  g.rest.stream = g.full.end;
  g.rest.end = g.full.end + l->group_words;
  return g;
}

/* All outputs of one patch of inputs, whose sum is given. */
static inline void mote_m0_run(const mote_m0_layer* l, const mote_m0_groups* g, const int32_t* x, int32_t sum,
                               int8_t* out, mote_m0_run_quads* run) {
  const uint32_t less = (uint32_t)sum * (uint32_t)-128, halves = less + (less << 16);
  uint32_t start[3];
  start[0] = halves + (halves << 8);
  start[1] = halves;
  start[2] = less + (less << 8);
  const int32_t full = l->outputs & ~3;
  if (full != 0) run(&g->full, x, start, out);
  if (full != l->outputs) {
    int8_t rest[4];
    run(&g->rest, x, start, rest);
    for (int32_t i = full; i < l->outputs; ++i) out[i] = rest[i - full];
  }
  if (l->act_min == -128 && l->act_max == 127) return;
  for (int32_t i = 0; i < l->outputs; ++i) {
    const int32_t y = out[i];
    out[i] = (int8_t)(y < l->act_min ? l->act_min : y > l->act_max ? l->act_max : y);
  }
}

#endif /* MOTE_M0_LAYER_H */
