/* Start of an Xtensa LX106 firmware: the jump at the reset vector, exception vectors that report instead of hanging, memory set-up.
 * Where it stands: device/runtime. Xtensa Instruction Set Architecture Reference Manual, 4.4 (exception option): EPC1, EXCCAUSE,
 * EXCVADDR, PS; the places of the vectors are those of the LX106 (level 1: kernel 0x30, user 0x50, double 0x70 after VECBASE). */
  .section .reset, "ax"
  .global mote_reset
  .type mote_reset, @function
mote_reset:
  j start_here
  .align 4
stack_top: .word mote_stack_top
data_start: .word mote_data_start
data_end: .word mote_data_end
data_source: .word mote_data_source
bss_start: .word mote_bss_start
bss_end: .word mote_bss_end
main_address: .word main
  .align 4
start_here:
  l32r a1, stack_top
  movi a2, 0x20 /* user mode, interrupts at level 0, exceptions handled */
  wsr a2, ps
  rsync
  l32r a2, data_start
  l32r a3, data_end
  l32r a4, data_source
1:
  bgeu a2, a3, 2f
  l32i a5, a4, 0
  s32i a5, a2, 0
  addi a2, a2, 4
  addi a4, a4, 4
  j 1b
2:
  l32r a2, bss_start
  l32r a3, bss_end
  movi a5, 0
3:
  bgeu a2, a3, 4f
  s32i a5, a2, 0
  addi a2, a2, 4
  j 3b
4:
  l32r a2, main_address
  callx0 a2
5:
  j 5b
  .size mote_reset, . - mote_reset

  .section .vectors, "ax"
  .org 0x10 /* debug */
  j report
  .org 0x20 /* non-maskable interrupt */
  j report
  .org 0x30 /* kernel */
  j report
  .org 0x50 /* user */
  j report
  .org 0x70 /* double */
  j report
  .align 4
report_stack: .word mote_stack_top
report_address: .word mote_trap
report:
  l32r a1, report_stack /* the stack may be what is broken */
  movi a2, 0x20
  wsr a2, ps
  rsync
  mov a5, a0
  rsr a2, exccause
  rsr a3, epc1
  rsr a4, excvaddr
  l32r a6, report_address
  callx0 a6
6:
  j 6b
