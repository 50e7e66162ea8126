/* See winograd_4x4_s8.h. With d a 6x6 patch of the input and g a filter, the 4x4 outputs are A' [(G g G') . (B' d B)]
 * A:
 *
 *        4  0 -5  0  1  0            3  0  0
 *        0 -4 -4  1  1  0           -1 -1 -1           24 y = A' m:  y0 = 2 m0 + 4 (m1 + m2) + (m3 + m4)
 *   B' = 0  4 -4 -1  1  0   24 G ~  -1  1 -1                         y1 = 4 (m1 - m2) + 2 (m3 - m4)
 *        0 -2 -1  2  1  0            1  2  4                         y2 = 4 (m1 + m2) + 4 (m3 + m4)
 *        0  2 -1 -2  1  0            1 -2  4                         y3 = 4 (m1 - m2) + 8 (m3 - m4) + 8 m5
 *        0  4  0 -5  0  1            0  0  3
 *
 * Inputs are taken plus 128: transformed they stay within 68 * 255, weights within 49 * 127, so both are int16. Sums
 * are modulo 2^32; so is the result, 576 times the convolution. It is wanted 256 times: a product with 256/576 = 4/9
 * modulo 2^32, exact because 9 is odd; that 256 times the convolution fits 32 bits is what the compiler checks.
 * Components stand in the order of rows 0, 1, 2, 4, 5, 3 of B' (vertical), within them 0 to 5 (horizontal). */
#include "winograd_4x4_s8.h"

#include "mote_m4.h"

enum { COMPONENTS = 36, TILE = 4 };

#if defined(__ARM_FEATURE_DSP)

/* Two int16 lanes in a word are kept as the number 65536 * high + low: sums, differences and shifts of such numbers are
 * right in both lanes. At the end the borrow of a negative low lane is given back: add 0x8000, flip it. */
/* clang-format off */
#define BYTES_TO_LANES(r, ror) "eor " r ", " r ", #0x80808080\n uxtb16 " r ", " r ror "\n"
/* Ten columns of pairs of channels at r1, vertically, to sp. */
#define VERTICAL(ror, label) \
  "mov r0, sp\n movs r12, #10\n" \
  label ":\n" \
  "ldr r4, [r1]\n ldr r5, [r1, r2]\n ldr r6, [r1, r2, lsl #1]\n ldr r7, [r1, r3]\n" \
  "add r9, r1, r2, lsl #2\n ldr r8, [r9]\n ldr r9, [r9, r2]\n add r1, r1, lr\n" \
  BYTES_TO_LANES("r4", ror) BYTES_TO_LANES("r5", ror) BYTES_TO_LANES("r6", ror) \
  BYTES_TO_LANES("r7", ror) BYTES_TO_LANES("r8", ror) BYTES_TO_LANES("r9", ror) \
  "sub r10, r8, r6, lsl #2\n sub r11, r7, r5, lsl #2\n sub r8, r8, r6\n sub r4, r4, r6\n" \
  "add r4, r8, r4, lsl #2\n sub r9, r9, r7\n sub r7, r7, r5\n sub r9, r9, r7, lsl #2\n" \
  "add r5, r10, r11\n sub r6, r10, r11\n add r10, r8, r7, lsl #1\n sub r8, r8, r7, lsl #1\n" \
  "stm r0!, {r4-r6, r8-r10}\n" \
  "subs r12, #1\n bne " label "b\n"
/* One tile, horizontally, from r0 to r1. */
#define HORIZONTAL(label) \
  "movs lr, #6\n" \
  label ":\n" \
  "ldr r4, [r0], #4\n ldr r5, [r0, #20]\n ldr r6, [r0, #44]\n ldr r7, [r0, #68]\n ldr r8, [r0, #92]\n ldr r9, [r0, #116]\n" \
  "sub r10, r8, r6, lsl #2\n sub r11, r7, r5, lsl #2\n sub r8, r8, r6\n sub r4, r4, r6\n" \
  "add r8, r8, #0x8000\n add r10, r10, #0x8000\n" \
  "add r4, r8, r4, lsl #2\n sub r9, r9, r7\n sub r7, r7, r5\n sub r9, r9, r7, lsl #2\n add r9, r9, #0x8000\n" \
  "add r5, r10, r11\n sub r6, r10, r11\n add r10, r8, r7, lsl #1\n sub r8, r8, r7, lsl #1\n" \
  "eor r4, r4, #0x8000\n eor r5, r5, #0x8000\n eor r6, r6, #0x8000\n" \
  "eor r10, r10, #0x8000\n eor r8, r8, #0x8000\n eor r9, r9, #0x8000\n" \
  "str r4, [r1]\n str r5, [r1, r2]\n str r6, [r1, r2, lsl #1]\n" \
  "str r10, [r1, r3]\n str r8, [r1, r2, lsl #2]\n str r9, [r1, r12]\n" \
  "add r1, r1, r3, lsl #1\n" \
  "subs lr, #1\n bne " label "b\n"
/* Both tiles of one pair of channels; sp + 240: values, patch, row, step, component. */
#define PAIR(ror, next, a, b, c) \
  "add r0, sp, #244\n ldm r0, {r1, r2, lr}\n add r3, r2, r2, lsl #1\n" \
  VERTICAL(ror, a) \
  "ldr r1, [sp, #240]\n ldr r2, [sp, #256]\n add r3, r2, r2, lsl #1\n add r12, r3, r2, lsl #1\n" \
  "mov r0, sp\n" HORIZONTAL(b) \
  "ldr r1, [sp, #240]\n add r0, r1, #8\n str r0, [sp, #240]\n add r1, r1, #4\n" \
  "add r0, sp, #96\n" HORIZONTAL(c)

/* Four channels of both tiles: patch of words, to the values of two pairs of channels. */
__attribute__((naked)) static void transform_patch(
    __attribute__((unused)) uint32_t *values, __attribute__((unused)) const int8_t *patch,
    __attribute__((unused)) const mote_winograd_in *s) {
  __asm__ volatile(
      "push {r4-r11, lr}\n"
      "sub sp, #260\n"
      "ldm r2, {r2-r4}\n"
      "add r5, sp, #240\n"
      "stm r5, {r0-r4}\n"
      PAIR("", "", "1", "2", "3")
      PAIR(", ror #8", "", "4", "5", "6")
      "add sp, #260\n"
      "pop {r4-r11, pc}\n");
}

/* Six sums in r4-r9 to y0, y1 / 2, y2 / 4, y3 / 4 in r4, r8, r6, r9. */
#define INVERSE \
  "add r10, r5, r6\n sub r5, r5, r6\n add r6, r7, r8\n sub r7, r7, r8\n" \
  "add r4, r4, r10, lsl #1\n add r4, r6, r4, lsl #1\n" \
  "add r8, r7, r5, lsl #1\n" \
  "add r6, r10, r6\n" \
  "add r9, r9, r7\n add r9, r5, r9, lsl #1\n"
#define SCALE(sum, fraction) "smmla " sum ", " sum ", r2, r3\n ssat " sum ", #8, " sum ", asr #" #fraction "\n"
#define LOWER(sum) "and r7, r5, " sum ", asr #31\n sub " sum ", " sum ", r7\n"
#define SCALE_plain_9(sum) SCALE(sum, 9)
#define SCALE_plain_11(sum) SCALE(sum, 11)
#define SCALE_signed_9(sum) LOWER(sum) SCALE(sum, 9)
#define SCALE_signed_11(sum) LOWER(sum) SCALE(sum, 11)
#define LOAD_NEGATIVE_plain_9
#define LOAD_NEGATIVE_plain_11
#define LOAD_NEGATIVE_signed_9 "ldr r5, [sp, #104]\n"
#define LOAD_NEGATIVE_signed_11 "ldr r5, [sp, #104]\n"
/* One row of four outputs; `at` is its place in each column of sums at sp, `factor` 4/9 times its power of two. */
#define ROW(at, factor, v, advance) \
  "ldr r4, [sp, #" #at "]\n ldr r5, [sp, #" #at "+16]\n ldr r6, [sp, #" #at "+32]\n" \
  "ldr r7, [sp, #" #at "+48]\n ldr r8, [sp, #" #at "+64]\n ldr r9, [sp, #" #at "+80]\n" \
  INVERSE \
  "ldr r11, =" #factor "\n" LOAD_NEGATIVE_##v \
  "mla r4, r4, r11, r1\n lsl r11, r11, #1\n mla r8, r8, r11, r1\n lsl r11, r11, #1\n" \
  "mla r6, r6, r11, r1\n mla r9, r9, r11, r1\n" \
  SCALE_##v("r4") SCALE_##v("r8") SCALE_##v("r6") SCALE_##v("r9") \
  "add r10, lr, lr, lsl #1\n" \
  "strb r4, [r12]\n strb r8, [r12, lr]\n strb r6, [r12, lr, lsl #1]\n strb r9, [r12, r10]\n" advance
#define NEXT_ROW "ldr r10, [sp, #100]\n add r12, r12, r10\n"

/* Sums of four output channels of both tiles to outputs. Frame: 0 columns, 96 step, 100 row, 104 negative, 108 bias,
 * 112 multiplier, 116 round, 120 sums, 124 first output, 128 channels, 132 tiles left. */
#define INVERSE_TILES(v) \
  "push {r4-r11, lr}\n" \
  "sub sp, #140\n" \
  "ldm r3, {r3-r5}\n" \
  "strd r3, r4, [sp, #96]\n" \
  "str r5, [sp, #116]\n" \
  "movs r3, #8\n" \
  "add r6, sp, #120\n" \
  "stm r6, {r0-r3}\n" \
  "1:\n" \
  "ldm r2!, {r4-r6}\n" \
  "str r2, [sp, #128]\n" \
  "strd r4, r5, [sp, #108]\n" \
  "str r6, [sp, #104]\n" \
  "2:\n" \
  "mov r1, sp\n" \
  "movs r2, #6\n" \
  "3:\n" \
  "ldr r4, [r0], #32\n ldr r5, [r0, #160]\n ldr r6, [r0, #352]\n ldr r7, [r0, #928]\n ldr r8, [r0, #544]\n ldr r9, [r0, #736]\n" \
  INVERSE \
  "stm r1!, {r4, r6, r8, r9}\n" \
  "subs r2, #1\n" \
  "bne 3b\n" \
  "add r0, sp, #108\n" \
  "ldm r0, {r1, r2, r3}\n" \
  "ldr lr, [sp, #96]\n" \
  "ldr r12, [sp, #124]\n" \
  ROW(0, 0xe38e38e4, v, NEXT_ROW) ROW(8, 0xc71c71c8, v, NEXT_ROW) ROW(4, 0x8e38e390, v, NEXT_ROW) \
  ROW(12, 0x8e38e390, v, "") \
  "add r7, sp, #120\n" \
  "ldm r7, {r0, r1, r2, r3}\n" \
  "add r0, r0, #4\n" \
  "subs r3, #1\n" \
  "beq 4f\n" \
  "tst r3, #1\n" \
  "ite ne\n" \
  "addne r1, r1, lr, lsl #2\n" \
  "subeq r1, r1, lr, lsl #2\n" \
  "it eq\n" \
  "addeq r1, r1, #1\n" \
  "stm r7, {r0, r1, r2, r3}\n" \
  "beq 1b\n" \
  "b 2b\n" \
  "4:\n" \
  "add sp, #140\n" \
  "pop {r4-r11, pc}\n" \
  ".ltorg\n"
#define INVERSE_OF(v) \
  __attribute__((naked)) static void inverse_##v( \
      __attribute__((unused)) const uint32_t *sums, __attribute__((unused)) int8_t *out, \
      __attribute__((unused)) const int32_t *channels, __attribute__((unused)) const mote_winograd_out *s) { \
    __asm__ volatile(INVERSE_TILES(v)); \
  }
/* clang-format on */

#else

static const int8_t kRows[6] = {0, 1, 2, 4, 5, 3};

static void transform(int32_t* to, const int32_t* d, int32_t step) {
  const int32_t d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  to[0] = 4 * d0 - 5 * d2 + d4;
  to[1] = -4 * d1 - 4 * d2 + d3 + d4;
  to[2] = 4 * d1 - 4 * d2 - d3 + d4;
  to[3] = -2 * d1 - d2 + 2 * d3 + d4;
  to[4] = 2 * d1 - d2 - 2 * d3 + d4;
  to[5] = 4 * d1 - 5 * d3 + d5;
}

/* Components of one channel of one tile, in their order. */
static void transform_channel(int32_t* components, const int8_t* patch, const mote_winograd_in* s) {
  int32_t columns[36];
  for (int32_t x = 0; x < 6; ++x) {
    int32_t column[6];
    for (int32_t y = 0; y < 6; ++y) column[y] = patch[y * s->row + x * s->step] + 128;
    transform(columns + 6 * x, column, 1);
  }
  for (int32_t y = 0; y < 6; ++y) transform(components + 6 * y, columns + kRows[y], 6);
}

static void transform_patch(uint32_t* values, const int8_t* patch, const mote_winograd_in* s) {
  for (int32_t tile = 0; tile < 2; ++tile)
    for (int32_t pair = 0; pair < 2; ++pair) {
      int32_t low[36], high[36];
      transform_channel(low, patch + 4 * tile * s->step + pair, s);
      transform_channel(high, patch + 4 * tile * s->step + pair + 2, s);
      for (int32_t k = 0; k < COMPONENTS; ++k)
        values[k * (s->component / 4) + 2 * pair + tile] = mote_halves(low[k], high[k]);
    }
}

static void inverse4(uint32_t* y, const uint32_t* m) {
  y[0] = 2 * m[0] + 4 * (m[1] + m[2]) + m[3] + m[4];
  y[1] = 4 * (m[1] - m[2]) + 2 * (m[3] - m[4]);
  y[2] = 4 * (m[1] + m[2] + m[3] + m[4]);
  y[3] = 4 * (m[1] - m[2]) + 8 * (m[3] - m[4] + m[5]);
}

static void inverse(const uint32_t* sums, int8_t* out, const int32_t* channels, const mote_winograd_out* s,
                    int is_signed, int fraction) {
  for (int32_t i = 0; i < 8; ++i) {
    const int32_t* const channel = channels + i / 2 * 3;
    uint32_t rows[6][4], y[4][4];
    for (int32_t x = 0; x < 6; ++x) {
      uint32_t m[6];
      for (int32_t k = 0; k < 6; ++k) m[kRows[k]] = sums[(6 * k + x) * 8 + i];
      inverse4(rows[x], m);
    }
    for (int32_t r = 0; r < 4; ++r) {
      uint32_t m[6];
      for (int32_t x = 0; x < 6; ++x) m[x] = rows[x][r];
      inverse4(y[r], m);
      for (int32_t x = 0; x < 4; ++x) {
        int32_t v = (int32_t)(y[r][x] * 0xe38e38e4U + (uint32_t)channel[0]);
        if (is_signed && v < 0) v -= channel[2];
        v = mote_multiply_high_add(v, channel[1], s->round) >> fraction;
        out[i / 2 + (i % 2 * 4 + x) * s->step + r * s->row] = (int8_t)(v < -128 ? -128 : v > 127 ? 127 : v);
      }
    }
  }
}
enum { plain_9_signed = 0, plain_11_signed = 0, signed_9_signed = 1, signed_11_signed = 1 };
enum { plain_9_bits = 9, plain_11_bits = 11, signed_9_bits = 9, signed_11_bits = 11 };
#define INVERSE_OF(v)                                                                                               \
  static void inverse_##v(const uint32_t* sums, int8_t* out, const int32_t* channels, const mote_winograd_out* s) { \
    inverse(sums, out, channels, s, v##_signed, v##_bits);                                                          \
  }

#endif

#define WINOGRAD(v)                                                                               \
  INVERSE_OF(v)                                                                                   \
  void mote_winograd_4x4_s8_##v(int8_t* output, const int8_t* input, void* scratch,               \
                                const mote_winograd_s8_params* p) {                               \
    mote_winograd_run(output, input, scratch, p, COMPONENTS, TILE, transform_patch, inverse_##v); \
  }
WINOGRAD(plain_9)
WINOGRAD(plain_11)
WINOGRAD(signed_9)
WINOGRAD(signed_11)
