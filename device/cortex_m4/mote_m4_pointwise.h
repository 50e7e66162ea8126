/* The body of pointwise_s8_dual and pointwise_s8w4_quad: two pixels at a time are widened to int16 pairs once and used for all
 * output channels; a last odd pixel is copied and runs alone. The inner loops come as arguments. */
#ifndef MOTE_M4_POINTWISE_H
#define MOTE_M4_POINTWISE_H

#include "mote_m4_layer.h"

typedef struct {
  int32_t pixels; /* all of the batch */
  int32_t in_c;
  mote_m4_layer layer; /* inputs: in_c rounded up to a multiple of 4 */
} mote_m4_pointwise_params;

static inline uint32_t mote_m4_pair(const int8_t* p, int32_t n, int32_t i) {
  return (i < n ? (uint32_t)(uint16_t)p[i] : 0u) | (i + 2 < n ? (uint32_t)(uint16_t)p[i + 2] << 16 : 0u);
}

/* The last one to three inputs of two pixels, and zeros. */
static inline void mote_m4_widen_rest(uint32_t* pairs, const int8_t* p0, const int8_t* p1, int32_t n) {
  pairs[0] = mote_m4_pair(p0, n, 0);
  pairs[1] = mote_m4_pair(p1, n, 0);
  pairs[2] = mote_m4_pair(p0, n, 1);
  pairs[3] = mote_m4_pair(p1, n, 1);
}

static inline void mote_m4_pointwise(int8_t* out, const int8_t* in, void* scratch, const mote_m4_pointwise_params* p,
                             mote_m4_two* two, mote_m4_one* one) {
  const mote_m4_groups groups = mote_m4_split(&p->layer);
  uint32_t* pairs = scratch;
  const int32_t in_c = p->in_c, out_c = p->layer.outputs, quads = in_c / 4;
  const int32_t rest = in_c & 3;
  const int8_t* end = in + (p->pixels & ~1) * in_c;
  if (rest == 0 && !groups.special) { /* the same as below, without a decision in the loop */
    for (; in != end; out += 2 * out_c) {
      const int8_t* next = in + in_c;
      mote_m4_widen(pairs, in, next, quads);
      two(&groups.full, pairs, out, out + out_c);
      in = next + in_c;
    }
  }
  for (; in != end; out += 2 * out_c) {
    const int8_t* next = in + in_c;
    mote_m4_widen(pairs, in, next, quads);
    if (rest != 0) mote_m4_widen_rest(pairs + 4 * quads, next - rest, next + in_c - rest, rest);
    mote_m4_run2(&p->layer, &groups, pairs, out, out + out_c, two);
    in = next + in_c;
  }
  if (p->pixels & 1) {
    int8_t* bytes = scratch;
    pairs[p->layer.inputs / 4 - 1] = 0; /* inputs beyond in_c */
    mote_m4_copy(bytes, in, in_c);
    mote_m4_run1(&p->layer, &groups, bytes, out, one);
  }
}

#endif /* MOTE_M4_POINTWISE_H */
