/* Start of an Arm Cortex-M firmware: vector table, memory set-up, floating-point unit, and fault handlers that report
 * instead of hanging. Where it stands: device/runtime. Armv6-M, Armv7-M and Armv8-M Architecture Reference Manuals:
 * exception model, CPACR, CFSR, CCR. */
#include "mote_runtime.h"

#define REGISTER(address) (*(volatile uint32_t*)(address))
#define CPACR REGISTER(0xe000ed88U)
#define CCR REGISTER(0xe000ed14U)
#define CFSR REGISTER(0xe000ed28U)
#define MMFAR REGISTER(0xe000ed34U)
#define BFAR REGISTER(0xe000ed38U)

extern uint32_t mote_data_start[], mote_data_end[], mote_data_source[], mote_bss_start[], mote_bss_end[];

void mote_reset(void);
void mote_fault(const uint32_t* frame, uint32_t exception);
void mote_fault_entry(void);

/* frame: r0-r3, r12, lr, pc, psr as the processor pushed them. The stack may be what is broken, so it starts afresh. */
__attribute__((used, noreturn)) void mote_fault(const uint32_t* frame, uint32_t exception) {
  uint32_t pc = 0, lr = 0, address = 0, cause = exception << 24;
  if (frame >= mote_stack_limit && frame + 8 <= mote_stack_top) {
    lr = frame[5];
    pc = frame[6];
  }
  /* The exception's number has the top byte, so unaligned and divide move to bits 13 and 14. */
  cause |= CFSR & 0x001f9fffU;
  cause |= (CFSR & 0x03000000U) >> 11;
  if ((CFSR & 0x8000U) != 0) address = BFAR;
  if ((CFSR & 0x80U) != 0) address = MMFAR;
  mote_finish(MOTE_FAULT, cause, pc, address, lr);
  for (;;) {
  }
}

__attribute__((naked)) void mote_fault_entry(void) {
  __asm__ volatile(
      "mrs r0, msp\n"
      "mrs r1, ipsr\n"
      "ldr r2, =mote_stack_top\n"
      "mov sp, r2\n"
      "ldr r2, =mote_fault\n"
      "bx r2\n"
      ".ltorg\n");
}

__attribute__((used, section(".vectors"))) const uintptr_t mote_vectors[16] = {
    (uintptr_t)mote_stack_top,   (uintptr_t)mote_reset,       (uintptr_t)mote_fault_entry, (uintptr_t)mote_fault_entry,
    (uintptr_t)mote_fault_entry, (uintptr_t)mote_fault_entry, (uintptr_t)mote_fault_entry, (uintptr_t)mote_fault_entry,
    (uintptr_t)mote_fault_entry, (uintptr_t)mote_fault_entry, (uintptr_t)mote_fault_entry, (uintptr_t)mote_fault_entry,
    (uintptr_t)mote_fault_entry, (uintptr_t)mote_fault_entry, (uintptr_t)mote_fault_entry, (uintptr_t)mote_fault_entry};

void mote_reset(void) {
  volatile uint32_t* to;
  const uint32_t* from = mote_data_source;
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  CPACR |= 0xfU << 20; /* coprocessors 10 and 11: floating point and vectors */
  __asm__ volatile("dsb\n isb" ::: "memory");
#endif
#if !defined(__ARM_ARCH_6M__)
  CCR |= 1U << 4; /* trap on division by zero */
#endif
#if __ARM_ARCH >= 8
  __asm__ volatile("msr msplim, %0" ::"r"(mote_stack_limit));
#endif
  for (to = mote_data_start; to < mote_data_end;) *to++ = *from++;
  for (to = mote_bss_start; to < mote_bss_end;) *to++ = 0;
  (void)main();
}
