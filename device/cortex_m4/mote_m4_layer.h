/* What every layer on the dual inner loops does around them: outputs that are no multiple of four, clamps of
 * activations. See mote_m4_dual.h. */
#ifndef MOTE_M4_LAYER_H
#define MOTE_M4_LAYER_H

#include <string.h>

#include "mote_m4_dual.h"

typedef struct {
  const uint32_t* stream;
  int32_t group_words; /* of the stream, for four outputs */
  int32_t inputs;      /* of one output, rounded up to a multiple of 4 */
  int32_t outputs;
  int32_t round;                /* (zero point << fraction) + (1 << (fraction - 1)) */
  int32_t multiplier, negative; /* uniform streams only */
  int32_t act_min, act_max;     /* -128, 127: nothing beyond saturation */
} mote_m4_layer;

/* The full groups of four outputs, the last one if it is not full, and whether that or a clamp is there at all. */
typedef struct {
  mote_m4_dual full, rest;
  int special;
} mote_m4_groups;

static inline mote_m4_groups mote_m4_split(const mote_m4_layer* l) {
  mote_m4_groups g;
  g.full.stream = l->stream;
  g.full.end = l->stream + (l->outputs / 4) * l->group_words;
  g.full.inputs = (uint32_t)l->inputs;
  g.full.round = l->round;
  g.full.enter2 = mote_m4_dual_enter2((uint32_t)l->inputs);
  g.full.enter1 = mote_m4_dual_enter1((uint32_t)l->inputs);
  g.full.multiplier = l->multiplier;
  g.full.negative = l->negative;
  g.rest = g.full;
  g.rest.stream = g.full.end;
  g.rest.end = g.full.end + l->group_words;
  g.special = (l->outputs & 3) != 0 || l->act_min > -128 || l->act_max < 127;
  return g;
}

static inline void mote_m4_clamp(int8_t* out, const mote_m4_layer* l) {
  if (l->act_min == -128 && l->act_max == 127) return;
  for (int32_t i = 0; i < l->outputs; ++i) {
    const int32_t y = out[i];
    out[i] = (int8_t)(y < l->act_min ? l->act_min : y > l->act_max ? l->act_max : y);
  }
}

/* All outputs of two pixels. */
static inline void mote_m4_run2(const mote_m4_layer* l, const mote_m4_groups* g, const uint32_t* pairs, int8_t* out0,
                                int8_t* out1, mote_m4_two* two) {
  const int32_t full = l->outputs & ~3;
  if (!g->special) {
    two(&g->full, pairs, out0, out1);
    return;
  }
  if (full != 0) two(&g->full, pairs, out0, out1);
  if (full != l->outputs) {
    int8_t rest[8];
    two(&g->rest, pairs, rest, rest + 4);
    for (int32_t i = full; i < l->outputs; ++i) {
      out0[i] = rest[i - full];
      out1[i] = rest[i - full + 4];
    }
  }
  mote_m4_clamp(out0, l);
  mote_m4_clamp(out1, l);
}

/* All outputs of one pixel. */
static inline void mote_m4_run1(const mote_m4_layer* l, const mote_m4_groups* g, const int8_t* in, int8_t* out,
                                mote_m4_one* one) {
  const int32_t full = l->outputs & ~3;
  if (full != 0) one(&g->full, in, out);
  if (full != l->outputs) {
    int8_t rest[4];
    one(&g->rest, in, rest);
    for (int32_t i = full; i < l->outputs; ++i) out[i] = rest[i - full];
  }
  mote_m4_clamp(out, l);
}

/* n bytes, four at a time, at any alignment. */
static inline void mote_m4_copy(int8_t* to, const int8_t* from, int32_t n) {
  for (; n >= 4; n -= 4, to += 4, from += 4) {
    uint32_t word;
    memcpy(&word, from, 4);
    memcpy(to, &word, 4);
  }
  for (; n > 0; --n) *to++ = *from++;
}

/* The four kernels of a layer that runs on pairs: `name` is that of the rectified one, `run` its static inline body,
 * which takes the arguments and then the inner loops for two pixels and for one. */
#define MOTE_M4_VARIANTS(name, run, parameters, arguments)                                                          \
  void name parameters { run(arguments, mote_m4_dual2_rectified, mote_m4_dual1_rectified); }                        \
  void name##_signed parameters { run(arguments, mote_m4_dual2_signed, mote_m4_dual1_signed); }                     \
  void name##_coarse parameters { run(arguments, mote_m4_dual2_rectified_coarse, mote_m4_dual1_rectified_coarse); } \
  void name##_signed_coarse parameters { run(arguments, mote_m4_dual2_signed_coarse, mote_m4_dual1_signed_coarse); }

#endif /* MOTE_M4_LAYER_H */
