/* Dense inner loops for Arm cores with the DSP extension: four weights of four bits, for four outputs, in one halfword.
 * A word of weights holds, for the inputs k and k + 2, the halfwords 4096 * d + 256 * (c + 8) + 16 * (b + 8) + (a + 8) of the
 * outputs A, B, C, D. SMLAD of it with a pair of inputs, of its low bytes (UXTB16), of the word masked by 0x0f0f0f0f and of
 * that one's low bytes gives four sums, of which differences are 256 * SC, 16 * SB, 4096 * SD and SA: one load and three
 * instructions serve eight multiplications a pixel, and a weight costs half a byte. The eights add 8 * (sum of the pixel's
 * inputs) to each output, which is found once a pixel and taken off when the sums start. Exact while |SD| < 2^19.
 * The stream of a layer, made by src/kernels/dual_m4.cpp, for every four outputs:
 *   for every four inputs k..k+3: ABCD(k, k+2), ABCD(k+1, k+3)
 *   startA, startB, startC, startD   256 * bias + rounding offset
 *   nA, nB, nC, nD                   in signed streams only
 *   mA, mB, mC, mD
 * Results come of sums as in mote_m4_dual.h; of mote_m4_dual, `enter1`, `enter2`, `multiplier` and `negative` are not used. */
#ifndef MOTE_M4_QUAD_H
#define MOTE_M4_QUAD_H

#include "mote_m4_dual.h"

mote_m4_two mote_m4_quad2_rectified, mote_m4_quad2_signed, mote_m4_quad2_rectified_coarse, mote_m4_quad2_signed_coarse;
mote_m4_one mote_m4_quad1_rectified, mote_m4_quad1_signed, mote_m4_quad1_rectified_coarse, mote_m4_quad1_signed_coarse;

#endif /* MOTE_M4_QUAD_H */
