/* Classes of instructions and their cost, for the counting plugin. Where it stands: src/board/plugin; one decoder an
 * instruction set. A decoder only tells classes apart that differ in some target's cycle table. */
#ifndef MOTE_DECODE_H
#define MOTE_DECODE_H

#include <stddef.h>
#include <stdint.h>

/* Names are those of the [cycles] table in target.toml. */
enum cost {
  COST_ALU,
  COST_LOAD,
  COST_LOAD_NEXT, /* a load straight after another load */
  COST_STORE,
  COST_STORE_REGISTER, /* address is the sum of two registers */
  COST_MULTIPLE_BASE,  /* load or store of several registers: base + each * count */
  COST_MULTIPLE_EACH,
  COST_MUL,
  COST_MUL_LONG,
  COST_DIV,
  COST_BRANCH,
  COST_BRANCH_TAKEN, /* added when the next block is not the one that follows in memory */
  COST_BRANCH_LINK,
  COST_TABLE_BRANCH,
  COST_SYSTEM,
  COST_BARRIER,
  COST_FP,
  COST_FP_MAC,
  COST_FP_DIV,
  COST_VECTOR,
  COST_COUNT
};

/* What a decoder must remember from one instruction of a block to the next. */
struct decode_state {
  int after_load;
};

/* Cycles of one instruction without taken-branch costs; `bytes` holds at least `size` bytes (2, 3 or 4). */
typedef uint32_t (*decoder)(const uint8_t* bytes, size_t size, const uint32_t* table, struct decode_state* state);

uint32_t decode_thumb(const uint8_t* bytes, size_t size, const uint32_t* table, struct decode_state* state);
uint32_t decode_rv32(const uint8_t* bytes, size_t size, const uint32_t* table, struct decode_state* state);
uint32_t decode_xtensa(const uint8_t* bytes, size_t size, const uint32_t* table, struct decode_state* state);

/* A single load: cheaper straight after another one where the table says so. */
static inline uint32_t cost_of_load(const uint32_t* table, struct decode_state* state) {
  const uint32_t cycles = table[state->after_load ? COST_LOAD_NEXT : COST_LOAD];
  state->after_load = 1;
  return cycles;
}

#endif
