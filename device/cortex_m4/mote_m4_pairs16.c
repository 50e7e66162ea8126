/* See mote_m4_pairs16.h. Assembly, because gcc spills eight accumulators; behind it the same in C for any other machine. */
#include "mote_m4_pairs16.h"

#if defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_SIMD32)

#pragma GCC diagnostic ignored "-Wunused-parameter" /* naked functions find them in r0 to r3 */
#define NAKED __attribute__((naked))

/* --- Two pixels: r0 pairs, r1 stream; sums of A, B, C, D in r6, r7, r8, r9 of pixel 0 and r10, r11, r12, lr of pixel 1.
 * Stack: 0 pairs, 4 out0, 8 out1, 12 end of stream, 16 end of pairs. */
#define HALF2(a, b, c, d)         \
  "ldr r2, [r1], #4\n"            \
  "sxtb16 r3, r2\n"               \
  "sxtb16 r2, r2, ror #8\n"       \
  "smlad " a ", r3, r4, " a "\n"  \
  "smlad " c ", r3, r5, " c "\n"  \
  "smlad " b ", r2, r4, " b "\n"  \
  "smlad " d ", r2, r5, " d "\n"
#define PAIR2 "ldrd r4, r5, [r0], #8\n" HALF2("r6", "r7", "r10", "r11") HALF2("r8", "r9", "r12", "lr")

/* The loop takes eight inputs; four come before it if their number is odd. */
#define RUN2(saturate)                    \
  "push {r4-r11, lr}\n"                   \
  "sub sp, #20\n"                         \
  "ldm r0, {r4, r5, r6}\n"                \
  "stm sp, {r1, r2, r3, r4}\n"            \
  "add r5, r1, r5, lsl #2\n"              \
  "str r5, [sp, #16]\n"                   \
  "mov r0, r1\n"                          \
  "mov r1, r6\n"                          \
  "2:\n"                                  \
  "ldm.w r1!, {r6, r7, r8, r9}\n"         \
  "ldr r2, [sp, #16]\n"                   \
  "mov r10, r6\n"                         \
  "mov r11, r7\n"                         \
  "mov r12, r8\n"                         \
  "mov lr, r9\n"                          \
  "subs r2, r2, r0\n"                     \
  "tst r2, #16\n"                         \
  "bne 4f\n"                              \
  "3:\n" PAIR2 PAIR2                      \
  "4:\n" PAIR2 PAIR2                      \
  "ldr r2, [sp, #16]\n"                   \
  "cmp r0, r2\n"                          \
  "blo 3b\n"                              \
  "ldm.w r1!, {r2, r3, r4, r5}\n"         \
  OUTPUT("r6", "r2", saturate) OUTPUT("r10", "r2", saturate) OUTPUT("r7", "r3", saturate)   \
  OUTPUT("r11", "r3", saturate) OUTPUT("r8", "r4", saturate) OUTPUT("r12", "r4", saturate)  \
  OUTPUT("r9", "r5", saturate) OUTPUT("lr", "r5", saturate)                                 \
  "ldm sp, {r0, r2, r3, r4}\n"            \
  "strh r6, [r2], #8\n"                   \
  "strh r7, [r2, #-6]\n"                  \
  "strh r8, [r2, #-4]\n"                  \
  "strh r9, [r2, #-2]\n"                  \
  "strh r10, [r3], #8\n"                  \
  "strh r11, [r3, #-6]\n"                 \
  "strh r12, [r3, #-4]\n"                 \
  "strh lr, [r3, #-2]\n"                  \
  "strd r2, r3, [sp, #4]\n"               \
  "cmp r1, r4\n"                          \
  "bne 2b\n"                              \
  "add sp, #20\n"                         \
  "pop {r4-r11, pc}\n"
#define OUTPUT(v, m, saturate) "smmulr " v ", " v ", " m "\n" saturate(v)
#define SSAT(v) "ssat " v ", #16, " v "\n"
#define USAT(v) "usat " v ", #15, " v "\n"

/* --- One pixel: r0 inputs, r1 stream; sums in r6, r7, r8, r9; a pair of inputs in r10; lr: end of inputs.
 * Stack: 0 inputs, 4 out, 8 end of stream. */
#define PAIR1                       \
  "ldr r10, [r0], #4\n"             \
  "ldrd r2, r3, [r1], #8\n"         \
  "sxtb16 r4, r2\n"                 \
  "sxtb16 r5, r3\n"                 \
  "sxtb16 r2, r2, ror #8\n"         \
  "sxtb16 r3, r3, ror #8\n"         \
  "smlad r6, r4, r10, r6\n"         \
  "smlad r8, r5, r10, r8\n"         \
  "smlad r7, r2, r10, r7\n"         \
  "smlad r9, r3, r10, r9\n"
#define RUN1(saturate)                    \
  "push {r4-r11, lr}\n"                   \
  "sub sp, #12\n"                         \
  "ldm r0, {r4, r5, r6}\n"                \
  "stm sp, {r1, r2, r4}\n"                \
  "add lr, r1, r5, lsl #1\n"              \
  "mov r0, r1\n"                          \
  "mov r1, r6\n"                          \
  "2:\n"                                  \
  "ldm.w r1!, {r6, r7, r8, r9}\n"         \
  "3:\n" PAIR1 PAIR1                      \
  "cmp r0, lr\n"                          \
  "blo 3b\n"                              \
  "ldm.w r1!, {r2, r3, r4, r5}\n"         \
  OUTPUT("r6", "r2", saturate) OUTPUT("r7", "r3", saturate) OUTPUT("r8", "r4", saturate) OUTPUT("r9", "r5", saturate) \
  "ldm sp, {r0, r2, r4}\n"                \
  "strh r6, [r2], #8\n"                   \
  "strh r7, [r2, #-6]\n"                  \
  "strh r8, [r2, #-4]\n"                  \
  "strh r9, [r2, #-2]\n"                  \
  "str r2, [sp, #4]\n"                    \
  "cmp r1, r4\n"                          \
  "bne 2b\n"                              \
  "add sp, #12\n"                         \
  "pop {r4-r11, pc}\n"

#define DEFINE(variant, saturate)                                                                                     \
  NAKED void mote_m4_pairs16_two_##variant(const mote_m4_pairs16* d, const uint32_t* pairs, int16_t* out0,            \
                                           int16_t* out1) {                                                           \
    __asm__ volatile(RUN2(saturate));                                                                                 \
  }                                                                                                                   \
  NAKED void mote_m4_pairs16_one_##variant(const mote_m4_pairs16* d, const int16_t* in, int16_t* out) {               \
    __asm__ volatile(RUN1(saturate));                                                                                 \
  }
DEFINE(signed, SSAT)
DEFINE(rectified, USAT)

#else /* any other machine: only so that packing and layers can be tested on the host, bit for bit */

static int16_t finish(int32_t sum, uint32_t multiplier, int32_t low) {
  const int32_t y = (int32_t)(((int64_t)sum * (int32_t)multiplier + 0x80000000) >> 32);
  return (int16_t)(y < low ? low : y > 32767 ? 32767 : y);
}

/* in[i * step] is the i-th pair's first input, in[i * step + 1] its second. */
static void run(const mote_m4_pairs16* d, const int16_t* in, int32_t step, int16_t* out, int32_t low) {
  for (const uint32_t* w = d->stream; w != d->end; w += 4, out += 4) {
    int32_t sums[4];
    for (int o = 0; o < 4; ++o) sums[o] = (int32_t)w[o];
    w += 4;
    for (uint32_t i = 0; i < d->inputs / 2; ++i, w += 2)
      for (int o = 0; o < 4; ++o) {
        const uint32_t word = w[o / 2] >> (o % 2 * 8);
        sums[o] += (int8_t)(word & 0xffu) * in[(int32_t)i * step] + (int8_t)(word >> 16 & 0xffu) * in[(int32_t)i * step + 1];
      }
    for (int o = 0; o < 4; ++o) out[o] = finish(sums[o], w[o], low);
  }
}

#define DEFINE(variant, low)                                                                                       \
  void mote_m4_pairs16_two_##variant(const mote_m4_pairs16* d, const uint32_t* pairs, int16_t* out0, int16_t* out1) { \
    run(d, (const int16_t*)pairs, 4, out0, low);                                                                   \
    run(d, (const int16_t*)pairs + 2, 4, out1, low);                                                               \
  }                                                                                                                \
  void mote_m4_pairs16_one_##variant(const mote_m4_pairs16* d, const int16_t* in, int16_t* out) { run(d, in, 2, out, low); }
DEFINE(signed, -32768)
DEFINE(rectified, 0)

#endif
