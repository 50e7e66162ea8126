// Both ends of the counting plugin's files: the configuration it reads and the result it writes
// (src/board/plugin/counter.c). Where it stands: board; used by run.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "board/build.h"
#include "board/elf.h"
#include "board/run.h"

namespace mote {

/// $MOTE_PLUGIN, else mote_counter.so next to the running program or one folder above; an error says what to build.
Result<std::filesystem::path> find_counter();

/// Text of counter.cfg; an error if the firmware lacks invoke or every layer that mote.json names.
Result<std::string> counter_config(const Firmware& firmware, const ElfFile& elf);

/// Reads counter.out and divides by the number of samples.
Result<Counts> read_counts(const std::filesystem::path& path, std::size_t layers);

}  // namespace mote
