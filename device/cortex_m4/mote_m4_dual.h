/* Dense inner loops for Arm cores with the DSP extension: two weights of two outputs in one halfword.
 * A word of weights holds, for the inputs k and k + 2, the halfwords 256 * wA + wB of the outputs A and B. SMLAD of it
 * with a pair of inputs adds 256 * SA + SB; SXTB16 of it leaves wB, and SMLAD of that adds SB; so one load and one
 * SXTB16 serve four multiplications a pixel, and a weight still costs one byte. The sum of A is (T - SB) / 256,
 * exactly. The stream of a layer, made by src/kernels/dual_m4.cpp: for every four outputs A, B, C, D start of T(A, B),
 * start of T(C, D)               256 * bias + rounding offset for every four inputs k..k+3: AB(k, k+2), CD(k, k+2),
 * AB(k+1, k+3), CD(k+1, k+3) rectified: mA, mB, startB, mC, mD, startD signed:    nA, nB, startB, mA, mB, nC, nD,
 * startD, mC, mD uniform:   startB, startD                        m and n are the same for all outputs and stand in
 * mote_m4_dual An output is then ((v * m) >> 32) + round, shifted right by `fraction` and saturated to int8, where v =
 * 256 * sum + start (less n if that is negative: in signed streams only). src/kernels/rescale_m4.h says why that is
 * TFLite's rounding bit for bit. `fraction` is 12; in the variants called coarse, for scales from 1/32 to 1/2, it is 8.
 */
#ifndef MOTE_M4_DUAL_H
#define MOTE_M4_DUAL_H

#include <stdint.h>

typedef struct {
  const uint32_t* end;          /* behind the last group */
  uint32_t enter2;              /* where the unrolled loop for two pixels begins: mote_m4_dual_enter */
  uint32_t inputs;              /* a multiple of 4, >= 4 */
  int32_t round;                /* (zero point << fraction) + (1 << (fraction - 1)) */
  const uint32_t* stream;       /* first group of four outputs */
  uint32_t enter1;              /* enter2 for one pixel */
  int32_t multiplier, negative; /* m and n of uniform streams */
} mote_m4_dual;

/* Bytes from the start of a loop of `unroll` quads (four inputs each, `bytes` of code) to where it must be entered, so
 * that it ends with the last quad; the first quad stands before the loop. Bit 0 says Thumb. */
static inline uint32_t mote_m4_dual_enter(uint32_t inputs, uint32_t unroll, uint32_t bytes) {
  const uint32_t quads = inputs / 4 - 1;
  return (quads == 0 ? unroll : (0u - quads) & (unroll - 1u)) * bytes + 1u;
}
static inline uint32_t mote_m4_dual_enter2(uint32_t inputs) { return mote_m4_dual_enter(inputs, 4, 96); }
static inline uint32_t mote_m4_dual_enter1(uint32_t inputs) { return mote_m4_dual_enter(inputs, 4, 64); }

/* Two pixels, whose inputs stand as pairs of int16: for each two pairs of the stream's order, that of pixel 0, then
 * that of pixel 1 (mote_m4_widen writes them so). Writes 4 bytes a group to out0 and to out1. */
typedef void mote_m4_two(const mote_m4_dual* d, const uint32_t* pairs, int8_t* out0, int8_t* out1);
mote_m4_two mote_m4_dual2_rectified, mote_m4_dual2_signed, mote_m4_dual2_rectified_coarse, mote_m4_dual2_signed_coarse;

/* One pixel, straight from int8 inputs of any alignment. */
typedef void mote_m4_one(const mote_m4_dual* d, const int8_t* in, int8_t* out);
mote_m4_one mote_m4_dual1_rectified, mote_m4_dual1_signed, mote_m4_dual1_rectified_coarse, mote_m4_dual1_signed_coarse;

/* The same with a uniform stream. */
mote_m4_one mote_m4_uniform_rectified, mote_m4_uniform_signed, mote_m4_uniform_rectified_coarse,
    mote_m4_uniform_signed_coarse;

/* Widens two pixels to interleaved pairs: 4 * quads bytes from each of p0 and p1, of any alignment. Writes 16 * quads
 * bytes. */
void mote_m4_widen(uint32_t* pairs, const int8_t* p0, const int8_t* p1, int32_t quads);
/* The same with `rows` runs that begin `step` bytes apart. */
void mote_m4_widen_rows(uint32_t* pairs, const int8_t* p0, const int8_t* p1, int32_t quads, int32_t rows, int32_t step);

/* The windows of 3x3 pixels of three channels: mote_m4_widen_rows of the first eight bytes of three rows, then the
 * ninth bytes of the rows and a zero as a quad of their own. Writes 112 bytes. */
void mote_m4_widen_3x9(uint32_t* pairs, const int8_t* p0, const int8_t* p1, int32_t step);

#endif /* MOTE_M4_DUAL_H */
