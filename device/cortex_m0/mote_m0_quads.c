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

/* Four inputs as they stand, in one word: 45 instructions, 90 bytes */
#define FOUR_BYTES \
  "ldm r0!, {r5}\n" \
  "ldm r1!, {r6, r7}\n" \
  "sxtb r4, r5\n" TAP("r4", "r6", "r8", "r9", "r10") \
  "lsls r4, r5, #16\n" \
  "asrs r4, r4, #24\n" TAP("r4", "r7", "r8", "r9", "r10") \
  "ldm r1!, {r6, r7}\n" \
  "lsls r4, r5, #8\n" \
  "asrs r4, r4, #24\n" TAP("r4", "r6", "r8", "r9", "r10") \
  "asrs r4, r5, #24\n" TAP("r4", "r7", "r8", "r9", "r10")
/* 83 instructions, 166 bytes */
#define BYTE_WIDE "ldm r1!, {r6, r7}\n" TAP("r4", "r6", "r8", "r9", "r10") TAP("r4", "r7", "r11", "r12", "lr")
#define FOUR_BYTES_WIDE \
  "ldm r0!, {r5}\n" \
  "sxtb r4, r5\n" BYTE_WIDE \
  "lsls r4, r5, #16\n" \
  "asrs r4, r4, #24\n" BYTE_WIDE \
  "lsls r4, r5, #8\n" \
  "asrs r4, r4, #24\n" BYTE_WIDE \
  "asrs r4, r5, #24\n" BYTE_WIDE

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
#define QUADS(name, load, correct, skip, input_shift, turn, turns, size, body) \
  __attribute__((naked)) void name( \
      __attribute__((unused)) const mote_m0_quads* q, __attribute__((unused)) const void* x, \
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
        "lsls r4, r3, " input_shift "\n" \
        "adds r4, r4, r1\n" \
        "str r4, [sp, #4]\n" \
        "lsrs r3, r3, " turn "\n" /* the loop begins with (turns modulo those it has) of them, or all */ \
        "rsbs r3, r3, #0\n" \
        "movs r4, " turns "\n" \
        "ands r3, r4\n" \
        "movs r4, " size "\n" \
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
        "2:\n" body \
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

/* Of inputs as words, two at a time, and as bytes, four at a time. */
#define WORDS "#2", "#1", "#3", "#40", TWO_TAPS TWO_TAPS TWO_TAPS TWO_TAPS
#define BYTES "#0", "#2", "#1", "#90", FOUR_BYTES FOUR_BYTES
#define EXPANDED(macro, ...) macro(__VA_ARGS__)
EXPANDED(QUADS, mote_m0_quads_plain, LOAD_PLAIN, CORRECT_PLAIN, "8", WORDS)
EXPANDED(QUADS, mote_m0_quads_signed, LOAD_SIGNED, CORRECT_SIGNED, "12", WORDS)
EXPANDED(QUADS, mote_m0_quads_bytes_plain, LOAD_PLAIN, CORRECT_PLAIN, "8", BYTES)
EXPANDED(QUADS, mote_m0_quads_bytes_signed, LOAD_SIGNED, CORRECT_SIGNED, "12", BYTES)

/* r8, r9, r10 and r11, r12, lr: U, V, Z of two quads. Frame as above, then 28 out, 32 fraction. */
#define OCTETS(name, load, correct, skip, input_shift, turn, turns, size, body) \
  __attribute__((naked)) void name( \
      __attribute__((unused)) const mote_m0_quads* q, __attribute__((unused)) const void* x, \
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
        "lsls r4, r3, " input_shift "\n" \
        "adds r4, r4, r1\n" \
        "str r4, [sp, #4]\n" \
        "lsrs r3, r3, " turn "\n" \
        "rsbs r3, r3, #0\n" \
        "movs r4, " turns "\n" \
        "ands r3, r4\n" \
        "movs r4, " size "\n" \
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
        "2:\n" body \
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

#define WORDS_WIDE "#2", "#1", "#3", "#78", TWO_TAPS_WIDE TWO_TAPS_WIDE TWO_TAPS_WIDE TWO_TAPS_WIDE
#define BYTES_WIDE "#0", "#2", "#1", "#166", FOUR_BYTES_WIDE FOUR_BYTES_WIDE
EXPANDED(OCTETS, mote_m0_octets_plain, LOAD_PLAIN, CORRECT_PLAIN, "8", WORDS_WIDE)
EXPANDED(OCTETS, mote_m0_octets_signed, LOAD_SIGNED, CORRECT_SIGNED, "12", WORDS_WIDE)
EXPANDED(OCTETS, mote_m0_octets_bytes_plain, LOAD_PLAIN, CORRECT_PLAIN, "8", BYTES_WIDE)
EXPANDED(OCTETS, mote_m0_octets_bytes_signed, LOAD_SIGNED, CORRECT_SIGNED, "12", BYTES_WIDE)

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
static void sums(uint32_t s[4], const mote_m0_quads* q, const uint32_t* w, int32_t step, const void* x, int as_bytes,
                 const uint32_t* start) {
  uint32_t u = start[0], v = start[1], z = start[2];
  for (int32_t i = 0; i < q->inputs; ++i, w += step) {
    const uint32_t input = (uint32_t)(as_bytes ? ((const int8_t*)x)[i] : ((const int32_t*)x)[i]);
    u += input * *w;
    v += input * (*w >> 8 & 0x00ff00ffU);
    z += input * (*w >> 16);
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

static void run(const mote_m0_quads* q, const void* x, int as_bytes, const uint32_t* start, int8_t* out, int32_t wide,
                int is_signed) {
  for (const uint32_t* w = q->stream; w != q->end;) {
    const uint32_t* rescale = w + wide * q->inputs;
    for (int32_t k = 0; k < wide; ++k) {
      uint32_t s[4];
      sums(s, q, w + k, wide, x, as_bytes, start);
      for (int i = 0; i < 4; ++i, rescale += is_signed ? 5 : 4)
        *out++ = mote_m0_rescale(s[i], rescale, q->low_bits, q->fraction, is_signed ? &q->round : 0);
    }
    w = rescale;
  }
}

#define RUN(name, as_bytes, wide, is_signed) \
  void name(const mote_m0_quads* q, const void* x, const uint32_t* start, int8_t* out) { \
    run(q, x, as_bytes, start, out, wide, is_signed); \
  }
RUN(mote_m0_quads_plain, 0, 1, 0)
RUN(mote_m0_quads_signed, 0, 1, 1)
RUN(mote_m0_octets_plain, 0, 2, 0)
RUN(mote_m0_octets_signed, 0, 2, 1)
RUN(mote_m0_quads_bytes_plain, 1, 1, 0)
RUN(mote_m0_quads_bytes_signed, 1, 1, 1)
RUN(mote_m0_octets_bytes_plain, 1, 2, 0)
RUN(mote_m0_octets_bytes_signed, 1, 2, 1)

int32_t mote_m0_widen(int32_t* to, const int8_t* from, int32_t n) {
  int32_t sum = 0;
  for (; n > 0; --n, sum += *from++) *to++ = *from;
  return sum;
}

#endif

typedef uint32_t __attribute__((may_alias)) word;

int32_t mote_m0_sum(const int8_t* from, int32_t n) {
  const word* p = (const word*)(const void*)from;
  const word* const end = p + n / 4;
  uint32_t total = 0;
  while (p != end) {
    const word* const stop = end - p > 128 ? p + 128 : end; /* two lanes of 16 bits hold 128 times two bytes */
    uint32_t lanes = 0;
    do {
      const uint32_t w = *p++ ^ 0x80808080U; /* 128 more than they are */
      lanes += (w & 0x00ff00ffU) + (w >> 8 & 0x00ff00ffU);
    } while (p != stop);
    total += (lanes & 0xffffU) + (lanes >> 16);
  }
  return (int32_t)(total - 128U * (uint32_t)n);
}
