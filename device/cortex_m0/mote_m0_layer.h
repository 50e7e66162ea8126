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

/* The groups of eight outputs, then one of four, then the last one, which is not full: those that there are. */
typedef struct {
  mote_m0_quads octets, quad, rest;
} mote_m0_groups;

typedef struct {
  mote_m0_run_quads *octets, *quads;
} mote_m0_loops;

static inline mote_m0_groups mote_m0_split(const mote_m0_layer* l) {
  mote_m0_groups g;
  g.octets.stream = l->stream;
  g.octets.end = l->stream + (l->outputs / 8) * 2 * l->group_words;
  g.octets.inputs = l->inputs;
  g.octets.low_bits = l->low_bits;
  g.octets.fraction = l->fraction;
  g.octets.round = l->round;
  g.quad = g.octets;
  g.quad.stream = g.octets.end;
  g.quad.end = g.quad.stream + l->group_words;
  g.rest = g.octets;
  g.rest.stream = (l->outputs & 4) != 0 ? g.quad.end : g.octets.end;
  g.rest.end = g.rest.stream + l->group_words;
  return g;
}

/* All outputs of one patch of inputs, whose sum is given. */
static inline void mote_m0_run(const mote_m0_layer* l, const mote_m0_groups* g, const void* x, int32_t sum,
                               int8_t* out, mote_m0_loops run) {
  const uint32_t less = (uint32_t)sum * (uint32_t)-128, halves = less + (less << 16);
  uint32_t start[3];
  start[0] = halves + (halves << 8);
  start[1] = halves;
  start[2] = less + (less << 8);
  const int32_t eights = l->outputs & ~7, full = l->outputs & ~3;
  if (eights != 0) run.octets(&g->octets, x, start, out);
  if (eights != full) run.quads(&g->quad, x, start, out + eights);
  if (full != l->outputs) {
    int8_t rest[4];
    run.quads(&g->rest, x, start, rest);
    for (int32_t i = full; i < l->outputs; ++i) out[i] = rest[i - full];
  }
  if (l->act_min == -128 && l->act_max == 127) return;
  for (int32_t i = 0; i < l->outputs; ++i) {
    const int32_t y = out[i];
    out[i] = (int8_t)(y < l->act_min ? l->act_min : y > l->act_max ? l->act_max : y);
  }
}

static const mote_m0_loops mote_m0_plain = {mote_m0_octets_plain, mote_m0_quads_plain};
static const mote_m0_loops mote_m0_signed = {mote_m0_octets_signed, mote_m0_quads_signed};

#endif /* MOTE_M0_LAYER_H */
