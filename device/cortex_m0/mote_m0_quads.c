/* See mote_m0_quads.h. Assembly, because gcc keeps no sums in the high registers. */
#include "mote_m0_quads.h"

#if defined(__ARM_ARCH_6M__)

/* r0 inputs, r1 stream, r2 mask. */
#define TAP(x, w, u, v, z) \
  "lsrs r3, " w ", #16\n" \
  "muls r3, " x ", r3\n" \
  "add " z ", r3\n" \
  "lsrs r3, " w ", #8\n" \
  "ands r3, r2\n" \
  "muls r3, " x ", r3\n" \
  "add " v ", r3\n" \
  "muls " w ", " x ", " w "\n" \
  "add " u ", " w "\n"
/* 20 instructions, 40 bytes */
#define TWO_TAPS \
  "ldm r0!, {r4, r5}\n" \
  "ldm r1!, {r6, r7}\n" \
  TAP("r4", "r6", "r8", "r9", "r10") TAP("r5", "r7", "r8", "r9", "r10")
/* 39 instructions, 78 bytes */
#define TWO_TAPS_WIDE \
  "ldm r0!, {r4, r5}\n" \
  "ldm r1!, {r6, r7}\n" \
  TAP("r4", "r6", "r8", "r9", "r10") TAP("r4", "r7", "r11", "r12", "lr") \
  "ldm r1!, {r6, r7}\n" \
  TAP("r5", "r6", "r8", "r9", "r10") TAP("r5", "r7", "r11", "r12", "lr")

/* The four sums of u, v, z to r0, r3, r4, r5. */
#define TAKE_APART(u, v, z) \
  "mov r4, " u "\n" \
  "mov r5, " v "\n" \
  "mov r6, " z "\n" \
  "lsls r7, r5, #8\n" /* U - 256 V */ \
  "subs r4, r4, r7\n" \
  "sxth r0, r4\n" /* low parts to r0 and r3, high parts to r4 and r5 */ \
  "subs r4, r4, r0\n" \
  "asrs r4, r4, #16\n" \
  "sxth r3, r5\n" \
  "subs r5, r5, r3\n" \
  "asrs r5, r5, #16\n" \
  "subs r6, r6, r4\n" /* what is missing: a byte of r6 each */ \
  "lsls r7, r5, #8\n" \
  "subs r6, r6, r7\n" \
  "sxtb r7, r6\n" \
  "adds r4, r4, r7\n" \
  "subs r6, r6, r7\n" \
  "lsls r7, r7, #16\n" \
  "subs r0, r0, r7\n" \
  "asrs r6, r6, #8\n" \
  "sxtb r7, r6\n" \
  "adds r5, r5, r7\n" \
  "subs r6, r6, r7\n" \
  "lsls r7, r7, #16\n" \
  "subs r3, r3, r7\n" \
  "asrs r6, r6, #8\n" \
  "sxtb r7, r6\n" \
  "subs r6, r6, r7\n" \
  "lsls r7, r7, #16\n" \
  "adds r4, r4, r7\n" \
  "lsls r6, r6, #8\n" \
  "adds r5, r5, r6\n"

/* Sum s (destroyed) to a byte; r2, r6, r7 are free. `load` brings M to r6 and the offset to r7. */
#define SCALE(s, at, load, correct, fraction, out) \
  "ldm r1!, {r6, r7}\n" \
  "adds " s ", " s ", r6\n" \
  "cmp " s ", r7\n" \
  "bhs 5" at "f\n" \
  load \
  "uxth r2, r6\n" \
  "muls r2, " s ", r2\n" \
  "lsrs r6, r6, #16\n" \
  "muls r6, " s ", r6\n" \
  "ldr " s ", [sp, #0]\n" \
  "lsrs r2, " s "\n" \
  "adds r6, r6, r2\n" \
  "adds r6, r6, r7\n" \
  correct(s) \
  fraction(s) \
  "asrs r6, " s "\n" \
  "4" at ":\n" \
  out(s) \
  "strb r6, [" s ", #" at "]\n"
#define SATURATE(s, at, skip) \
  "5" at ":\n" \
  "asrs " s ", " s ", #31\n" \
  "movs r6, #127\n" \
  "eors r6, " s "\n" \
  "adds r1, r1, #" skip "\n" \
  "b 4" at "b\n"

#define FRACTION_HIGH(s) "mov " s ", lr\n"
#define OUT_HIGH(s) "mov " s ", r12\n"
#define FRACTION_WIDE(s) "ldr " s ", [sp, #32]\n"
#define OUT_WIDE(s) "ldr " s ", [sp, #28]\n"
#define LOAD_PLAIN "ldm r1!, {r6, r7}\n"
#define CORRECT_PLAIN(s)
#define LOAD_SIGNED \
  "ldm r1!, {r2, r6, r7}\n" \
  "mov r8, r2\n"
#define CORRECT_SIGNED(s) \
  "ldr " s ", [sp, #24]\n" \
  "cmp r6, " s "\n" \
  "bge 6f\n" \
  "mov " s ", r8\n" \
  "subs r6, r6, " s "\n" \
  "6:\n"

/* r8 U, r9 V, r10 Z, r11 mask, r12 out, lr fraction.
 * Frame: 0 low_bits, 4 end of x, 8 where the unrolled loop is entered, 12 x, 16 start, 20 end of the stream, 24 round. */
#define QUADS(name, load, correct, skip) \
  __attribute__((naked)) void name( \
      __attribute__((unused)) const mote_m0_quads* q, __attribute__((unused)) const int32_t* x, \
      __attribute__((unused)) const uint32_t* start, __attribute__((unused)) int8_t* out) { \
    __asm__ volatile( \
        ".syntax unified\n" \
        "push {r4-r7, lr}\n" \
        "mov r4, r8\n" \
        "mov r5, r9\n" \
        "mov r6, r10\n" \
        "mov r7, r11\n" \
        "push {r4-r7}\n" \
        "sub sp, #28\n" \
        "mov r12, r3\n" \
        "str r1, [sp, #12]\n" \
        "str r2, [sp, #16]\n" \
        "ldr r3, [r0, #12]\n" \
        "str r3, [sp, #0]\n" \
        "ldr r3, [r0, #16]\n" \
        "mov lr, r3\n" \
        "ldr r3, [r0, #20]\n" \
        "str r3, [sp, #24]\n" \
        "ldr r3, [r0, #4]\n" \
        "str r3, [sp, #20]\n" \
        "ldr r3, [r0, #8]\n" \
        "lsls r4, r3, #2\n" \
        "adds r4, r4, r1\n" \
        "str r4, [sp, #4]\n" \
        "lsrs r3, r3, #1\n" /* pairs: the loop begins with (pairs modulo 4) of its four, or all */ \
        "rsbs r3, r3, #0\n" \
        "movs r4, #3\n" \
        "ands r3, r4\n" \
        "movs r4, #40\n" \
        "muls r3, r4, r3\n" \
        "adr r4, 2f\n" \
        "adds r3, r3, r4\n" \
        "str r3, [sp, #8]\n" \
        "ldr r1, [r0, #0]\n" \
        "movs r2, #255\n" \
        "lsls r3, r2, #16\n" \
        "orrs r2, r3\n" \
        "mov r11, r2\n" \
        "1:\n" \
        "mov r2, r11\n" \
        "ldr r0, [sp, #16]\n" \
        "ldm r0!, {r4, r5, r6}\n" \
        "mov r8, r4\n" \
        "mov r9, r5\n" \
        "mov r10, r6\n" \
        "ldr r0, [sp, #12]\n" \
        "ldr r3, [sp, #8]\n" \
        "mov pc, r3\n" \
        ".balign 4\n" \
        "2:\n" TWO_TAPS TWO_TAPS TWO_TAPS TWO_TAPS \
        "ldr r3, [sp, #4]\n" \
        "cmp r0, r3\n" \
        "bne 2b\n" \
        TAKE_APART("r8", "r9", "r10") \
        SCALE("r0", "0", load, correct, FRACTION_HIGH, OUT_HIGH) \
        SCALE("r3", "1", load, correct, FRACTION_HIGH, OUT_HIGH) \
        SCALE("r4", "2", load, correct, FRACTION_HIGH, OUT_HIGH) \
        SCALE("r5", "3", load, correct, FRACTION_HIGH, OUT_HIGH) \
        "movs r2, #4\n" \
        "add r12, r2\n" \
        "ldr r2, [sp, #20]\n" \
        "cmp r1, r2\n" \
        "beq 3f\n" \
        "b 1b\n" \
        "3:\n" \
        "add sp, #28\n" \
        "pop {r4-r7}\n" \
        "mov r8, r4\n" \
        "mov r9, r5\n" \
        "mov r10, r6\n" \
        "mov r11, r7\n" \
        "pop {r4-r7, pc}\n" \
        SATURATE("r0", "0", skip) SATURATE("r3", "1", skip) SATURATE("r4", "2", skip) SATURATE("r5", "3", skip)); \
  }

QUADS(mote_m0_quads_plain, LOAD_PLAIN, CORRECT_PLAIN, "8")
QUADS(mote_m0_quads_signed, LOAD_SIGNED, CORRECT_SIGNED, "12")

/* r8, r9, r10 and r11, r12, lr: U, V, Z of two quads. Frame as above, then 28 out, 32 fraction. */
#define OCTETS(name, load, correct, skip) \
  __attribute__((naked)) void name( \
      __attribute__((unused)) const mote_m0_quads* q, __attribute__((unused)) const int32_t* x, \
      __attribute__((unused)) const uint32_t* start, __attribute__((unused)) int8_t* out) { \
    __asm__ volatile( \
        ".syntax unified\n" \
        "push {r4-r7, lr}\n" \
        "mov r4, r8\n" \
        "mov r5, r9\n" \
        "mov r6, r10\n" \
        "mov r7, r11\n" \
        "push {r4-r7}\n" \
        "sub sp, #36\n" \
        "str r3, [sp, #28]\n" \
        "str r1, [sp, #12]\n" \
        "str r2, [sp, #16]\n" \
        "ldr r3, [r0, #12]\n" \
        "str r3, [sp, #0]\n" \
        "ldr r3, [r0, #16]\n" \
        "str r3, [sp, #32]\n" \
        "ldr r3, [r0, #20]\n" \
        "str r3, [sp, #24]\n" \
        "ldr r3, [r0, #4]\n" \
        "str r3, [sp, #20]\n" \
        "ldr r3, [r0, #8]\n" \
        "lsls r4, r3, #2\n" \
        "adds r4, r4, r1\n" \
        "str r4, [sp, #4]\n" \
        "lsrs r3, r3, #1\n" \
        "rsbs r3, r3, #0\n" \
        "movs r4, #3\n" \
        "ands r3, r4\n" \
        "movs r4, #78\n" \
        "muls r3, r4, r3\n" \
        "adr r4, 2f\n" \
        "adds r3, r3, r4\n" \
        "str r3, [sp, #8]\n" \
        "ldr r1, [r0, #0]\n" \
        "1:\n" \
        "movs r2, #255\n" \
        "lsls r3, r2, #16\n" \
        "orrs r2, r3\n" \
        "ldr r0, [sp, #16]\n" \
        "ldm r0!, {r4, r5, r6}\n" \
        "mov r8, r4\n" \
        "mov r9, r5\n" \
        "mov r10, r6\n" \
        "mov r11, r4\n" \
        "mov r12, r5\n" \
        "mov lr, r6\n" \
        "ldr r0, [sp, #12]\n" \
        "ldr r3, [sp, #8]\n" \
        "mov pc, r3\n" \
        ".balign 4\n" \
        "2:\n" TWO_TAPS_WIDE TWO_TAPS_WIDE TWO_TAPS_WIDE TWO_TAPS_WIDE \
        "ldr r3, [sp, #4]\n" \
        "cmp r0, r3\n" \
        "beq 3f\n" \
        "b 2b\n" \
        "3:\n" TAKE_APART("r8", "r9", "r10") \
        SCALE("r0", "0", load, correct, FRACTION_WIDE, OUT_WIDE) \
        SCALE("r3", "1", load, correct, FRACTION_WIDE, OUT_WIDE) \
        SCALE("r4", "2", load, correct, FRACTION_WIDE, OUT_WIDE) \
        SCALE("r5", "3", load, correct, FRACTION_WIDE, OUT_WIDE) \
        "b 3f\n" \
        SATURATE("r0", "0", skip) SATURATE("r3", "1", skip) SATURATE("r4", "2", skip) SATURATE("r5", "3", skip) \
        "3:\n" TAKE_APART("r11", "r12", "lr") \
        SCALE("r0", "4", load, correct, FRACTION_WIDE, OUT_WIDE) \
        SCALE("r3", "5", load, correct, FRACTION_WIDE, OUT_WIDE) \
        SCALE("r4", "6", load, correct, FRACTION_WIDE, OUT_WIDE) \
        SCALE("r5", "7", load, correct, FRACTION_WIDE, OUT_WIDE) \
        "ldr r2, [sp, #28]\n" \
        "adds r2, r2, #8\n" \
        "str r2, [sp, #28]\n" \
        "ldr r2, [sp, #20]\n" \
        "cmp r1, r2\n" \
        "beq 3f\n" \
        "b 1b\n" \
        "3:\n" \
        "add sp, #36\n" \
        "pop {r4-r7}\n" \
        "mov r8, r4\n" \
        "mov r9, r5\n" \
        "mov r10, r6\n" \
        "mov r11, r7\n" \
        "pop {r4-r7, pc}\n" \
        SATURATE("r0", "4", skip) SATURATE("r3", "5", skip) SATURATE("r4", "6", skip) SATURATE("r5", "7", skip)); \
  }

OCTETS(mote_m0_octets_plain, LOAD_PLAIN, CORRECT_PLAIN, "8")
OCTETS(mote_m0_octets_signed, LOAD_SIGNED, CORRECT_SIGNED, "12")

__attribute__((naked)) int32_t mote_m0_widen(__attribute__((unused)) int32_t* to,
                                             __attribute__((unused)) const int8_t* from,
                                             __attribute__((unused)) int32_t n) {
  __asm__ volatile(
      ".syntax unified\n"
      "push {r4-r7, lr}\n"
      "movs r3, #0\n" /* sum */
      "movs r6, #0\n"
      "movs r7, #3\n"
      "cmp r2, #4\n"
      "blt 3f\n"
      "1:\n" /* bytes until words begin */
      "tst r1, r7\n"
      "beq 2f\n"
      "ldrsb r4, [r1, r6]\n"
      "adds r1, r1, #1\n"
      "stm r0!, {r4}\n"
      "adds r3, r3, r4\n"
      "subs r2, r2, #1\n"
      "b 1b\n"
      "2:\n"
      "subs r2, r2, #4\n"
      "blt 4f\n"
      "mov r12, r2\n"
      "5:\n"
      "ldm r1!, {r2}\n"
      "sxtb r4, r2\n"
      "lsls r5, r2, #16\n"
      "asrs r5, r5, #24\n"
      "lsls r6, r2, #8\n"
      "asrs r6, r6, #24\n"
      "asrs r7, r2, #24\n"
      "stm r0!, {r4, r5, r6, r7}\n"
      "adds r4, r4, r5\n"
      "adds r6, r6, r7\n"
      "adds r3, r3, r4\n"
      "adds r3, r3, r6\n"
      "movs r2, #4\n"
      "rsbs r2, r2, #0\n"
      "add r12, r2\n"
      "mov r2, r12\n"
      "cmp r2, #0\n"
      "bge 5b\n"
      "movs r6, #0\n"
      "4:\n"
      "adds r2, r2, #4\n"
      "3:\n"
      "subs r2, r2, #1\n"
      "blt 6f\n"
      "ldrsb r4, [r1, r6]\n"
      "adds r1, r1, #1\n"
      "stm r0!, {r4}\n"
      "adds r3, r3, r4\n"
      "b 3b\n"
      "6:\n"
      "movs r0, r3\n"
      "pop {r4-r7, pc}\n");
}

#else

#include "mote_m0_rescale.h"

static int32_t low16(uint32_t x) { return (int16_t)(x & 0xffffU); }
static int32_t low8(uint32_t x) { return (int8_t)(x & 0xffU); }

/* One quad, whose words of weights lie `step` apart; gives its sums. */
static void sums(uint32_t s[4], const mote_m0_quads* q, const uint32_t* w, int32_t step, const int32_t* x,
                 const uint32_t* start) {
  uint32_t u = start[0], v = start[1], z = start[2];
  for (int32_t i = 0; i < q->inputs; ++i, w += step) {
    u += (uint32_t)x[i] * *w;
    v += (uint32_t)x[i] * (*w >> 8 & 0x00ff00ffU);
    z += (uint32_t)x[i] * (*w >> 16);
  }
  u -= v << 8;
  s[0] = (uint32_t)low16(u);
  s[1] = (uint32_t)low16(v);
  s[2] = (uint32_t)low16((u - s[0]) >> 16);
  s[3] = (uint32_t)low16((v - s[1]) >> 16);
  z -= s[2] + (s[3] << 8);
  for (int i = 0; i < 4; ++i) {
    const uint32_t part = (uint32_t)low8(z);
    z = (uint32_t)mote_m0_shift_right((int32_t)(z - part), 8);
    if (i < 2) {
      s[i] -= part << 16;
      s[i + 2] += part;
    } else {
      s[i] += part << 16;
    }
  }
}

static void run(const mote_m0_quads* q, const int32_t* x, const uint32_t* start, int8_t* out, int32_t wide,
                int is_signed) {
  for (const uint32_t* w = q->stream; w != q->end;) {
    const uint32_t* rescale = w + wide * q->inputs;
    for (int32_t k = 0; k < wide; ++k) {
      uint32_t s[4];
      sums(s, q, w + k, wide, x, start);
      for (int i = 0; i < 4; ++i, rescale += is_signed ? 5 : 4)
        *out++ = mote_m0_rescale(s[i], rescale, q->low_bits, q->fraction, is_signed ? &q->round : 0);
    }
    w = rescale;
  }
}

void mote_m0_quads_plain(const mote_m0_quads* q, const int32_t* x, const uint32_t* start, int8_t* out) {
  run(q, x, start, out, 1, 0);
}
void mote_m0_quads_signed(const mote_m0_quads* q, const int32_t* x, const uint32_t* start, int8_t* out) {
  run(q, x, start, out, 1, 1);
}
void mote_m0_octets_plain(const mote_m0_quads* q, const int32_t* x, const uint32_t* start, int8_t* out) {
  run(q, x, start, out, 2, 0);
}
void mote_m0_octets_signed(const mote_m0_quads* q, const int32_t* x, const uint32_t* start, int8_t* out) {
  run(q, x, start, out, 2, 1);
}

int32_t mote_m0_widen(int32_t* to, const int8_t* from, int32_t n) {
  int32_t sum = 0;
  for (; n > 0; --n, sum += *from++) *to++ = *from;
  return sum;
}

#endif
