/* See mote_tile.h. On RISC-V three multiplications do four products (mote_split.h), in assembly, because compilers spill:
 * 27 registers hold all of a tile. */
#include "mote_tile.h"

#if defined(__riscv)

#include "mote_split.h"

/* raw[3 * window]: sums of the words, of their odd bytes and of their upper halves. */
void mote_tile_raw(uint32_t* raw, const mote_tile_windows* windows, const mote_tile_weight* weights, int32_t inputs);

/* clang-format off */
/* One input of four windows (a1, a5, a6, a7) against a word of weights (a3). Bytes become 128 more than they are, are taken
 * apart, and lose that again: a4 all, t0 odd, t1 upper. */
#define WINDOW(i, from, all, odd, upper) \
  "lb t2, " #i "(" from ")\n" \
  "mul ra, a4, t2\n add " all ", " all ", ra\n" \
  "mul ra, t0, t2\n add " odd ", " odd ", ra\n" \
  "mul ra, t1, t2\n add " upper ", " upper ", ra\n"
#define TAP(i, w) \
  "lw a4, " #w "(a3)\n xor a4, a4, t3\n" \
  "srli t0, a4, 8\n and t0, t0, t4\n sub t0, t0, t5\n" \
  "srli t1, a4, 16\n sub t1, t1, t6\n" \
  "sub a4, a4, t3\n" \
  WINDOW(i, "a1", "s0", "s1", "s2") WINDOW(i, "a5", "s3", "s4", "s5") \
  WINDOW(i, "a6", "s6", "s7", "s8") WINDOW(i, "a7", "s9", "s10", "s11")
#define ADVANCE(inputs, weights, label) \
  "addi a1, a1, " #inputs "\n addi a5, a5, " #inputs "\n addi a6, a6, " #inputs "\n addi a7, a7, " #inputs "\n" \
  "addi a3, a3, " #weights "\n" \
  "bne a1, a2, " label "b\n"

/* The stack: 4 end, 8 raw, 12 and on what is saved. */
__attribute__((naked)) void mote_tile_raw(
    __attribute__((unused)) uint32_t* raw, __attribute__((unused)) const mote_tile_windows* windows,
    __attribute__((unused)) const mote_tile_weight* weights, __attribute__((unused)) int32_t inputs) {
  __asm__ volatile(
      "addi sp, sp, -64\n"
      "sw a0, 8(sp)\n sw ra, 12(sp)\n sw s0, 16(sp)\n sw s1, 20(sp)\n sw s2, 24(sp)\n sw s3, 28(sp)\n"
      "sw s4, 32(sp)\n sw s5, 36(sp)\n sw s6, 40(sp)\n sw s7, 44(sp)\n sw s8, 48(sp)\n sw s9, 52(sp)\n"
      "sw s10, 56(sp)\n sw s11, 60(sp)\n"
      "mv a4, a3\n mv a3, a2\n lw a2, 4(a1)\n lw a1, 0(a1)\n"
      "add a5, a1, a2\n add a6, a5, a2\n add a7, a6, a2\n"
      "add a0, a1, a4\n sw a0, 4(sp)\n"
      "andi a4, a4, -8\n add a2, a1, a4\n"
      "li t3, 0x80808080\n li t4, 0x00ff00ff\n li t5, 0x00800080\n li t6, 0x8080\n"
      "li s0, 0\n li s1, 0\n li s2, 0\n li s3, 0\n li s4, 0\n li s5, 0\n li s6, 0\n li s7, 0\n"
      "li s8, 0\n li s9, 0\n li s10, 0\n li s11, 0\n"
      "beq a1, a2, 2f\n"
      "1:\n"
      TAP(0, 0) TAP(1, 4) TAP(2, 8) TAP(3, 12) TAP(4, 16) TAP(5, 20) TAP(6, 24) TAP(7, 28)
      ADVANCE(8, 32, "1")
      "2:\n"
      "lw a2, 4(sp)\n"
      "beq a1, a2, 4f\n"
      "3:\n"
      TAP(0, 0)
      ADVANCE(1, 4, "3")
      "4:\n"
      "lw a0, 8(sp)\n"
      "sw s0, 0(a0)\n sw s1, 4(a0)\n sw s2, 8(a0)\n sw s3, 12(a0)\n sw s4, 16(a0)\n sw s5, 20(a0)\n"
      "sw s6, 24(a0)\n sw s7, 28(a0)\n sw s8, 32(a0)\n sw s9, 36(a0)\n sw s10, 40(a0)\n sw s11, 44(a0)\n"
      "lw ra, 12(sp)\n lw s0, 16(sp)\n lw s1, 20(sp)\n lw s2, 24(sp)\n lw s3, 28(sp)\n"
      "lw s4, 32(sp)\n lw s5, 36(sp)\n lw s6, 40(sp)\n lw s7, 44(sp)\n lw s8, 48(sp)\n lw s9, 52(sp)\n"
      "lw s10, 56(sp)\n lw s11, 60(sp)\n"
      "addi sp, sp, 64\n"
      "ret\n");
}
/* clang-format on */

void mote_tile_sums(int32_t* sums, const mote_tile_windows* windows, const mote_tile_weight* weights, int32_t inputs) {
  uint32_t raw[3 * MOTE_TILE];
  mote_tile_raw(raw, windows, weights, inputs);
  for (int32_t t = 0; t < MOTE_TILE; ++t) mote_split(sums + t, MOTE_TILE, raw[3 * t], raw[3 * t + 1], raw[3 * t + 2]);
}

#else

void mote_tile_sums(int32_t* sums, const mote_tile_windows* windows, const mote_tile_weight* weights, int32_t inputs) {
  for (int32_t k = 0; k < 4; ++k)
    for (int32_t t = 0; t < MOTE_TILE; ++t) {
      int32_t sum = 0;
      for (int32_t i = 0; i < inputs; ++i) sum += windows->from[t * windows->pitch + i] * weights[4 * i + k];
      sums[MOTE_TILE * k + t] = sum;
    }
}

#endif

void mote_tile_sums_of_one(int32_t* sums, const mote_tile_windows* windows, const mote_tile_weight* weights,
                           int32_t inputs) {
  const int8_t* window = windows->from;
  int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#define TAP_OF_ONE(i)                      \
  {                                        \
    const int32_t x = window[i];           \
    s0 += x * weights[4 * (i)];            \
    s1 += x * weights[4 * (i) + 1];        \
    s2 += x * weights[4 * (i) + 2];        \
    s3 += x * weights[4 * (i) + 3];        \
  }
  for (; inputs >= 4; inputs -= 4, window += 4, weights += 16) {
    TAP_OF_ONE(0)
    TAP_OF_ONE(1)
    TAP_OF_ONE(2)
    TAP_OF_ONE(3)
  }
  for (; inputs > 0; --inputs, ++window, weights += 4) TAP_OF_ONE(0)
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}
