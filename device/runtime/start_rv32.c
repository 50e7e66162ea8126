/* Start of a RISC-V firmware in machine mode: stack, memory set-up, and a trap handler that reports instead of hanging.
 * Where it stands: device/runtime. The RISC-V Instruction Set Manual, volume II: mtvec, mcause, mepc, mtval. */
#include "mote_runtime.h"

extern uint32_t mote_data_start[], mote_data_end[], mote_data_source[], mote_bss_start[], mote_bss_end[];

void mote_reset(void);
void mote_start(void);
void mote_trap(uint32_t cause, uint32_t pc, uint32_t address, uint32_t lr);
void mote_trap_entry(void);

__attribute__((used)) void mote_trap(uint32_t cause, uint32_t pc, uint32_t address, uint32_t lr) {
  mote_finish(MOTE_FAULT, cause, pc, address, lr);
}

/* The stack may be what is broken, so it starts afresh. */
__attribute__((naked, aligned(4))) void mote_trap_entry(void) {
  __asm__ volatile(
      ".option push\n .option arch, +zicsr\n"
      "la sp, mote_stack_top\n"
      "mv a3, ra\n"
      "csrr a0, mcause\n"
      "csrr a1, mepc\n"
      "csrr a2, mtval\n"
      "call mote_trap\n"
      "1: j 1b\n"
      ".option pop\n");
}

__attribute__((used)) void mote_start(void) {
  volatile uint32_t* to;
  const uint32_t* from = mote_data_source;
  for (to = mote_data_start; to < mote_data_end;) *to++ = *from++;
  for (to = mote_bss_start; to < mote_bss_end;) *to++ = 0;
  (void)main();
}

__attribute__((naked)) void mote_reset(void) {
  __asm__ volatile(
      ".option push\n .option arch, +zicsr\n"
      "la sp, mote_stack_top\n"
      "la tp, mote_thread_block\n"
      "la t0, mote_trap_entry\n"
      "csrw mtvec, t0\n"
      "call mote_start\n"
      "1: j 1b\n"
      ".option pop\n");
}
