/* What the Helium kernels share: requantisation in the vector unit's own operations, and copies of bytes. Where it
 * stands: cortex_m55. Elsewhere (tests on a desk) every function has a C form that computes what the instructions do.
 *
 * VQRDMULH rounds as TensorFlow Lite Micro's first rounding does, halves up. VRSHL rounds halves up as well, TFLite's
 * second rounding halves away from zero: of no consequence where results below the zero point are clamped away ("plain"
 * layers); elsewhere ("signed") one is taken off negative products first, which needs a shift of at least one. */
#ifndef MOTE_MVE_H
#define MOTE_MVE_H

#include <stdint.h>
#include <string.h>

/* VQRDMULH, VRSHL of one lane; multiplier >= 0, shift -31..0 (to the right); a signed layer's shifts are below 0, but
 * for a multiplier of 0. */
static inline int32_t mote_mve_scale(int32_t sum, int32_t multiplier, int32_t shift, int is_signed) {
  const int64_t product = (int64_t)sum * multiplier + ((int64_t)1 << 30);
  int64_t t = product >= 0 ? product >> 31 : ~(~product >> 31);
  if (is_signed && t < 0) --t;
  if (shift == 0) return (int32_t)t;
  t += (int64_t)1 << (-shift - 1);
  return (int32_t)(t >= 0 ? t >> -shift : ~(~t >> -shift));
}

static inline int8_t mote_mve_requantize(int32_t sum, int32_t multiplier, int32_t shift, int32_t zero, int32_t low,
                                         int32_t high, int is_signed) {
  const int32_t y = (int32_t)((uint32_t)mote_mve_scale(sum, multiplier, shift, is_signed) + (uint32_t)zero);
  return (int8_t)(y < low ? low : y > high ? high : y);
}

/* n bytes; 0 is allowed. */
static inline void mote_mve_copy(int8_t* to, const int8_t* from, int32_t n) {
#if defined(__ARM_FEATURE_MVE)
  __asm__ volatile(
      "wlstp.8 lr, %[n], 2f\n"
      "1: vldrb.8 q0, [%[from]], #16\n"
      "vstrb.8 q0, [%[to]], #16\n"
      "letp lr, 1b\n"
      "2:\n"
      : [to] "+r"(to), [from] "+r"(from)
      : [n] "r"(n)
      : "lr", "q0", "memory");
#else
  memcpy(to, from, (size_t)n);
#endif
}

static inline void mote_mve_fill(int8_t* to, int32_t value, int32_t n) {
#if defined(__ARM_FEATURE_MVE)
  __asm__ volatile(
      "vdup.8 q0, %[value]\n"
      "wlstp.8 lr, %[n], 2f\n"
      "1: vstrb.8 q0, [%[to]], #16\n"
      "letp lr, 1b\n"
      "2:\n"
      : [to] "+r"(to)
      : [value] "r"(value), [n] "r"(n)
      : "lr", "q0", "memory");
#else
  memset(to, value, (size_t)n);
#endif
}

#endif /* MOTE_MVE_H */
