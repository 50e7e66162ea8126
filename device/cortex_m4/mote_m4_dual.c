/* See mote_m4_dual.h. Assembly, because gcc spills eight accumulators; behind it the same in C for any other machine.
 * Nothing here needs a floating-point unit: Cortex-M4, M7 and M33 with DSP run it alike. */
#include "mote_m4_dual.h"

#if defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_SIMD32)

#pragma GCC diagnostic ignored "-Wunused-parameter" /* naked functions find them in r0 to r3 */
#define NAKED __attribute__((naked))

/* --- Two pixels: r0 pairs, r1 stream; accumulators r6 T(AB), r7 SB, r8 T(CD), r9 SD of pixel 0 and r10, r11, r12, lr
 * of pixel 1. Stack: 0 pairs, 4 out0, 8 out1, 12 end of stream, 16 where to enter the unrolled loop, 20 end of pairs,
 * 24 round. */
#define PAIR2                \
  "ldrd r2, r3, [r1], #8\n"  \
  "ldrd r4, r5, [r0], #8\n"  \
  "smlad r6, r2, r4, r6\n"   \
  "smlad r10, r2, r5, r10\n" \
  "smlad r8, r3, r4, r8\n"   \
  "smlad r12, r3, r5, r12\n" \
  "sxtb16 r2, r2\n"          \
  "sxtb16 r3, r3\n"          \
  "smlad r7, r2, r4, r7\n"   \
  "smlad r11, r2, r5, r11\n" \
  "smlad r9, r3, r4, r9\n"   \
  "smlad lr, r3, r5, lr\n"
/* 24 instructions of 4 bytes. Four of them in the loop, so that all that runs for a group of outputs takes less than a
 * kilobyte, which is what the instruction cache of an STM32L4 holds. */
#define QUAD2 PAIR2 PAIR2

#define BEGIN2                                                              \
  "push {r4-r11, lr}\n"                                                     \
  "sub sp, #28\n"                                                           \
  "ldm r0, {r4, r5, r6, r7, r8}\n" /* end, enter2, inputs, round, stream */ \
  "adr.w r9, 3f\n"                                                          \
  "add r5, r5, r9\n"                                                        \
  "add r6, r1, r6, lsl #2\n"                                                \
  "stm sp, {r1, r2, r3, r4, r5, r6, r7}\n"                                  \
  "mov r0, r1\n"                                                            \
  "mov r1, r8\n"

/* The first pair of inputs sets the accumulators. */
#define LOOP2                    \
  "2:\n"                         \
  "ldrd r6, r8, [r1], #8\n"      \
  "ldrd r2, r3, [r1], #8\n"      \
  "ldrd r4, r5, [r0], #8\n"      \
  "smlad r10, r2, r5, r6\n"      \
  "smlad r12, r3, r5, r8\n"      \
  "smlad r6, r2, r4, r6\n"       \
  "smlad r8, r3, r4, r8\n"       \
  "sxtb16 r2, r2\n"              \
  "sxtb16 r3, r3\n"              \
  "smuad r7, r2, r4\n"           \
  "smuad r11, r2, r5\n"          \
  "smuad r9, r3, r4\n"           \
  "smuad lr, r3, r5\n" PAIR2     \
  "ldr pc, [sp, #16]\n"          \
  ".p2align 2\n"                 \
  "3:\n" QUAD2 QUAD2 QUAD2 QUAD2 \
  "ldr r2, [sp, #20]\n"          \
  "cmp r0, r2\n"                 \
  "blo 3b\n"

/* v of both pixels for the outputs whose sums are t, s (pixel 0) and u, v (pixel 1); r4: start of the second output. */
#define VALUES2(t, s, u, v) \
  "sub " t ", " t ", " s    \
  "\n"                      \
  "sub " u ", " u ", " v    \
  "\n"                      \
  "add " s ", r4, " s       \
  ", lsl #8\n"              \
  "add " v ", r4, " v ", lsl #8\n"
/* Takes n off a negative value; spoils r5. */
#define NEGATIVE(v, n) \
  "and r5, " n ", " v  \
  ", asr #31\n"        \
  "sub " v ", " v ", r5\n"
/* r2, r3: multipliers; r5: round. */
#define BYTES2(f, t, s, u, v)      \
  "smmla " t ", " t                \
  ", r2, r5\n"                     \
  "smmla " u ", " u                \
  ", r2, r5\n"                     \
  "smmla " s ", " s                \
  ", r3, r5\n"                     \
  "smmla " v ", " v                \
  ", r3, r5\n"                     \
  "ssat " t ", #8, " t ", asr #" f \
  "\n"                             \
  "ssat " u ", #8, " u ", asr #" f \
  "\n"                             \
  "ssat " s ", #8, " s ", asr #" f \
  "\n"                             \
  "ssat " v ", #8, " v ", asr #" f "\n"
#define RECTIFIED2(f, t, s, u, v) "ldm r1!, {r2, r3, r4}\n" VALUES2(t, s, u, v) BYTES2(f, t, s, u, v)
#define SIGNED2(f, t, s, u, v) \
  "ldm r1!, {r2, r3, r4}\n"                \
    VALUES2(t, s, u, v)                      \
    NEGATIVE(t, "r2")                        \
    NEGATIVE(u, "r2")                        \
    NEGATIVE(s, "r3")                        \
    NEGATIVE(v, "r3")                        \
    "ldrd r2, r3, [r1], #8\n"                \
    "ldr r5, [sp, #24]\n"                    \
    BYTES2(f, t, s, u, v)

#define STORE2                 \
  "ldm sp, {r0, r2, r3, r4}\n" \
  "strb r6, [r2], #4\n"        \
  "strb r7, [r2, #-3]\n"       \
  "strb r8, [r2, #-2]\n"       \
  "strb r9, [r2, #-1]\n"       \
  "strb r10, [r3], #4\n"       \
  "strb r11, [r3, #-3]\n"      \
  "strb r12, [r3, #-2]\n"      \
  "strb lr, [r3, #-1]\n"       \
  "strd r2, r3, [sp, #4]\n"    \
  "cmp r1, r4\n"               \
  "bne 2b\n"                   \
  "add sp, #28\n"              \
  "pop {r4-r11, pc}\n"

#define DEFINE2(variant, f)                                                                                            \
  NAKED void mote_m4_dual2_rectified##variant(const mote_m4_dual* d, const uint32_t* pairs, int8_t* out0,              \
                                              int8_t* out1) {                                                          \
    __asm__ volatile(BEGIN2 LOOP2 "ldr r5, [sp, #24]\n" RECTIFIED2(f, "r6", "r7", "r10", "r11")                        \
                         RECTIFIED2(f, "r8", "r9", "r12", "lr") STORE2);                                               \
  }                                                                                                                    \
  NAKED void mote_m4_dual2_signed##variant(const mote_m4_dual* d, const uint32_t* pairs, int8_t* out0, int8_t* out1) { \
    __asm__ volatile(BEGIN2 LOOP2 SIGNED2(f, "r6", "r7", "r10", "r11") SIGNED2(f, "r8", "r9", "r12", "lr") STORE2);    \
  }
DEFINE2(, "12")
DEFINE2(_coarse, "8")

/* --- One pixel: r0 inputs, r1 stream; accumulators r6 T(AB), r7 SB, r8 T(CD), r9 SD; pairs of inputs in r10, r11.
 * Stack: 0 inputs, 4 out, 8 end of stream, 12 where to enter the loop, 16 end of inputs, 20 round, 24 multiplier, 28
 * negative. */
#define QUAD1                     \
  "ldr r10, [r0], #4\n"           \
  "ldm.w r1!, {r2, r3, r4, r5}\n" \
  "sxtb16 r11, r10, ror #8\n"     \
  "sxtb16 r10, r10\n"             \
  "smlad r6, r2, r10, r6\n"       \
  "smlad r8, r3, r10, r8\n"       \
  "smlad r6, r4, r11, r6\n"       \
  "smlad r8, r5, r11, r8\n"       \
  "sxtb16 r2, r2\n"               \
  "sxtb16 r3, r3\n"               \
  "sxtb16 r4, r4\n"               \
  "sxtb16 r5, r5\n"               \
  "smlad r7, r2, r10, r7\n"       \
  "smlad r9, r3, r10, r9\n"       \
  "smlad r7, r4, r11, r7\n"       \
  "smlad r9, r5, r11, r9\n" /* 16 instructions of 4 bytes */

#define BEGIN1                                                             \
  "push {r4-r11, lr}\n"                                                    \
  "sub sp, #36\n"                                                          \
  "ldm r0, {r4, r5, r6, r7, r8, r9, r10, r11}\n" /* all of mote_m4_dual */ \
  "adr.w r3, 3f\n"                                                         \
  "add r5, r9, r3\n"                                                       \
  "add r6, r1, r6\n"                                                       \
  "stm sp, {r1, r2, r4, r5, r6, r7, r10, r11}\n"                           \
  "mov r0, r1\n"                                                           \
  "mov r1, r8\n"

#define LOOP1                     \
  "2:\n"                          \
  "ldrd r6, r8, [r1], #8\n"       \
  "ldr r10, [r0], #4\n"           \
  "ldm.w r1!, {r2, r3, r4, r5}\n" \
  "sxtb16 r11, r10, ror #8\n"     \
  "sxtb16 r10, r10\n"             \
  "smlad r6, r2, r10, r6\n"       \
  "smlad r8, r3, r10, r8\n"       \
  "smlad r6, r4, r11, r6\n"       \
  "smlad r8, r5, r11, r8\n"       \
  "sxtb16 r2, r2\n"               \
  "sxtb16 r3, r3\n"               \
  "sxtb16 r4, r4\n"               \
  "sxtb16 r5, r5\n"               \
  "smuad r7, r2, r10\n"           \
  "smuad r9, r3, r10\n"           \
  "smlad r7, r4, r11, r7\n"       \
  "smlad r9, r5, r11, r9\n"       \
  "ldr pc, [sp, #12]\n"           \
  ".p2align 2\n"                  \
  "3:\n" QUAD1 QUAD1 QUAD1 QUAD1  \
  "ldr r2, [sp, #16]\n"           \
  "cmp r0, r2\n"                  \
  "blo 3b\n"

/* v of two outputs; b: the register that holds the second one's start. */
#define VALUES1(t, s, b) \
  "sub " t ", " t ", " s \
  "\n"                   \
  "add " s ", " b ", " s ", lsl #8\n"
/* m, n: registers of the multipliers; r12: round. */
#define BYTES1(f, t, s, m, n)      \
  "smmla " t ", " t ", " m         \
  ", r12\n"                        \
  "smmla " s ", " s ", " n         \
  ", r12\n"                        \
  "ssat " t ", #8, " t ", asr #" f \
  "\n"                             \
  "ssat " s ", #8, " s ", asr #" f "\n"
#define SIGNED1(f, t, s)                                                                      \
  "ldm r1!, {r2, r3, r4, r10, r11}\n" VALUES1(t, s, "r4") NEGATIVE(t, "r2") NEGATIVE(s, "r3") \
      BYTES1(f, t, s, "r10", "r11")

#define STORE1             \
  "ldm sp, {r0, r2, r4}\n" \
  "strb r6, [r2], #4\n"    \
  "strb r7, [r2, #-3]\n"   \
  "strb r8, [r2, #-2]\n"   \
  "strb r9, [r2, #-1]\n"   \
  "str r2, [sp, #4]\n"     \
  "cmp r1, r4\n"           \
  "bne 2b\n"               \
  "add sp, #36\n"          \
  "pop {r4-r11, pc}\n"

#define DEFINE1(variant, f)                                                                                           \
  NAKED void mote_m4_dual1_rectified##variant(const mote_m4_dual* d, const int8_t* in, int8_t* out) {                 \
    __asm__ volatile(BEGIN1 LOOP1                                                                                     \
                     "ldm r1!, {r2, r3, r4, r5, r10, r11}\n"                                                          \
                     "ldr r12, [sp, #20]\n" VALUES1("r6", "r7", "r4") VALUES1("r8", "r9", "r11")                      \
                         BYTES1(f, "r6", "r7", "r2", "r3") BYTES1(f, "r8", "r9", "r5", "r10") STORE1);                \
  }                                                                                                                   \
  NAKED void mote_m4_dual1_signed##variant(const mote_m4_dual* d, const int8_t* in, int8_t* out) {                    \
    __asm__ volatile(BEGIN1 LOOP1 "ldr r12, [sp, #20]\n" SIGNED1(f, "r6", "r7") SIGNED1(f, "r8", "r9") STORE1);       \
  }                                                                                                                   \
  NAKED void mote_m4_uniform_rectified##variant(const mote_m4_dual* d, const int8_t* in, int8_t* out) {               \
    __asm__ volatile(BEGIN1 LOOP1                                                                                     \
                     "ldrd r10, r11, [r1], #8\n"                                                                      \
                     "ldrd r12, r2, [sp, #20]\n" VALUES1("r6", "r7", "r10") VALUES1("r8", "r9", "r11")                \
                         BYTES1(f, "r6", "r7", "r2", "r2") BYTES1(f, "r8", "r9", "r2", "r2") STORE1);                 \
  }                                                                                                                   \
  NAKED void mote_m4_uniform_signed##variant(const mote_m4_dual* d, const int8_t* in, int8_t* out) {                  \
    __asm__ volatile(BEGIN1 LOOP1                                                                                     \
                     "ldrd r10, r11, [r1], #8\n"                                                                      \
                     "ldrd r12, r2, [sp, #20]\n"                                                                      \
                     "ldr r3, [sp, #28]\n" VALUES1("r6", "r7", "r10") VALUES1("r8", "r9", "r11") NEGATIVE("r6", "r3") \
                         NEGATIVE("r7", "r3") NEGATIVE("r8", "r3") NEGATIVE("r9", "r3")                               \
                             BYTES1(f, "r6", "r7", "r2", "r2") BYTES1(f, "r8", "r9", "r2", "r2") STORE1);             \
  }
DEFINE1(, "12")
DEFINE1(_coarse, "8")

/* --- Widening: four bytes of each pixel become two pairs of each. */
#define WIDEN_QUAD          \
  "ldr r4, [r1], #4\n"      \
  "ldr r5, [r2], #4\n"      \
  "sxtb16 r6, r4\n"         \
  "sxtb16 r7, r5\n"         \
  "sxtb16 r8, r4, ror #8\n" \
  "sxtb16 r9, r5, ror #8\n" \
  "stm r0!, {r6, r7, r8, r9}\n"
/* A run of r3 quads, two at a time, the odd one last. */
#define WIDEN_RUN              \
  "subs r12, r3, #2\n"         \
  "blt 4f\n"                   \
  "3:\n" WIDEN_QUAD WIDEN_QUAD \
  "subs r12, #2\n"             \
  "bge 3b\n"                   \
  "4:\n"                       \
  "lsls r12, r12, #31\n"       \
  "beq 5f\n" WIDEN_QUAD "5:\n"

NAKED void mote_m4_widen(uint32_t* pairs, const int8_t* p0, const int8_t* p1, int32_t quads) {
  __asm__ volatile("push {r4-r9}\n" WIDEN_RUN
                   "pop {r4-r9}\n"
                   "bx lr\n");
}

NAKED void mote_m4_widen_rows(uint32_t* pairs, const int8_t* p0, const int8_t* p1, int32_t quads, int32_t rows,
                              int32_t step) {
  __asm__ volatile(
      "push {r4-r11}\n"
      "ldrd r10, r11, [sp, #32]\n"
      "sub r11, r11, r3, lsl #2\n" /* from the end of a run to the next */
      "2:\n" WIDEN_RUN
      "add r1, r11\n"
      "add r2, r11\n"
      "subs r10, #1\n"
      "bne 2b\n"
      "pop {r4-r11}\n"
      "bx lr\n");
}

/* One row's first eight bytes of both pixels. */
#define WIDEN_8                    \
  "ldr r4, [r1]\n"                 \
  "ldr r5, [r2]\n"                 \
  "ldr r6, [r1, #4]\n"             \
  "ldr r7, [r2, #4]\n"             \
  "sxtb16 r10, r4\n"               \
  "sxtb16 r11, r5\n"               \
  "sxtb16 r12, r4, ror #8\n"       \
  "sxtb16 lr, r5, ror #8\n"        \
  "stm r0!, {r10, r11, r12, lr}\n" \
  "sxtb16 r10, r6\n"               \
  "sxtb16 r11, r7\n"               \
  "sxtb16 r12, r6, ror #8\n"       \
  "sxtb16 lr, r7, ror #8\n"        \
  "stm r0!, {r10, r11, r12, lr}\n"

NAKED void mote_m4_widen_3x9(uint32_t* pairs, const int8_t* p0, const int8_t* p1, int32_t step) {
  __asm__ volatile(
      "push {r4-r12, lr}\n"
      "ldrsb r8, [r1, #8]\n"
      "ldrsb r9, [r2, #8]\n" WIDEN_8
      "add r1, r3\n"
      "add r2, r3\n" WIDEN_8
      "ldrsb r4, [r1, #8]\n" /* the middle row's ninth byte stands alone, the others' make a pair */
      "ldrsb r5, [r2, #8]\n"
      "add r1, r3\n"
      "add r2, r3\n"
      "uxth r3, r4\n"
      "push {r5}\n" WIDEN_8
      "pop {r5}\n"
      "ldrsb r4, [r1, #8]\n"
      "ldrsb r6, [r2, #8]\n"
      "pkhbt r8, r8, r4, lsl #16\n"
      "pkhbt r9, r9, r6, lsl #16\n"
      "mov r10, r3\n"
      "uxth r11, r5\n"
      "stm r0!, {r8, r9, r10, r11}\n"
      "pop {r4-r12, pc}\n");
}

#else /* any other machine: only so that packing and layers can be tested on the host, bit for bit */

static int32_t low(uint32_t pair) { return (int16_t)(pair & 0xffffu); }
static int32_t high(uint32_t pair) { return (int16_t)(pair >> 16); }
static uint32_t smlad(uint32_t a, uint32_t b, uint32_t sum) {
  return sum + (uint32_t)(low(a) * low(b)) + (uint32_t)(high(a) * high(b));
}
static uint32_t sxtb16(uint32_t word) {
  return (uint32_t)(uint16_t)(int8_t)(word & 0xffu) | (uint32_t)(uint16_t)(int8_t)((word >> 16) & 0xffu) << 16;
}
static uint32_t load(const int8_t* p) {
  return (uint32_t)(uint8_t)p[0] | (uint32_t)(uint8_t)p[1] << 8 | (uint32_t)(uint8_t)p[2] << 16 |
         (uint32_t)(uint8_t)p[3] << 24;
}

/* How a stream is laid out behind its weights. */
typedef enum { RECTIFIED, SIGNED, UNIFORM_RECTIFIED, UNIFORM_SIGNED } kind;
static const int kWords[] = {6, 10, 2, 2};

static int8_t finish(uint32_t value, uint32_t negative, uint32_t multiplier, int32_t round, int fraction) {
  const int32_t v = (int32_t)((int32_t)value < 0 ? value - negative : value);
  const int64_t product = (int64_t)v * (int32_t)multiplier + (int64_t)round * ((int64_t)1 << 32);
  const int32_t y = (int32_t)(product >> 32) >> fraction;
  return (int8_t)(y < -128 ? -128 : y > 127 ? 127 : y);
}

static void store(int8_t* out, const uint32_t sums[4], const uint32_t* p, const mote_m4_dual* d, kind k, int fraction) {
  for (int i = 0; i < 2; ++i) {
    uint32_t start, m[2], n[2] = {0, 0};
    switch (k) {
      case RECTIFIED:
        m[0] = p[3 * i], m[1] = p[3 * i + 1], start = p[3 * i + 2];
        break;
      case SIGNED:
        n[0] = p[5 * i], n[1] = p[5 * i + 1], start = p[5 * i + 2], m[0] = p[5 * i + 3], m[1] = p[5 * i + 4];
        break;
      default:
        m[0] = m[1] = (uint32_t)d->multiplier, start = p[i];
        if (k == UNIFORM_SIGNED) n[0] = n[1] = (uint32_t)d->negative;
    }
    out[2 * i] = finish(sums[2 * i] - sums[2 * i + 1], n[0], m[0], d->round, fraction);
    out[2 * i + 1] = finish(start + (sums[2 * i + 1] << 8), n[1], m[1], d->round, fraction);
  }
}

static void add(uint32_t sums[4], const uint32_t* w, uint32_t pair) {
  for (int i = 0; i < 2; ++i) {
    sums[2 * i] = smlad(w[i], pair, sums[2 * i]);
    sums[2 * i + 1] = smlad(sxtb16(w[i]), pair, sums[2 * i + 1]);
  }
}

static void dual2(const mote_m4_dual* d, const uint32_t* pairs, int8_t* out0, int8_t* out1, kind k, int fraction) {
  for (const uint32_t* w = d->stream; w != d->end; w += kWords[k], out0 += 4, out1 += 4) {
    uint32_t sums0[4] = {w[0], 0, w[1], 0}, sums1[4] = {w[0], 0, w[1], 0};
    w += 2;
    for (uint32_t i = 0; i < d->inputs / 2; ++i, w += 2) {
      add(sums0, w, pairs[2 * i]);
      add(sums1, w, pairs[2 * i + 1]);
    }
    store(out0, sums0, w, d, k, fraction);
    store(out1, sums1, w, d, k, fraction);
  }
}

static void dual1(const mote_m4_dual* d, const int8_t* in, int8_t* out, kind k, int fraction) {
  for (const uint32_t* w = d->stream; w != d->end; w += kWords[k], out += 4) {
    uint32_t sums[4] = {w[0], 0, w[1], 0};
    w += 2;
    for (uint32_t i = 0; i < d->inputs; i += 4, w += 4) {
      const uint32_t x = load(in + i);
      add(sums, w, sxtb16(x));
      add(sums, w + 2, sxtb16(x >> 8));
    }
    store(out, sums, w, d, k, fraction);
  }
}

#define DEFINE(variant, fraction)                                                                                   \
  void mote_m4_dual2_rectified##variant(const mote_m4_dual* d, const uint32_t* pairs, int8_t* out0, int8_t* out1) { \
    dual2(d, pairs, out0, out1, RECTIFIED, fraction);                                                               \
  }                                                                                                                 \
  void mote_m4_dual2_signed##variant(const mote_m4_dual* d, const uint32_t* pairs, int8_t* out0, int8_t* out1) {    \
    dual2(d, pairs, out0, out1, SIGNED, fraction);                                                                  \
  }                                                                                                                 \
  void mote_m4_dual1_rectified##variant(const mote_m4_dual* d, const int8_t* in, int8_t* out) {                     \
    dual1(d, in, out, RECTIFIED, fraction);                                                                         \
  }                                                                                                                 \
  void mote_m4_dual1_signed##variant(const mote_m4_dual* d, const int8_t* in, int8_t* out) {                        \
    dual1(d, in, out, SIGNED, fraction);                                                                            \
  }                                                                                                                 \
  void mote_m4_uniform_rectified##variant(const mote_m4_dual* d, const int8_t* in, int8_t* out) {                   \
    dual1(d, in, out, UNIFORM_RECTIFIED, fraction);                                                                 \
  }                                                                                                                 \
  void mote_m4_uniform_signed##variant(const mote_m4_dual* d, const int8_t* in, int8_t* out) {                      \
    dual1(d, in, out, UNIFORM_SIGNED, fraction);                                                                    \
  }
DEFINE(, 12)
DEFINE(_coarse, 8)

void mote_m4_widen(uint32_t* pairs, const int8_t* p0, const int8_t* p1, int32_t quads) {
  for (int32_t q = 0; q < quads; ++q, pairs += 4) {
    const uint32_t a = load(p0 + 4 * q), b = load(p1 + 4 * q);
    pairs[0] = sxtb16(a);
    pairs[1] = sxtb16(b);
    pairs[2] = sxtb16(a >> 8);
    pairs[3] = sxtb16(b >> 8);
  }
}

void mote_m4_widen_rows(uint32_t* pairs, const int8_t* p0, const int8_t* p1, int32_t quads, int32_t rows,
                        int32_t step) {
  for (int32_t r = 0; r < rows; ++r) mote_m4_widen(pairs + 4 * quads * r, p0 + step * r, p1 + step * r, quads);
}

void mote_m4_widen_3x9(uint32_t* pairs, const int8_t* p0, const int8_t* p1, int32_t step) {
  const int8_t tails0[4] = {p0[8], p0[step + 8], p0[2 * step + 8], 0};
  const int8_t tails1[4] = {p1[8], p1[step + 8], p1[2 * step + 8], 0};
  mote_m4_widen_rows(pairs, p0, p1, 2, 3, step);
  mote_m4_widen(pairs + 24, tails0, tails1, 1);
}

#endif
