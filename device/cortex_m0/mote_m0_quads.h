/* Dense inner loop for cores without SIMD: four outputs at a time, three multiplications for four products.
 * A word of weights holds, for one input x, the bytes b_k = weight + 128 of four outputs. With sums modulo 2^32
 *   U = sum x * W, V = sum x * (W >> 8 & 0x00ff00ff), Z = sum x * (W >> 16)
 * one has, writing S_k for sum x * b_k: U - 256 V = S0 + 2^16 S2, V = S1 + 2^16 S3, Z = S2 + 2^8 S3. The first two give
 * every sum modulo 2^16, and what Z then lacks or has too much are the four missing high parts, a byte each: exact for
 * |S| < 2^23 - 2^15. That the bytes are 128 too large is repaired before the first product: the three sums start from
 * -128 * (sum x) in each of their fields.
 * The sums become bytes as mote_m0_rescale.h says.
 * Stream of four outputs, made by src/kernels/quads_m0.cpp: a word an input, then what the rescale of each output
 * reads. Octets are two quads at once, which load their inputs once: two words an input, then eight rescales. */
#ifndef MOTE_M0_QUADS_H
#define MOTE_M0_QUADS_H

#include <stdint.h>

typedef struct {
  const uint32_t* stream;
  const uint32_t* end; /* behind the last group of outputs */
  int32_t inputs;      /* even */
  int32_t low_bits, fraction;
  int32_t round; /* signed rescales: (zero point << fraction) + (1 << (fraction - 1)) */
} mote_m0_quads;

/* x: `inputs` widened inputs (int32_t), or for `bytes` inputs as they stand (int8_t, a multiple of four, aligned to 4);
 * start: what U, V and Z start from. Writes 4 or 8 bytes a group. */
typedef void mote_m0_run_quads(const mote_m0_quads* q, const void* x, const uint32_t* start, int8_t* out);
mote_m0_run_quads mote_m0_quads_plain, mote_m0_quads_signed, mote_m0_octets_plain, mote_m0_octets_signed;
mote_m0_run_quads mote_m0_quads_bytes_plain, mote_m0_quads_bytes_signed, mote_m0_octets_bytes_plain, mote_m0_octets_bytes_signed;

/* Widens n bytes of any alignment, n >= 0; gives their sum. */
int32_t mote_m0_widen(int32_t* to, const int8_t* from, int32_t n);

/* The sum of n bytes, a multiple of four, aligned to 4. */
int32_t mote_m0_sum(const int8_t* from, int32_t n);

#endif /* MOTE_M0_QUADS_H */
