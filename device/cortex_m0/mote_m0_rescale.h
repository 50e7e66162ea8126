/* From a sum of products to a byte without 64-bit products: what the assembly of this folder does, in C.
 *   x = sum + shift; where x as an unsigned number is not below `width`, the byte is -128 or 127 by x's sign; else
 *   v = x * high + (x * low >> low_bits) + offset; in signed layers, v is made smaller by `negative` where it is below
 *   `round`; the byte is v >> fraction.
 * src/kernels/rescale_m0.h says why that is TFLite's rounding bit for bit. Words of one output:
 *   shift, width, signed layers: negative, high << 16 | low, offset. */
#ifndef MOTE_M0_RESCALE_H
#define MOTE_M0_RESCALE_H

#include <stdint.h>

static inline int32_t mote_m0_shift_right(int32_t x, int32_t n) { return x >= 0 ? x >> n : ~(~x >> n); }

/* round: (zero point << fraction) + (1 << (fraction - 1)), of signed layers; null of others. */
static inline int8_t mote_m0_rescale(uint32_t sum, const uint32_t* words, int32_t low_bits, int32_t fraction,
                                     const int32_t* round) {
  const uint32_t x = sum + words[0];
  if (x >= words[1]) return (int8_t)(x >> 31 != 0 ? -128 : 127);
  const uint32_t* m = words + (round != 0 ? 3 : 2);
  int32_t v = (int32_t)(x * (m[0] >> 16) + (x * (m[0] & 0xffffU) >> low_bits) + m[1]);
  if (round != 0 && v < *round) v -= (int32_t)words[2];
  return (int8_t)mote_m0_shift_right(v, fraction);
}

#endif /* MOTE_M0_RESCALE_H */
