/* Xtensa with 16-bit code-density instructions, call0 ABI (lx106): Xtensa Instruction Set Architecture Reference
 * Manual, chapter 7 (instruction formats and opcode encodings). See decode.h. */
#include "decode.h"

static uint32_t decode_narrow(uint32_t w, const uint32_t* table, struct decode_state* state, int after_load) {
  state->after_load = 0;
  switch (w & 15) {
    case 8: /* L32I.N */
      state->after_load = after_load;
      return cost_of_load(table, state);
    case 9:
      return table[COST_STORE];
    case 12: /* BEQZ.N, BNEZ.N; else MOVI.N */
      return table[(w & 0x80) != 0 ? COST_BRANCH : COST_ALU];
    case 13: /* RET.N */
      return table[(w & 0xf0f0) == 0xf000 ? COST_BRANCH : COST_ALU];
    default:
      return table[COST_ALU];
  }
}

/* op0 = 0: what is neither load, store nor branch with an immediate. */
static uint32_t decode_register(uint32_t w, const uint32_t* table) {
  const uint32_t op1 = (w >> 16) & 15;
  const uint32_t op2 = (w >> 20) & 15;
  const uint32_t r = (w >> 12) & 15;
  if (op1 == 0 && op2 == 0) {
    const uint32_t m = (w >> 6) & 3;
    if (r == 0 && m == 2) return table[COST_BRANCH];      /* RET, JX */
    if (r == 0 && m == 3) return table[COST_BRANCH_LINK]; /* CALLX0 */
    if (r == 2) return table[COST_BARRIER];               /* ISYNC ... MEMW */
    return table[r == 0 ? COST_ALU : COST_SYSTEM];
  }
  if (op1 == 1 && (op2 == 12 || op2 == 13)) return table[COST_MUL]; /* MUL16U, MUL16S */
  if (op1 == 2 && op2 >= 8 && op2 <= 11) return table[COST_MUL_LONG];
  if (op1 == 2 && op2 >= 12) return table[COST_DIV];
  if (op1 == 3 && op2 < 2) return table[COST_SYSTEM];
  return table[COST_ALU];
}

static uint32_t decode_wide(uint32_t w, const uint32_t* table, struct decode_state* state, int after_load) {
  const uint32_t r = (w >> 12) & 15;
  state->after_load = 0;
  switch (w & 15) {
    case 0:
      return decode_register(w, table);
    case 1: /* L32R */
      state->after_load = after_load;
      return cost_of_load(table, state);
    case 2:
      if (r <= 2 || r == 9) {
        state->after_load = after_load;
        return cost_of_load(table, state);
      }
      return table[r >= 4 && r <= 6 ? COST_STORE : COST_ALU];
    case 5:
      return table[COST_BRANCH_LINK];
    case 6:
    case 7:
      return table[COST_BRANCH];
    default:
      return table[COST_ALU];
  }
}

uint32_t decode_xtensa(const uint8_t* bytes, size_t size, const uint32_t* table, struct decode_state* state) {
  const int after_load = state->after_load;
  const uint32_t low = bytes[0] | (uint32_t)bytes[1] << 8;
  if (size < 3) return decode_narrow(low, table, state, after_load);
  return decode_wide(low | (uint32_t)bytes[2] << 16, table, state, after_load);
}
