// Explains how a firmware's run ended when it did not end well. Where it stands: board; used by run.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "board/build.h"
#include "board/elf.h"
#include "board/process.h"

namespace mote {

/// The eight words that the harness writes (struct mote_status in device/runtime/mote_runtime.h).
struct Status {
  std::uint32_t magic = 0, end = 0, samples = 0, stack_bytes = 0, cause = 0, pc = 0, address = 0, lr = 0;
};
inline constexpr std::uint32_t kStatusMagic = 0x45544f4d;
inline constexpr std::uint32_t kStatusDone = 0;

/// One line: what happened, where in the code, at which sample. `status` is null if the firmware did not come to write
/// one.
Error explain_end(const Firmware& firmware, const ElfFile& elf, const ProcessEnd& end, const Status* status);

/// The firmware read or wrote a word at an address that the chip cannot do, though the emulator can.
Error unaligned_error(const Firmware& firmware, const ElfFile& elf, std::uint64_t pc, std::uint64_t address);

}  // namespace mote
