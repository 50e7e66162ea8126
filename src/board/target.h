// Everything that device/<target>/target.toml says: how to compile for a core, what emulates it, what an instruction
// costs. Where it stands: board; the compiler sees only the part in ir/target.h, which load_target fills.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ir/target.h"

namespace mote {

/// A stretch of a chip's (or an emulator's) memory.
struct MemoryRegion {
  std::string name;
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
};

/// What runs the firmware when there is no hardware. `program` empty: the firmware is a program of this machine (board
/// host).
struct Emulator {
  std::string program;                 ///< "qemu-system-arm"
  std::vector<std::string> arguments;  ///< machine, processor and semihosting; the firmware comes after `-kernel`
  MemoryRegion flash;                  ///< where the firmware's code and constants go, and how much room there is
  MemoryRegion ram;
  bool counts = false;  ///< the counting plugin works here
};

/// Cycles per class of instruction for the estimate; the classes and what is not modelled are in docs/boards.md.
struct CycleTable {
  std::string source;           ///< document and section that the numbers are from
  std::string instruction_set;  ///< "thumb", "rv32", "xtensa": which decoder the plugin uses
  std::vector<std::pair<std::string, std::int64_t>> cycles;  ///< class -> cycles, ordered by name
};

struct TargetFile {
  Target target;                            ///< the compiler's view
  std::string description;                  ///< one line for people
  std::string compiler;                     ///< C compiler driver: "arm-none-eabi-gcc"
  std::vector<std::string> cflags;          ///< for model, kernels and runtime
  std::vector<std::string> runtime_cflags;  ///< for the runtime alone
  std::vector<std::string> link_flags;      ///< before the objects
  std::vector<std::string> libraries;       ///< after the objects
  std::vector<std::string> runtime;         ///< C and assembly files of device/runtime, without the harness
  std::string link_script;                  ///< template in device/runtime; empty: the compiler's own (host)
  Emulator emulator;
  CycleTable cycles;
};

/// Reads device/<name>/target.toml and those of its `falls_back_to` chain. BadInput naming file and field on a mistake.
Result<TargetFile> load_target_file(const std::string& name);

/// The compiler's view alone: name, folder chain, features (of the whole chain's head), kernel sources, alignment.
Result<Target> load_target(const std::string& name);

/// Names of all targets, sorted.
std::vector<std::string> list_targets();

}  // namespace mote
