/* The C half of the Xtensa exception vectors (start_xtensa.S). Where it stands: device/runtime. */
#include "mote_runtime.h"

void mote_trap(uint32_t cause, uint32_t pc, uint32_t address, uint32_t lr);
void mote_trap(uint32_t cause, uint32_t pc, uint32_t address, uint32_t lr) {
  mote_finish(MOTE_FAULT, cause, pc, address, lr);
}
