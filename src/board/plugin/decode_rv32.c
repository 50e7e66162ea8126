/* RV32IMC and F: The RISC-V Instruction Set Manual, volume I (20191213), chapters 24 (listings) and 16 (compressed).
 * See decode.h. */
#include "decode.h"

static uint32_t decode_compressed(uint32_t w, const uint32_t* table, struct decode_state* state, int after_load) {
  const uint32_t function = w >> 13;
  state->after_load = after_load;
  switch (w & 3) {
    case 0:
      if (function >= 1 && function <= 3) return cost_of_load(table, state);
      state->after_load = 0;
      return table[function >= 5 ? COST_STORE : COST_ALU];
    case 1:
      state->after_load = 0;
      if (function == 1) return table[COST_BRANCH_LINK];
      return table[function >= 5 ? COST_BRANCH : COST_ALU];
    default:
      if (function >= 1 && function <= 3) return cost_of_load(table, state);
      state->after_load = 0;
      if (function >= 5) return table[COST_STORE];
      /* C.JR and C.JALR have no second register. */
      if (function == 4 && (w & 0x7c) == 0 && (w & 0xf80) != 0)
        return table[(w & 0x1000) != 0 ? COST_BRANCH_LINK : COST_BRANCH];
      return table[COST_ALU];
  }
}

static uint32_t decode_full(uint32_t w, const uint32_t* table, struct decode_state* state, int after_load) {
  const uint32_t function = (w >> 12) & 7;
  state->after_load = 0;
  switch (w & 0x7f) {
    case 0x03:
    case 0x07:
      state->after_load = after_load;
      return cost_of_load(table, state);
    case 0x23:
    case 0x27:
      return table[COST_STORE];
    case 0x63:
      return table[COST_BRANCH];
    case 0x67:
    case 0x6f:
      return table[(w & 0xf80) != 0 ? COST_BRANCH_LINK : COST_BRANCH];
    case 0x33:
      if (w >> 25 != 1) return table[COST_ALU];
      if (function >= 4) return table[COST_DIV];
      return table[function == 0 ? COST_MUL : COST_MUL_LONG];
    case 0x43:
    case 0x47:
    case 0x4b:
    case 0x4f:
      return table[COST_FP_MAC];
    case 0x53:
      return table[(w >> 27) == 3 || (w >> 27) == 11 ? COST_FP_DIV : COST_FP];
    case 0x0f:
      return table[COST_BARRIER];
    case 0x73:
      return table[COST_SYSTEM];
    default:
      return table[COST_ALU];
  }
}

uint32_t decode_rv32(const uint8_t* bytes, size_t size, const uint32_t* table, struct decode_state* state) {
  const int after_load = state->after_load;
  const uint32_t low = bytes[0] | (uint32_t)bytes[1] << 8;
  if (size < 4) return decode_compressed(low, table, state, after_load);
  return decode_full(low | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24, table, state, after_load);
}
