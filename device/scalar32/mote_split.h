/* Four sums from three: with a word w = a + 256 b + 65536 c + 2^24 d of four weights, three products with an input are added up
 * modulo 2^32, those of w, of b + 65536 d and of c + 256 d. Sums A, B, C, D of magnitude below 2^23 come out exactly. */
#ifndef MOTE_SPLIT_H
#define MOTE_SPLIT_H

#include <stdint.h>

/* The number that agrees with x modulo 2^24. */
static inline int32_t mote_low_24(uint32_t x) { return (int32_t)(x << 8) >> 8; }

/* A, B, C, D to sums[0], sums[step], sums[2 * step], sums[3 * step]. */
static inline void mote_split(int32_t* sums, int32_t step, uint32_t all, uint32_t odd, uint32_t upper) {
  const uint32_t even = all - (odd << 8);                         /* A + 2^16 C */
  const int32_t a = mote_low_24(even - (upper << 16));            /* C cancels; D is beyond 24 bits */
  const uint32_t c_low = (even - (uint32_t)a) >> 16;              /* C modulo 2^16 */
  const int32_t b = mote_low_24(odd - ((upper - c_low) << 8));    /* D modulo 2^8 is enough */
  const uint32_t d_low = (odd - (uint32_t)b) >> 16;               /* D modulo 2^16 */
  const int32_t c = mote_low_24(upper - (d_low << 8));
  sums[0] = a;
  sums[step] = b;
  sums[2 * step] = c;
  sums[3 * step] = (int32_t)(upper - (uint32_t)c) >> 8;
}

#endif /* MOTE_SPLIT_H */
