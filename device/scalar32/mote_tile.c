/* See mote_tile.h. On RISC-V in assembly, because compilers spill: 28 registers hold all of a tile. */
#include "mote_tile.h"

#if defined(__riscv)

/* clang-format off */
/* One input of four windows (a1, a5, a6, a7) against four weights (a3). Sums: s0-s3, s4-s7, s8-s11, t3-t6. */
#define FIRST(sum0, sum1, sum2, sum3, at) \
  "lb a4, " at "(a3)\n" \
  "mul ra, a4, t0\n add " sum0 ", " sum0 ", ra\n" \
  "mul ra, a4, t1\n add " sum1 ", " sum1 ", ra\n" \
  "mul ra, a4, t2\n add " sum2 ", " sum2 ", ra\n" \
  "mul a4, a4, a0\n add " sum3 ", " sum3 ", a4\n"
#define TAP(i, w0, w1, w2, w3) \
  "lb t0, " #i "(a1)\n lb t1, " #i "(a5)\n lb t2, " #i "(a6)\n lb a0, " #i "(a7)\n" \
  FIRST("s0", "s1", "s2", "s3", #w0) FIRST("s4", "s5", "s6", "s7", #w1) \
  FIRST("s8", "s9", "s10", "s11", #w2) FIRST("t3", "t4", "t5", "t6", #w3)
#define ADVANCE(inputs, weights, label) \
  "addi a1, a1, " #inputs "\n addi a5, a5, " #inputs "\n addi a6, a6, " #inputs "\n addi a7, a7, " #inputs "\n" \
  "addi a3, a3, " #weights "\n" \
  "bne a1, a2, " label "b\n"

/* The stack: 4 end, 8 sums, 12 and on what is saved. */
__attribute__((naked)) void mote_tile_sums(
    __attribute__((unused)) int32_t* sums, __attribute__((unused)) const mote_tile_windows* windows,
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
      "li s0, 0\n li s1, 0\n li s2, 0\n li s3, 0\n li s4, 0\n li s5, 0\n li s6, 0\n li s7, 0\n"
      "li s8, 0\n li s9, 0\n li s10, 0\n li s11, 0\n li t3, 0\n li t4, 0\n li t5, 0\n li t6, 0\n"
      "beq a1, a2, 2f\n"
      "1:\n"
      TAP(0, 0, 1, 2, 3) TAP(1, 4, 5, 6, 7) TAP(2, 8, 9, 10, 11) TAP(3, 12, 13, 14, 15)
      TAP(4, 16, 17, 18, 19) TAP(5, 20, 21, 22, 23) TAP(6, 24, 25, 26, 27) TAP(7, 28, 29, 30, 31)
      ADVANCE(8, 32, "1")
      "2:\n"
      "lw a2, 4(sp)\n"
      "beq a1, a2, 4f\n"
      "3:\n"
      TAP(0, 0, 1, 2, 3)
      ADVANCE(1, 4, "3")
      "4:\n"
      "lw a0, 8(sp)\n"
      "sw s0, 0(a0)\n sw s1, 4(a0)\n sw s2, 8(a0)\n sw s3, 12(a0)\n sw s4, 16(a0)\n sw s5, 20(a0)\n sw s6, 24(a0)\n sw s7, 28(a0)\n"
      "sw s8, 32(a0)\n sw s9, 36(a0)\n sw s10, 40(a0)\n sw s11, 44(a0)\n sw t3, 48(a0)\n sw t4, 52(a0)\n sw t5, 56(a0)\n sw t6, 60(a0)\n"
      "lw ra, 12(sp)\n lw s0, 16(sp)\n lw s1, 20(sp)\n lw s2, 24(sp)\n lw s3, 28(sp)\n"
      "lw s4, 32(sp)\n lw s5, 36(sp)\n lw s6, 40(sp)\n lw s7, 44(sp)\n lw s8, 48(sp)\n lw s9, 52(sp)\n"
      "lw s10, 56(sp)\n lw s11, 60(sp)\n"
      "addi sp, sp, 64\n"
      "ret\n");
}
/* clang-format on */

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
