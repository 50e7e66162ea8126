/* See mote_tile.h. Three multiplications do four products (mote_split.h). In assembly, because compilers spill. */
#include "mote_tile.h"

#include "mote_split.h"

#if defined(__XTENSA__)

/* raw[3 * window]: sums of the words, of their odd bytes and of their upper halves. starts: those of both windows. */
void mote_tile_raw(uint32_t* raw, const int16_t* inputs, const mote_tile_weight* weights, const int16_t* end);

/* clang-format off */
/* a6-a8, a9-a11 sums; a12-a14 the word, its odd bytes, its upper half; a15 an input; a5 mask. */
#define WINDOW(at, all, odd, upper) \
  "l16si a15, a3, " #at "\n" \
  "mull a0, a12, a15\n add " all ", " all ", a0\n mull a0, a13, a15\n add " odd ", " odd ", a0\n" \
  "mull a0, a14, a15\n add " upper ", " upper ", a0\n"
#define TAP(at, next) \
  "l32i a12, a4, " #at "\n srli a13, a12, 8\n and a13, a13, a5\n extui a14, a12, 16, 16\n" \
  WINDOW(at, "a6", "a7", "a8") WINDOW(next, "a9", "a10", "a11")

/* The stack: 0 and on what is saved, 20 raw. */
__asm__(
  ".section .text.mote_tile_raw, \"ax\"\n"
  ".literal_position\n"
  ".align 4\n"
  ".global mote_tile_raw\n"
  ".type mote_tile_raw, @function\n"
  "mote_tile_raw:\n"
  "addi a1, a1, -32\n"
  "s32i a0, a1, 0\n s32i a12, a1, 4\n s32i a13, a1, 8\n s32i a14, a1, 12\n s32i a15, a1, 16\n s32i a2, a1, 20\n"
  "l32i a6, a2, 0\n l32i a7, a2, 4\n l32i a8, a2, 8\n l32i a9, a2, 12\n l32i a10, a2, 16\n l32i a11, a2, 20\n"
  "mov a2, a5\n"
  "movi a5, 255\n slli a12, a5, 15\n slli a12, a12, 1\n or a5, a5, a12\n"
  "1:\n"
  TAP(0, 2) TAP(4, 6)
  "addi a3, a3, 8\n addi a4, a4, 8\n"
  "bne a3, a2, 1b\n"
  "l32i a2, a1, 20\n"
  "s32i a6, a2, 0\n s32i a7, a2, 4\n s32i a8, a2, 8\n s32i a9, a2, 12\n s32i a10, a2, 16\n s32i a11, a2, 20\n"
  "l32i a0, a1, 0\n l32i a12, a1, 4\n l32i a13, a1, 8\n l32i a14, a1, 12\n l32i a15, a1, 16\n"
  "addi a1, a1, 32\n"
  "ret\n"
  ".size mote_tile_raw, . - mote_tile_raw\n"
  ".text\n");
/* clang-format on */

#else

static void mote_tile_raw(uint32_t* raw, const int16_t* inputs, const mote_tile_weight* weights, const int16_t* end) {
  for (; inputs != end; inputs += MOTE_TILE, ++weights)
    for (int32_t t = 0; t < MOTE_TILE; ++t) {
      const uint32_t x = (uint32_t)(int32_t)inputs[t];
      raw[3 * t] += x * *weights;
      raw[3 * t + 1] += x * ((*weights >> 8) & 0x00ff00ffU);
      raw[3 * t + 2] += x * (*weights >> 16);
    }
}

#endif

void mote_tile_sums(int32_t* sums, const mote_tile_windows* windows, const mote_tile_weight* weights, int32_t inputs) {
  const int16_t* const end = windows->from + 2 * inputs;
  const uint32_t* const starts = (const uint32_t*)(const void*)end;
  uint32_t raw[3 * MOTE_TILE];
  for (int32_t t = 0; t < MOTE_TILE; ++t) { /* weights for bytes that are 128 more */
    raw[3 * t] = starts[t] * 0x01010101U;
    raw[3 * t + 1] = starts[t] * 0x00010001U;
    raw[3 * t + 2] = starts[t] * 0x00000101U;
  }
  mote_tile_raw(raw, windows->from, weights, end);
  for (int32_t t = 0; t < MOTE_TILE; ++t) mote_split(sums + t, MOTE_TILE, raw[3 * t], raw[3 * t + 1], raw[3 * t + 2]);
}

void mote_tile_sums_of_one(int32_t* sums, const mote_tile_windows* windows, const mote_tile_weight* weights,
                           int32_t inputs) {
  const int16_t* x = windows->from;
  const int16_t* const end = x + 2 * inputs;
  const int32_t start = *(const int32_t*)(const void*)end;
  int32_t s0 = start, s1 = start, s2 = start, s3 = start;
  for (; x != end; x += 2, ++weights) {
    const uint32_t w = *weights;
    s0 += *x * (int32_t)(w & 255U);
    s1 += *x * (int32_t)((w >> 8) & 255U);
    s2 += *x * (int32_t)((w >> 16) & 255U);
    s3 += *x * (int32_t)(w >> 24);
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}
