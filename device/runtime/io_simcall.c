/* Input and output of the harness by the SIMCALL instruction, which the emulated Xtensa machine serves with files of
 * the desk machine. Where it stands: device/runtime, target xtensa. Call numbers and flags as QEMU's Xtensa semihosting
 * defines them: number in a2, arguments in a3 to a5, result in a2, error number in a3. */
#include "mote_runtime.h"

enum { SYS_EXIT = 1, SYS_READ = 3, SYS_WRITE = 4, SYS_OPEN = 5 };
/* QEMU 7 hands the flags to Linux (create 0x40, truncate 0x200, append 0x400), later ones read them as GDB's file
 * protocol (create 0x200, truncate 0x400): this value writes a fresh file under both. */
enum { OPEN_READ = 0, OPEN_WRITE_FRESH = 0x641 };

static int32_t call(int32_t number, uint32_t first, uint32_t second, uint32_t third) {
  register int32_t a2 __asm__("a2") = number;
  register uint32_t a3 __asm__("a3") = first;
  register uint32_t a4 __asm__("a4") = second;
  register uint32_t a5 __asm__("a5") = third;
  __asm__ volatile("simcall" : "+r"(a2), "+r"(a3) : "r"(a4), "r"(a5) : "memory");
  return a2;
}

int32_t mote_io_open(const char* name, int mode) {
  return call(SYS_OPEN, (uint32_t)(uintptr_t)name, mode == MOTE_READ ? OPEN_READ : OPEN_WRITE_FRESH, 0644);
}
int32_t mote_io_read(int32_t file, void* data, uint32_t bytes) {
  return call(SYS_READ, (uint32_t)file, (uint32_t)(uintptr_t)data, bytes);
}
int32_t mote_io_write(int32_t file, const void* data, uint32_t bytes) {
  return call(SYS_WRITE, (uint32_t)file, (uint32_t)(uintptr_t)data, bytes);
}
void mote_io_exit(int status) {
  (void)call(SYS_EXIT, (uint32_t)status, 0, 0);
  for (;;) {
  }
}
