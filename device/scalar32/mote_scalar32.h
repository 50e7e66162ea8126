/* Exact requantisation in few instructions, shared by the kernels of this folder: with v = start + 256 * sum, and
 * v - negative instead where that is below zero, the output is clamp((high word of v * multiplier + round) >> fraction).
 * Where it stands: src/kernels/rescale_m4.h finds the numbers of every channel and proves that they give TFLite's doubly
 * rounded results. A right shift of a negative number is taken to be arithmetic, as every compiler for these cores does. */
#ifndef MOTE_SCALAR32_H
#define MOTE_SCALAR32_H

#include <stdint.h>

/* What turns the sums of a layer into bytes. */
typedef struct {
  const int32_t* channels;  /* two words an output channel: start, multiplier (>= 0) */
  const int32_t* negatives; /* a word an output channel, or null where results below the zero point are clamped away */
  int32_t round;            /* (zero point << fraction) + 2^(fraction - 1) */
  int32_t fraction;
  int32_t act_min, act_max; /* within -128..127 */
} mote_scales;

/* floor(a * b / 2^32); b >= 0. */
static inline int32_t mote_high_product(int32_t a, int32_t b) {
#if defined(__XTENSA__) /* no instruction has the upper word: from halves */
  const uint32_t a_low = (uint32_t)a & 0xffffU, b_low = (uint32_t)b & 0xffffU;
  const int32_t a_high = a >> 16, b_high = b >> 16;
  const int32_t t = a_high * (int32_t)b_low + (int32_t)((a_low * b_low) >> 16);
  const uint32_t u = ((uint32_t)t & 0xffffU) + a_low * (uint32_t)b_high;
  return a_high * b_high + (t >> 16) + (int32_t)(u >> 16);
#else
  return (int32_t)(((int64_t)a * b) >> 32);
#endif
}

static inline int32_t mote_clamp_to(int32_t y, int32_t low, int32_t high) {
  if (y < low) y = low;
  if (y > high) y = high;
  return y;
}

/* v to a byte where no result lies below the zero point (plain), or where some do (signed). */
static inline int8_t mote_rescale_plain(int32_t v, int32_t multiplier, mote_scales s) {
  return (int8_t)mote_clamp_to((mote_high_product(v, multiplier) + s.round) >> s.fraction, s.act_min, s.act_max);
}
static inline int8_t mote_rescale_signed(int32_t v, int32_t multiplier, int32_t negative, mote_scales s) {
  return mote_rescale_plain(v - ((v >> 31) & negative), multiplier, s);
}

/* start + 256 * sum, modulo 2^32: only the result has to fit. */
static inline int32_t mote_scaled_sum(int32_t start, int32_t sum) {
  return (int32_t)((uint32_t)start + ((uint32_t)sum << 8));
}

#endif /* MOTE_SCALAR32_H */
