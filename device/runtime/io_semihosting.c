/* Input and output of the harness by semihosting: the emulator (or a debug probe) serves files of the desk machine.
 * Where it stands: device/runtime, Arm and RISC-V. Format: "Semihosting for AArch32 and AArch64" (Arm), operations 0x01
 * to 0x06 and 0x18/0x20; "RISC-V Semihosting" gives the call sequence there. */
#include "mote_runtime.h"

enum { SYS_OPEN = 0x01, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT = 0x18, SYS_EXIT_EXTENDED = 0x20 };
#define APPLICATION_EXIT 0x20026U

#if defined(__riscv)
static uint32_t call(uint32_t operation, const void* block) {
  register uint32_t a0 __asm__("a0") = operation;
  register const void* a1 __asm__("a1") = block;
  /* The three instructions must be uncompressed and on one page: that is how the emulator knows the call. */
  __asm__ volatile(
      ".option push\n .option norvc\n .balign 16\n slli x0, x0, 0x1f\n ebreak\n srai x0, x0, 7\n .option pop\n"
      : "+r"(a0)
      : "r"(a1)
      : "memory");
  return a0;
}
#else
static uint32_t call(uint32_t operation, const void* block) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = block;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}
#endif

int32_t mote_io_open(const char* name, int mode) {
  uint32_t block[3];
  uint32_t length = 0;
  while (name[length] != 0) ++length;
  block[0] = (uint32_t)(uintptr_t)name;
  block[1] = mode == MOTE_READ ? 1U : 5U; /* "rb", "wb" */
  block[2] = length;
  return (int32_t)call(SYS_OPEN, block);
}

/* Both calls answer with the number of bytes NOT transferred. */
int32_t mote_io_read(int32_t file, void* data, uint32_t bytes) {
  const uint32_t block[3] = {(uint32_t)file, (uint32_t)(uintptr_t)data, bytes};
  const uint32_t left = call(SYS_READ, block);
  return left > bytes ? -1 : (int32_t)(bytes - left);
}

int32_t mote_io_write(int32_t file, const void* data, uint32_t bytes) {
  const uint32_t block[3] = {(uint32_t)file, (uint32_t)(uintptr_t)data, bytes};
  const uint32_t left = call(SYS_WRITE, block);
  return left > bytes ? -1 : (int32_t)(bytes - left);
}

void mote_io_exit(int status) {
  const uint32_t block[2] = {APPLICATION_EXIT, (uint32_t)status};
  (void)call(SYS_EXIT_EXTENDED, block);
  for (;;) {
  }
}
