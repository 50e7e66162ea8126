/* See mote_tile.h. In assembly, because compilers spill: 15 registers hold all of a tile but its end. */
#include "mote_tile.h"

#if defined(__XTENSA__)

/* clang-format off */
/* a6, a8, a10, a12: sums of the first window; a7, a9, a11, a13 of the second; a3 inputs, a4 weights. */
#define WEIGHT(bit, sum0, sum1) \
  "extui a0, a14, " bit ", 8\n" \
  "mul16s a2, a0, a15\n add " sum0 ", " sum0 ", a2\n" \
  "mul16s a0, a0, a5\n add " sum1 ", " sum1 ", a0\n"
#define TAP(at, next) \
  "l32i a14, a4, " #at "\n l16si a15, a3, " #at "\n l16si a5, a3, " #next "\n" \
  WEIGHT("0", "a6", "a7") WEIGHT("8", "a8", "a9") WEIGHT("16", "a10", "a11") WEIGHT("24", "a12", "a13")

/* The stack: 0 end of the inputs, 4 sums, 8 and on what is saved. */
__asm__(
  ".section .text.mote_tile_sums, \"ax\"\n"
  ".align 4\n"
  ".global mote_tile_sums\n"
  ".type mote_tile_sums, @function\n"
  "mote_tile_sums:\n"
  "addi a1, a1, -32\n"
  "s32i a0, a1, 8\n s32i a12, a1, 12\n s32i a13, a1, 16\n s32i a14, a1, 20\n s32i a15, a1, 24\n s32i a2, a1, 4\n"
  "l32i a3, a3, 0\n"
  "addx4 a5, a5, a3\n"
  "s32i a5, a1, 0\n"
  "l32i a6, a5, 0\n l32i a7, a5, 4\n"
  "mov a8, a6\n mov a9, a7\n mov a10, a6\n mov a11, a7\n mov a12, a6\n mov a13, a7\n"
  "1:\n"
  TAP(0, 2) TAP(4, 6)
  "addi a3, a3, 8\n addi a4, a4, 8\n"
  "l32i a2, a1, 0\n"
  "bne a3, a2, 1b\n"
  "l32i a2, a1, 4\n"
  "s32i a6, a2, 0\n s32i a7, a2, 4\n s32i a8, a2, 8\n s32i a9, a2, 12\n"
  "s32i a10, a2, 16\n s32i a11, a2, 20\n s32i a12, a2, 24\n s32i a13, a2, 28\n"
  "l32i a0, a1, 8\n l32i a12, a1, 12\n l32i a13, a1, 16\n l32i a14, a1, 20\n l32i a15, a1, 24\n"
  "addi a1, a1, 32\n"
  "ret\n"
  ".size mote_tile_sums, . - mote_tile_sums\n"
  ".text\n");
/* clang-format on */

#else

void mote_tile_sums(int32_t* sums, const mote_tile_windows* windows, const mote_tile_weight* weights, int32_t inputs) {
  const int32_t* starts = (const int32_t*)(const void*)(windows->from + 2 * inputs);
  for (int32_t k = 0; k < 4; ++k)
    for (int32_t t = 0; t < MOTE_TILE; ++t) {
      int32_t sum = starts[t];
      for (int32_t i = 0; i < inputs; ++i) sum += windows->from[2 * i + t] * (int32_t)((weights[i] >> (8 * k)) & 255U);
      sums[MOTE_TILE * k + t] = sum;
    }
}

#endif

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
