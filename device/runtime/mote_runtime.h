/* What the harness, the start-up code and the generated glue agree on. Where it stands: device/runtime, the code around
 * a model when Mote itself runs it (emulator or host); none of it is part of a product. C99, no stdio, no malloc, no
 * libc. */
#ifndef MOTE_RUNTIME_H
#define MOTE_RUNTIME_H

#include <stdint.h>

/* --- The model, described by the glue that src/board generates from mote.json. --- */
struct mote_port {
  void* (*address)(void); /* where the bytes stand; asked for every sample */
  uint32_t bytes;
};
struct mote_model {
  const struct mote_port* inputs;
  uint32_t input_count;
  const struct mote_port* outputs;
  uint32_t output_count;
  void (*reset)(void);
  int (*invoke)(void);
};
extern const struct mote_model mote_model;

/* --- Files of the machine that runs the emulator. Negative results are errors. --- */
enum { MOTE_READ = 0, MOTE_WRITE = 1 };
int32_t mote_io_open(const char* name, int mode);
int32_t mote_io_read(int32_t file, void* data, uint32_t bytes); /* bytes read; 0 at the end */
int32_t mote_io_write(int32_t file, const void* data, uint32_t bytes);
void mote_io_exit(int status); /* does not return */

/* --- How a run ended: eight words in the file "status.bin", read by src/board/run.cpp. --- */
enum mote_end {
  MOTE_DONE = 0,
  MOTE_FAULT = 1,          /* cause, pc, address, lr are the processor's */
  MOTE_INVOKE_FAILED = 2,  /* cause: what invoke returned */
  MOTE_INPUT_SHORT = 3,    /* input.bin ended inside a sample */
  MOTE_STACK_OVERFLOW = 4, /* the stack reached the data below it */
  MOTE_IO_FAILED = 5
};
struct mote_status {
  uint32_t magic; /* MOTE_STATUS_MAGIC */
  uint32_t end;
  uint32_t samples;
  uint32_t stack_bytes; /* deepest use by invoke; 0 where it is not measured */
  uint32_t cause;
  uint32_t pc;
  uint32_t address;
  uint32_t lr;
};
#define MOTE_STATUS_MAGIC 0x45544f4dU /* "MOTE" */

/* Writes status.bin and ends the run. Does not return. */
void mote_finish(uint32_t end, uint32_t cause, uint32_t pc, uint32_t address, uint32_t lr);

int main(void);

/* --- Stack: from mote_stack_limit (end of the static data) up to mote_stack_top; both from the linker script. --- */
#if defined(__arm__) || defined(__riscv) || defined(__XTENSA__)
#define MOTE_MEASURES_STACK 1
extern uint32_t mote_stack_limit[];
extern uint32_t mote_stack_top[];
static inline uint32_t* mote_stack_pointer(void) {
  uint32_t* sp;
#if defined(__riscv)
  __asm__ volatile("mv %0, sp" : "=r"(sp));
#else
  __asm__ volatile("mov %0, sp" : "=r"(sp));
#endif
  return sp;
}
#endif

#endif
