/* See mote_m4_quad.h. Assembly for the same reason as in mote_m4_dual.c; behind it the same in C for any other machine. */
#include "mote_m4_quad.h"

#if defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_SIMD32)

#pragma GCC diagnostic ignored "-Wunused-parameter" /* naked functions find them in r0 to r3 */
#define NAKED __attribute__((naked))

/* --- Two pixels: r0 pairs, r1 stream; sums of the word, its low bytes, the masked word and its low bytes in r6, r7, r8, r9
 * of pixel 0 and r10, r11, r12, lr of pixel 1. Stack: 0 pairs, 4 out0, 8 out1, 12 end of stream, 16 and 20 -8 * (sum of
 * inputs) of the pixels, 24 round, 28 end of pairs. */
#define PAIR2                   \
  "ldr r2, [r1], #4\n"          \
  "ldrd r4, r5, [r0], #8\n"     \
  "smlad r6, r2, r4, r6\n"      \
  "smlad r10, r2, r5, r10\n"    \
  "uxtb16 r3, r2\n"             \
  "and r2, r2, #0x0f0f0f0f\n"   \
  "smlad r7, r3, r4, r7\n"      \
  "smlad r11, r3, r5, r11\n"    \
  "uxtb16 r3, r2\n"             \
  "smlad r8, r2, r4, r8\n"      \
  "smlad r12, r2, r5, r12\n"    \
  "smlad r9, r3, r4, r9\n"      \
  "smlad lr, r3, r5, lr\n"

#define BEGIN2                                                         \
  "push {r4-r11, lr}\n"                                                \
  "sub sp, #36\n"                                                      \
  "ldm r0, {r4, r5, r6, r7, r8}\n" /* end, -, inputs, round, stream */ \
  "stm sp, {r1, r2, r3, r4}\n"                                         \
  "add r6, r1, r6, lsl #2\n"                                           \
  "strd r7, r6, [sp, #24]\n"                                           \
  "mov r0, r1\n"                                                       \
  "mov r1, r8\n"                                                       \
  "mov r2, #0x00010001\n"                                              \
  "mov r4, #0\n"                                                       \
  "mov r5, #0\n"                                                       \
  "1:\n" /* the sums of both pixels' inputs */                         \
  "ldm.w r0!, {r8, r9, r10, r11}\n"                                    \
  "smlad r4, r8, r2, r4\n"                                             \
  "smlad r5, r9, r2, r5\n"                                             \
  "smlad r4, r10, r2, r4\n"                                            \
  "smlad r5, r11, r2, r5\n"                                            \
  "cmp r0, r6\n"                                                       \
  "blo 1b\n"                                                           \
  "mov r2, #0\n"                                                       \
  "sub r4, r2, r4, lsl #3\n"                                           \
  "sub r5, r2, r5, lsl #3\n"                                           \
  "strd r4, r5, [sp, #16]\n"                                           \
  "ldr r0, [sp]\n"

/* Sums start at -8, -136, -2056 and -2184 times the inputs' sum. The loop takes eight inputs; four come before it if their
 * number is odd. */
#define LOOP2                      \
  "2:\n"                           \
  "ldrd r9, lr, [sp, #16]\n"       \
  "ldr r2, [sp, #28]\n"            \
  "add r7, r9, r9, lsl #4\n"       \
  "add r11, lr, lr, lsl #4\n"      \
  "add r8, r9, r9, lsl #8\n"       \
  "add r12, lr, lr, lsl #8\n"      \
  "add r6, r8, r9, lsl #4\n"       \
  "add r10, r12, lr, lsl #4\n"     \
  "subs r2, r2, r0\n"              \
  "tst r2, #16\n"                  \
  "bne 4f\n"                       \
  "3:\n" PAIR2 PAIR2               \
  "4:\n" PAIR2 PAIR2               \
  "ldr r2, [sp, #28]\n"            \
  "cmp r0, r2\n"                   \
  "blo 3b\n"                       \
  "sub r8, r8, r9\n"               \
  "sub r12, r12, lr\n"             \
  "sub r6, r6, r7\n"               \
  "sub r10, r10, r11\n"            \
  "sub r6, r6, r8\n"               \
  "sub r10, r10, r12\n"            \
  "sub r7, r7, r9\n"               \
  "sub r11, r11, lr\n"             \
  "ldm.w r1!, {r2, r3, r4, r5}\n"  \
  "add r9, r2, r9, lsl #8\n"       \
  "add lr, r2, lr, lsl #8\n"       \
  "add r7, r3, r7, lsl #4\n"       \
  "add r11, r3, r11, lsl #4\n"     \
  "add r8, r8, r4\n"               \
  "add r12, r12, r4\n"             \
  "add r6, r5, r6, asr #4\n"       \
  "add r10, r5, r10, asr #4\n"

/* Takes n off a negative value; spoils r0. */
#define NEGATIVE(v, n) "and r0, " n ", " v ", asr #31\n" "sub " v ", " v ", r0\n"
#define NEGATIVES2                                                            \
  "ldm.w r1!, {r2, r3, r4, r5}\n"                                             \
  NEGATIVE("r9", "r2") NEGATIVE("lr", "r2") NEGATIVE("r7", "r3") NEGATIVE("r11", "r3") \
  NEGATIVE("r8", "r4") NEGATIVE("r12", "r4") NEGATIVE("r6", "r5") NEGATIVE("r10", "r5")

#define BYTE(f, v, m) "smmla " v ", " v ", " m ", r0\n" "ssat " v ", #8, " v ", asr #" f "\n"
#define STORE2(f)                                                                             \
  "ldm.w r1!, {r2, r3, r4, r5}\n"                                                             \
  "ldr r0, [sp, #24]\n"                                                                       \
  BYTE(f, "r9", "r2") BYTE(f, "lr", "r2") BYTE(f, "r7", "r3") BYTE(f, "r11", "r3")            \
  BYTE(f, "r8", "r4") BYTE(f, "r12", "r4") BYTE(f, "r6", "r5") BYTE(f, "r10", "r5")           \
  "ldm sp, {r0, r2, r3, r4}\n"                                                                \
  "strb r9, [r2], #4\n"                                                                       \
  "strb r7, [r2, #-3]\n"                                                                      \
  "strb r8, [r2, #-2]\n"                                                                      \
  "strb r6, [r2, #-1]\n"                                                                      \
  "strb lr, [r3], #4\n"                                                                       \
  "strb r11, [r3, #-3]\n"                                                                     \
  "strb r12, [r3, #-2]\n"                                                                     \
  "strb r10, [r3, #-1]\n"                                                                     \
  "strd r2, r3, [sp, #4]\n"                                                                   \
  "cmp r1, r4\n"                                                                              \
  "bne 2b\n"                                                                                  \
  "add sp, #36\n"                                                                             \
  "pop {r4-r11, pc}\n"

#define DEFINE2(variant, f)                                                                                              \
  NAKED void mote_m4_quad2_rectified##variant(const mote_m4_dual* d, const uint32_t* pairs, int8_t* out0, int8_t* out1) { \
    __asm__ volatile(BEGIN2 LOOP2 STORE2(f));                                                                            \
  }                                                                                                                      \
  NAKED void mote_m4_quad2_signed##variant(const mote_m4_dual* d, const uint32_t* pairs, int8_t* out0, int8_t* out1) {    \
    __asm__ volatile(BEGIN2 LOOP2 NEGATIVES2 STORE2(f));                                                                 \
  }
DEFINE2(, "12")
DEFINE2(_coarse, "8")

/* --- One pixel: r0 inputs, r1 stream; sums as above in r6, r7, r8, r9; pairs of inputs in r10, r11; r12: -8 * (sum of inputs),
 * lr: end of inputs. Stack: 0 inputs, 4 out, 8 end of stream, 12 round. */
#define BEGIN1                                                         \
  "push {r4-r11, lr}\n"                                                \
  "sub sp, #20\n"                                                      \
  "ldm r0, {r4, r5, r6, r7, r8}\n" /* end, -, inputs, round, stream */ \
  "stm sp, {r1, r2, r4, r7}\n"                                         \
  "add lr, r1, r6\n"                                                   \
  "mov r0, r1\n"                                                       \
  "mov r1, r8\n"                                                       \
  "mov r2, #0x00010001\n"                                              \
  "mov r12, #0\n"                                                      \
  "1:\n"                                                               \
  "ldr r10, [r0], #4\n"                                                \
  "sxtb16 r11, r10, ror #8\n"                                          \
  "sxtab16 r11, r11, r10\n"                                            \
  "smlad r12, r11, r2, r12\n"                                          \
  "cmp r0, lr\n"                                                       \
  "blo 1b\n"                                                           \
  "mov r2, #0\n"                                                       \
  "sub r12, r2, r12, lsl #3\n"                                         \
  "ldr r0, [sp]\n"

#define QUAD1                   \
  "ldr r10, [r0], #4\n"         \
  "ldrd r2, r3, [r1], #8\n"     \
  "sxtb16 r11, r10, ror #8\n"   \
  "sxtb16 r10, r10\n"           \
  "smlad r6, r2, r10, r6\n"     \
  "uxtb16 r4, r2\n"             \
  "and r2, r2, #0x0f0f0f0f\n"   \
  "smlad r6, r3, r11, r6\n"     \
  "uxtb16 r5, r3\n"             \
  "and r3, r3, #0x0f0f0f0f\n"   \
  "smlad r7, r4, r10, r7\n"     \
  "smlad r7, r5, r11, r7\n"     \
  "uxtb16 r4, r2\n"             \
  "uxtb16 r5, r3\n"             \
  "smlad r8, r2, r10, r8\n"     \
  "smlad r8, r3, r11, r8\n"     \
  "smlad r9, r4, r10, r9\n"     \
  "smlad r9, r5, r11, r9\n"

#define LOOP1                      \
  "2:\n"                           \
  "mov r9, r12\n"                  \
  "sub r2, lr, r0\n"               \
  "add r7, r9, r9, lsl #4\n"       \
  "add r8, r9, r9, lsl #8\n"       \
  "add r6, r8, r9, lsl #4\n"       \
  "tst r2, #4\n"                   \
  "bne 4f\n"                       \
  "3:\n" QUAD1                     \
  "4:\n" QUAD1                     \
  "cmp r0, lr\n"                   \
  "blo 3b\n"                       \
  "sub r8, r8, r9\n"               \
  "sub r6, r6, r7\n"               \
  "sub r6, r6, r8\n"               \
  "sub r7, r7, r9\n"               \
  "ldm.w r1!, {r2, r3, r4, r5}\n"  \
  "add r9, r2, r9, lsl #8\n"       \
  "add r7, r3, r7, lsl #4\n"       \
  "add r8, r8, r4\n"               \
  "add r6, r5, r6, asr #4\n"

#define NEGATIVES1                                                    \
  "ldm.w r1!, {r2, r3, r4, r5}\n" NEGATIVE("r9", "r2") NEGATIVE("r7", "r3") NEGATIVE("r8", "r4") NEGATIVE("r6", "r5")

#define STORE1(f)                                                                             \
  "ldm.w r1!, {r2, r3, r4, r5}\n"                                                             \
  "ldr r0, [sp, #12]\n"                                                                       \
  BYTE(f, "r9", "r2") BYTE(f, "r7", "r3") BYTE(f, "r8", "r4") BYTE(f, "r6", "r5")             \
  "ldm sp, {r0, r2, r4}\n"                                                                    \
  "strb r9, [r2], #4\n"                                                                       \
  "strb r7, [r2, #-3]\n"                                                                      \
  "strb r8, [r2, #-2]\n"                                                                      \
  "strb r6, [r2, #-1]\n"                                                                      \
  "str r2, [sp, #4]\n"                                                                        \
  "cmp r1, r4\n"                                                                              \
  "bne 2b\n"                                                                                  \
  "add sp, #20\n"                                                                             \
  "pop {r4-r11, pc}\n"

#define DEFINE1(variant, f)                                                                           \
  NAKED void mote_m4_quad1_rectified##variant(const mote_m4_dual* d, const int8_t* in, int8_t* out) { \
    __asm__ volatile(BEGIN1 LOOP1 STORE1(f));                                                         \
  }                                                                                                   \
  NAKED void mote_m4_quad1_signed##variant(const mote_m4_dual* d, const int8_t* in, int8_t* out) {    \
    __asm__ volatile(BEGIN1 LOOP1 NEGATIVES1 STORE1(f));                                              \
  }
DEFINE1(, "12")
DEFINE1(_coarse, "8")

#else /* any other machine: only so that packing and layers can be tested on the host, bit for bit */

static int32_t nibble(uint32_t word, int half, int output) {
  const int32_t n = (int32_t)(word >> (16 * half + 4 * output) & 15u);
  return output == 3 ? (n < 8 ? n : n - 16) : n - 8;
}

static int8_t finish(int32_t sum, const uint32_t* p, int output, int is_signed, int32_t round, int fraction) {
  const uint32_t value = p[output] + ((uint32_t)sum << 8);
  const uint32_t negative = is_signed ? p[4 + output] : 0;
  const int32_t v = (int32_t)((int32_t)value < 0 ? value - negative : value);
  const int32_t m = (int32_t)p[(is_signed ? 8 : 4) + output];
  const int64_t product = (int64_t)v * m + (int64_t)round * ((int64_t)1 << 32);
  const int32_t y = (int32_t)(product >> 32) >> fraction;
  return (int8_t)(y < -128 ? -128 : y > 127 ? 127 : y);
}

/* `x` is the i-th input in the stream's order of pairs: (0, 2), (1, 3), (4, 6), ... */
static void add(int32_t sums[4], uint32_t word, int32_t low, int32_t high) {
  for (int o = 0; o < 4; ++o) sums[o] += nibble(word, 0, o) * low + nibble(word, 1, o) * high;
}

static void quad2(const mote_m4_dual* d, const uint32_t* pairs, int8_t* out0, int8_t* out1, int is_signed, int fraction) {
  for (const uint32_t* w = d->stream; w != d->end; w += is_signed ? 12 : 8, out0 += 4, out1 += 4) {
    int32_t sums0[4] = {0, 0, 0, 0}, sums1[4] = {0, 0, 0, 0};
    for (uint32_t i = 0; i < d->inputs; i += 2, ++w) {
      add(sums0, *w, (int16_t)(pairs[i] & 0xffffu), (int16_t)(pairs[i] >> 16));
      add(sums1, *w, (int16_t)(pairs[i + 1] & 0xffffu), (int16_t)(pairs[i + 1] >> 16));
    }
    for (int o = 0; o < 4; ++o) {
      out0[o] = finish(sums0[o], w, o, is_signed, d->round, fraction);
      out1[o] = finish(sums1[o], w, o, is_signed, d->round, fraction);
    }
  }
}

static void quad1(const mote_m4_dual* d, const int8_t* in, int8_t* out, int is_signed, int fraction) {
  for (const uint32_t* w = d->stream; w != d->end; w += is_signed ? 12 : 8, out += 4) {
    int32_t sums[4] = {0, 0, 0, 0};
    for (uint32_t i = 0; i < d->inputs; i += 4, w += 2) {
      add(sums, w[0], in[i], in[i + 2]);
      add(sums, w[1], in[i + 1], in[i + 3]);
    }
    for (int o = 0; o < 4; ++o) out[o] = finish(sums[o], w, o, is_signed, d->round, fraction);
  }
}

#define DEFINE(variant, fraction)                                                                                   \
  void mote_m4_quad2_rectified##variant(const mote_m4_dual* d, const uint32_t* pairs, int8_t* out0, int8_t* out1) { \
    quad2(d, pairs, out0, out1, 0, fraction);                                                                       \
  }                                                                                                                 \
  void mote_m4_quad2_signed##variant(const mote_m4_dual* d, const uint32_t* pairs, int8_t* out0, int8_t* out1) {    \
    quad2(d, pairs, out0, out1, 1, fraction);                                                                       \
  }                                                                                                                 \
  void mote_m4_quad1_rectified##variant(const mote_m4_dual* d, const int8_t* in, int8_t* out) {                     \
    quad1(d, in, out, 0, fraction);                                                                                 \
  }                                                                                                                 \
  void mote_m4_quad1_signed##variant(const mote_m4_dual* d, const int8_t* in, int8_t* out) {                        \
    quad1(d, in, out, 1, fraction);                                                                                 \
  }
DEFINE(, 12)
DEFINE(_coarse, 8)

#endif
