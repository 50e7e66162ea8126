/* Thumb and Thumb-2: Armv7-M Architecture Reference Manual (DDI 0403), A5.2 and A5.3, A6 for floating point; Armv8-M
 * (DDI 0553) C2.3 for the loop instructions and the vector extension. See decode.h. */
#include "decode.h"

static uint32_t ones(uint32_t value) { return (uint32_t)__builtin_popcount(value); }

static uint32_t several(uint32_t count, const uint32_t* table) {
  return table[COST_MULTIPLE_BASE] + table[COST_MULTIPLE_EACH] * count;
}

static uint32_t decode16(uint32_t w, const uint32_t* table, struct decode_state* state, int after_load) {
  const uint32_t top = w >> 12;
  state->after_load = after_load;
  if (w >> 11 == 0x09) return cost_of_load(table, state); /* LDR literal */
  if (top == 5 && ((w >> 9) & 7) >= 3) return cost_of_load(table, state);
  if (top >= 6 && top <= 9 && (w & 0x0800) != 0) return cost_of_load(table, state);
  state->after_load = 0;
  if (top == 5) return table[COST_STORE_REGISTER];
  if (top >= 6 && top <= 9) return table[COST_STORE];
  if ((w & 0xf600) == 0xb400) return several(ones(w & 0x1ff), table); /* PUSH, POP */
  if (top == 0xc) return several(ones(w & 0xff), table);              /* STM, LDM */
  if ((w & 0xffc0) == 0x4340) return table[COST_MUL];
  if ((w & 0xff80) == 0x4780) return table[COST_BRANCH_LINK]; /* BLX register */
  if ((w & 0xff80) == 0x4700 || top == 0xd || w >> 11 == 0x1c || (w & 0xf500) == 0xb100) return table[COST_BRANCH];
  if ((w & 0xffe0) == 0xb660) return table[COST_SYSTEM]; /* CPS */
  return table[COST_ALU];
}

/* Coprocessor space: hw1 is 0xec00-0xefff or 0xfc00-0xffff. */
static uint32_t decode_fp(uint32_t hw1, uint32_t hw2, const uint32_t* table, struct decode_state* state,
                          int after_load) {
  const uint32_t coprocessor = (hw2 >> 8) & 0xf;
  const int is_fp = (coprocessor == 10 || coprocessor == 11) && (hw1 & 0xff00) != 0xef00 && hw1 < 0xfc00;
  if (!is_fp) return table[COST_VECTOR];
  if ((hw1 & 0xff30) == 0xed10) { /* VLDR */
    state->after_load = after_load;
    return cost_of_load(table, state) + (coprocessor == 11 ? table[COST_MULTIPLE_EACH] : 0);
  }
  if ((hw1 & 0xff30) == 0xed00) return table[COST_STORE] + (coprocessor == 11 ? table[COST_MULTIPLE_EACH] : 0);
  if ((hw1 & 0xffe0) == 0xec40) return 2 * table[COST_FP]; /* VMOV of two core registers */
  if ((hw1 & 0xfe00) == 0xec00) return several(hw2 & 0xff, table);
  if ((hw2 & 0x10) != 0) return table[COST_FP]; /* VMOV, VMRS */
  switch (hw1 & 0xffb0) {
    case 0xee00:
    case 0xee10:
    case 0xee90:
    case 0xeea0:
      return table[COST_FP_MAC];
    case 0xee80:
      return table[COST_FP_DIV];
    default:
      return (hw1 & 0xffbf) == 0xeeb1 && (hw2 & 0xc0) == 0xc0 ? table[COST_FP_DIV] : table[COST_FP];
  }
}

/* Branches and control: hw1 is 0xf000-0xf7ff with the top bit of hw2 set. */
static uint32_t decode_branch(uint32_t hw1, uint32_t hw2, const uint32_t* table) {
  if ((hw2 & 0x5000) == 0x5000) return table[COST_BRANCH_LINK];
  if ((hw2 & 0x5000) == 0x1000) return table[COST_BRANCH];
  if ((hw2 & 0x5000) == 0x4000) return table[COST_BRANCH]; /* low-overhead loops */
  if ((hw1 & 0x0380) != 0x0380) return table[COST_BRANCH]; /* conditional */
  if ((hw1 & 0xfff0) == 0xf3b0) return table[COST_BARRIER];
  if ((hw1 & 0xfff0) == 0xf3a0) return table[COST_ALU]; /* hints */
  return table[COST_SYSTEM];
}

static uint32_t decode32(uint32_t hw1, uint32_t hw2, const uint32_t* table, struct decode_state* state,
                         int after_load) {
  state->after_load = 0;
  if ((hw1 & 0xfe40) == 0xe800) return several(ones(hw2), table);
  if ((hw1 & 0xfe40) == 0xe840) {
    if ((hw1 & 0xfff0) == 0xe8d0 && (hw2 & 0xffe0) == 0xf000) return table[COST_LOAD] + table[COST_TABLE_BRANCH];
    if ((hw1 & 0xff60) == 0xe840) return table[COST_LOAD]; /* exclusives */
    return several(2, table);                              /* LDRD, STRD */
  }
  if ((hw1 & 0xec00) == 0xec00) return decode_fp(hw1, hw2, table, state, after_load);
  if ((hw1 & 0xf800) == 0xf000) return (hw2 & 0x8000) != 0 ? decode_branch(hw1, hw2, table) : table[COST_ALU];
  if ((hw1 & 0xfe00) == 0xf800) {
    const int literal_or_long = (hw1 & 0x80) != 0 || (hw1 & 0xf) == 0xf;
    if ((hw1 & 0x10) == 0) return table[!literal_or_long && (hw2 & 0xfc0) == 0 ? COST_STORE_REGISTER : COST_STORE];
    if ((hw2 >> 12) == 15 && (hw1 & 0x60) != 0x40) return table[COST_ALU]; /* preload hints */
    state->after_load = after_load;
    return cost_of_load(table, state);
  }
  if ((hw1 & 0xff80) == 0xfb00) return table[COST_MUL];
  if ((hw1 & 0xffd0) == 0xfb90) return table[COST_DIV];
  if ((hw1 & 0xff80) == 0xfb80) return table[COST_MUL_LONG];
  return table[COST_ALU];
}

uint32_t decode_thumb(const uint8_t* bytes, size_t size, const uint32_t* table, struct decode_state* state) {
  const int after_load = state->after_load;
  const uint32_t hw1 = bytes[0] | (uint32_t)bytes[1] << 8;
  if (size < 4) return decode16(hw1, table, state, after_load);
  return decode32(hw1, bytes[2] | (uint32_t)bytes[3] << 8, table, state, after_load);
}
