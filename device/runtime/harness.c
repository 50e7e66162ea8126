/* The main program around a model: reads samples from input.bin, calls invoke for each, writes output.bin, and measures
 * the stack by painting. Where it stands: built by src/board with the emitted folder, the glue and the start-up code.
 * Static data is a few words and no library function is called, so that what the model adds can be told from sizes. The
 * counting plugin counts from the entry of the model's invoke until control is back in main. */
#include "mote_runtime.h"

#define PAINT 0xa5c3e1f7U
/* The harness's own calls between two inferences stay within this depth, so it is painted afresh for every sample. */
#define WINDOW_WORDS 256

static struct mote_status status;

void mote_finish(uint32_t end, uint32_t cause, uint32_t pc, uint32_t address, uint32_t lr) {
  const int32_t file = mote_io_open("status.bin", MOTE_WRITE);
  status.magic = MOTE_STATUS_MAGIC;
  status.end = end;
  status.cause = cause;
  status.pc = pc;
  status.address = address;
  status.lr = lr;
  if (file >= 0) (void)mote_io_write(file, &status, sizeof status);
  mote_io_exit(end == MOTE_DONE ? 0 : 3);
}

/* Reads exactly `bytes`, or fewer only at the end of the file. */
static uint32_t read_all(int32_t file, uint8_t* data, uint32_t bytes) {
  uint32_t done = 0;
  while (done < bytes) {
    const int32_t n = mote_io_read(file, data + done, bytes - done);
    if (n < 0) mote_finish(MOTE_IO_FAILED, 0, 0, 0, 0);
    if (n <= 0) break;
    done += (uint32_t)n;
  }
  return done;
}

static void write_all(int32_t file, const uint8_t* data, uint32_t bytes) {
  uint32_t done = 0;
  while (done < bytes) {
    const int32_t n = mote_io_write(file, data + done, bytes - done);
    if (n <= 0) mote_finish(MOTE_IO_FAILED, 1, 0, 0, 0);
    if (n <= 0) break;
    done += (uint32_t)n;
  }
}

/* Fills the model's inputs with one sample; 0 at the end of the file. */
static int read_sample(int32_t file) {
  uint32_t i;
  for (i = 0; i < mote_model.input_count; ++i) {
    const struct mote_port* port = &mote_model.inputs[i];
    const uint32_t got = read_all(file, port->address(), port->bytes);
    if (got == 0 && i == 0) return 0;
    if (got != port->bytes) mote_finish(MOTE_INPUT_SHORT, i, 0, 0, 0);
  }
  return mote_model.input_count != 0;
}

static void write_sample(int32_t file) {
  uint32_t i;
  for (i = 0; i < mote_model.output_count; ++i)
    write_all(file, mote_model.outputs[i].address(), mote_model.outputs[i].bytes);
}

#ifdef MOTE_TRACE_LAYERS
static int32_t trace_file = -1;
void mote_trace(int layer, const void* data, unsigned bytes);
/* trace.bin: per layer its number, its size in bytes (both 32 bits), its output. */
void mote_trace(int layer, const void* data, unsigned bytes) {
  uint32_t head[2];
  head[0] = (uint32_t)layer;
  head[1] = bytes;
  if (trace_file < 0) trace_file = mote_io_open("trace.bin", MOTE_WRITE);
  write_all(trace_file, (const uint8_t*)head, sizeof head);
  write_all(trace_file, data, bytes);
}
#endif

#ifdef MOTE_MEASURES_STACK
static void paint(volatile uint32_t* from, const uint32_t* to) {
  while (from < to) *from++ = PAINT;
}
/* The lowest word in [from, to) that is no longer paint. */
static const volatile uint32_t* lowest_used(const volatile uint32_t* from, const uint32_t* to) {
  while (from < to && *from == PAINT) ++from;
  return from;
}
#endif

int main(void) {
  const int32_t input = mote_io_open("input.bin", MOTE_READ);
  const int32_t output = mote_io_open("output.bin", MOTE_WRITE);
#ifdef MOTE_MEASURES_STACK
  uint32_t* const top = mote_stack_pointer();
  uint32_t* window = top - WINDOW_WORDS;
  const volatile uint32_t* lowest = top;
  if (window < mote_stack_limit) window = mote_stack_limit;
  paint(mote_stack_limit, top);
#endif
  if (input < 0 || output < 0) mote_finish(MOTE_IO_FAILED, 2, 0, 0, 0);
  mote_model.reset();
  while (read_sample(input)) {
    int result;
#ifdef MOTE_MEASURES_STACK
    paint(window, mote_stack_pointer());
#endif
    result = mote_model.invoke();
#ifdef MOTE_MEASURES_STACK
    {
      const volatile uint32_t* used = lowest_used(window, top);
      if (used < lowest) lowest = used;
      if (*(volatile uint32_t*)mote_stack_limit != PAINT) mote_finish(MOTE_STACK_OVERFLOW, 0, 0, 0, 0);
    }
#endif
    if (result != 0) mote_finish(MOTE_INVOKE_FAILED, (uint32_t)result, 0, 0, 0);
    write_sample(output);
    ++status.samples;
  }
#ifdef MOTE_MEASURES_STACK
  {
    const volatile uint32_t* used = lowest_used(mote_stack_limit, window);
    if (used < window) lowest = used;
    status.stack_bytes = (uint32_t)((uintptr_t)top - (uintptr_t)lowest);
  }
#endif
  mote_finish(MOTE_DONE, 0, 0, 0, 0);
  return 0;
}
