/* See mote_m4_pairs16.h for the arithmetic. Two pixels at a time are brought side by side, pair by pair. */
#include "pointwise_s16_pairs.h"

static inline void pointwise(int16_t* out, const int16_t* in, void* scratch, const mote_pointwise_s16_pairs_params* p,
                             mote_m4_two16* two, mote_m4_one16* one) {
  const int32_t in_c = p->in_c, out_c = p->layer.outputs, inputs = p->layer.inputs;
  uint32_t* pairs = scratch;
  int16_t* patch = (int16_t*)scratch + 2 * inputs; /* two pixels of `inputs`, where in_c is less */
  int32_t left = p->pixels;
  if (in_c != inputs) memset(patch, 0, (uint32_t)(4 * inputs));
  for (; left > 0; left -= 2, in += 2 * in_c, out += 2 * out_c) {
    const int16_t *a = in, *b = in + in_c;
    if (in_c != inputs) {
      memcpy(patch, a, (uint32_t)(2 * in_c));
      if (left > 1) memcpy(patch + inputs, b, (uint32_t)(2 * in_c));
      a = patch;
      b = patch + inputs;
    }
    if (left == 1) {
      mote_m4_run16(&p->layer, pairs, a, out, 0, two, one);
    } else {
      mote_m4_interleave16(pairs, a, b, inputs);
      mote_m4_run16(&p->layer, pairs, a, out, out + out_c, two, one);
    }
  }
}

void mote_pointwise_s16_pairs(int16_t* out, const int16_t* in, void* scratch, const mote_pointwise_s16_pairs_params* p) {
  pointwise(out, in, scratch, p, mote_m4_pairs16_two_signed, mote_m4_pairs16_one_signed);
}
void mote_pointwise_s16_pairs_relu(int16_t* out, const int16_t* in, void* scratch, const mote_pointwise_s16_pairs_params* p) {
  pointwise(out, in, scratch, p, mote_m4_pairs16_two_rectified, mote_m4_pairs16_one_rectified);
}
