/* See mote_m0_quads.h. Assembly, because gcc keeps no sums in the high registers. */
#include "mote_m0_quads.h"

#if defined(__ARM_ARCH_6M__)

/* r0 inputs, r1 stream, r2 mask; r8 U, r9 V, r10 Z, r11 mask, r12 out, lr fraction. */
#define TAP(x, w) \
  "lsrs r3, " w ", #16\n" \
  "muls r3, " x ", r3\n" \
  "add r10, r3\n" \
  "lsrs r3, " w ", #8\n" \
  "ands r3, r2\n" \
  "muls r3, " x ", r3\n" \
  "add r9, r3\n" \
  "muls " w ", " x ", " w "\n" \
  "add r8, " w "\n"
/* 20 instructions, 40 bytes */
#define TWO_TAPS \
  "ldm r0!, {r4, r5}\n" \
  "ldm r1!, {r6, r7}\n" \
  TAP("r4", "r6") TAP("r5", "r7")

/* Sum s (destroyed) to a byte; r2, r6, r7 are free. `load` brings M to r6 and the offset to r7. */
#define SCALE(s, at, load, correct) \
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
  "mov " s ", lr\n" \
  "asrs r6, " s "\n" \
  "4" at ":\n" \
  "mov " s ", r12\n" \
  "strb r6, [" s ", #" at "]\n"
#define SATURATE(s, at, skip) \
  "5" at ":\n" \
  "asrs " s ", " s ", #31\n" \
  "movs r6, #127\n" \
  "eors r6, " s "\n" \
  "adds r1, r1, #" skip "\n" \
  "b 4" at "b\n"

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

/* Frame: 0 low_bits, 4 end of x, 8 where the unrolled loop is entered, 12 x, 16 start, 20 end of the stream, 24 round. */
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
        "mov r4, r8\n" /* U - 256 V */ \
        "mov r5, r9\n" \
        "mov r6, r10\n" \
        "lsls r7, r5, #8\n" \
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
        "adds r5, r5, r6\n" \
        SCALE("r0", "0", load, correct) \
        SCALE("r3", "1", load, correct) \
        SCALE("r4", "2", load, correct) \
        SCALE("r5", "3", load, correct) \
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

static void quads(const mote_m0_quads* q, const int32_t* x, const uint32_t* start, int8_t* out, int is_signed) {
  for (const uint32_t* w = q->stream; w != q->end; out += 4) {
    uint32_t u = start[0], v = start[1], z = start[2];
    for (int32_t i = 0; i < q->inputs; ++i, ++w) {
      u += (uint32_t)x[i] * *w;
      v += (uint32_t)x[i] * (*w >> 8 & 0x00ff00ffU);
      z += (uint32_t)x[i] * (*w >> 16);
    }
    u -= v << 8;
    uint32_t s[4];
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
    for (int i = 0; i < 4; ++i) {
      out[i] = mote_m0_rescale(s[i], w, q->low_bits, q->fraction, is_signed ? &q->round : 0);
      w += is_signed ? 5 : 4;
    }
  }
}

void mote_m0_quads_plain(const mote_m0_quads* q, const int32_t* x, const uint32_t* start, int8_t* out) {
  quads(q, x, start, out, 0);
}
void mote_m0_quads_signed(const mote_m0_quads* q, const int32_t* x, const uint32_t* start, int8_t* out) {
  quads(q, x, start, out, 1);
}

int32_t mote_m0_widen(int32_t* to, const int8_t* from, int32_t n) {
  int32_t sum = 0;
  for (; n > 0; --n, sum += *from++) *to++ = *from;
  return sum;
}

#endif
