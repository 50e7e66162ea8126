/* Dense inner loops of 16x8 layers for Arm cores with the DSP extension: int16 inputs in pairs, int8 weights widened on the way.
 * A word of weights holds, for the inputs k and k + 1 and the outputs A and B, the bytes A(k), B(k), A(k+1), B(k+1): SXTB16 of
 * it, plain and turned by a byte, gives the pairs of A and of B for SMLAD. Sums and biases together fit 32 bits.
 * The stream of a layer, made by src/kernels/pairs16_m4.cpp, for every four outputs:
 *   biasA, biasB, biasC, biasD
 *   for every two inputs: AB(k, k+1), CD(k, k+1)
 *   mA, mB, mC, mD
 * An output is sum * m / 2^32 rounded (SMMULR), which is TFLite's single rounding with m = multiplier * 2^(32 - shift),
 * saturated to int16 (signed) or to 0..32767 (rectified: relu). */
#ifndef MOTE_M4_PAIRS16_H
#define MOTE_M4_PAIRS16_H

#include <stdint.h>
#include <string.h>

typedef struct {
  const uint32_t* end;    /* behind the last group */
  uint32_t inputs;        /* a multiple of 4, >= 4 */
  const uint32_t* stream; /* first group of four outputs */
} mote_m4_pairs16;

/* Two pixels: pairs holds a pair of pixel 0, one of pixel 1, the next of pixel 0, ... Writes 4 outputs a group. */
typedef void mote_m4_two16(const mote_m4_pairs16* d, const uint32_t* pairs, int16_t* out0, int16_t* out1);
mote_m4_two16 mote_m4_pairs16_two_rectified, mote_m4_pairs16_two_signed;

/* One pixel, straight from its inputs. */
typedef void mote_m4_one16(const mote_m4_pairs16* d, const int16_t* in, int16_t* out);
mote_m4_one16 mote_m4_pairs16_one_rectified, mote_m4_pairs16_one_signed;

typedef struct {
  const uint32_t* stream;
  int32_t group_words;      /* of the stream, for four outputs */
  int32_t inputs;           /* of one output, rounded up to a multiple of 4 */
  int32_t outputs;
  int32_t act_min, act_max; /* beyond saturation */
  int32_t clamps;           /* whether they do anything */
} mote_m4_layer16;

static inline void mote_m4_clamp16(int16_t* out, const mote_m4_layer16* l) {
  for (int32_t i = 0; i < l->outputs; ++i)
    out[i] = (int16_t)(out[i] < l->act_min ? l->act_min : out[i] > l->act_max ? l->act_max : out[i]);
}

/* All outputs of two pixels, or of one (out1 null, pairs its inputs as they are). */
static inline void mote_m4_run16(const mote_m4_layer16* l, const uint32_t* pairs, const int16_t* in, int16_t* out0,
                                 int16_t* out1, mote_m4_two16* two, mote_m4_one16* one) {
  const int32_t full = l->outputs & ~3;
  mote_m4_pairs16 d = {l->stream + (full / 4) * l->group_words, (uint32_t)l->inputs, l->stream};
  if (full != 0) {
    if (out1 != 0)
      two(&d, pairs, out0, out1);
    else
      one(&d, in, out0);
  }
  if (full != l->outputs) {
    int16_t rest[8];
    d.stream = d.end;
    d.end += l->group_words;
    if (out1 != 0)
      two(&d, pairs, rest, rest + 4);
    else
      one(&d, in, rest);
    for (int32_t i = full; i < l->outputs; ++i) {
      out0[i] = rest[i - full];
      if (out1 != 0) out1[i] = rest[i - full + 4];
    }
  }
  if (l->clamps) {
    mote_m4_clamp16(out0, l);
    if (out1 != 0) mote_m4_clamp16(out1, l);
  }
}

/* n inputs (a multiple of 4) of two pixels, pair by pair. */
static inline void mote_m4_interleave16(uint32_t* pairs, const int16_t* a, const int16_t* b, int32_t n) {
  for (; n > 0; n -= 4, a += 4, b += 4, pairs += 4) {
    memcpy(pairs, a, 4);
    memcpy(pairs + 1, b, 4);
    memcpy(pairs + 2, a + 2, 4);
    memcpy(pairs + 3, b + 2, 4);
  }
}

#endif /* MOTE_M4_PAIRS16_H */
