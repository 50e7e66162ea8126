/* Input and output of the harness on this machine: plain system calls. Where it stands: device/runtime, board host. */
#include <fcntl.h>
#include <unistd.h>

#include "mote_runtime.h"

int32_t mote_io_open(const char* name, int mode) {
  return mode == MOTE_READ ? open(name, O_RDONLY) : open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
}
int32_t mote_io_read(int32_t file, void* data, uint32_t bytes) { return (int32_t)read(file, data, bytes); }
int32_t mote_io_write(int32_t file, const void* data, uint32_t bytes) { return (int32_t)write(file, data, bytes); }
void mote_io_exit(int status) { _exit(status); }
