// What the compiler must know of the chip. Where it stands: plain data that passes and the planner read; src/board
// loads it from device/<target>/target.toml and boards/<board>.toml.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mote {

/// An instruction set and core, with the chain of device/ folders whose kernels it may use.
struct Target {
  std::string name;                   ///< "cortex_m4"
  std::vector<std::string> folders;   ///< device/ folders, most specific first: {"cortex_m4", "portable"}
  std::vector<std::string> features;  ///< "dsp", "fpu", "mve", ...
  /// Kernel sources that exist in `folders`, as "conv2d_s8.c": a kernel whose source is absent does not apply.
  std::vector<std::string> sources;
  std::int32_t alignment = 4;  ///< bytes; of arena and buffers

  bool has(std::string_view feature) const {
    for (const auto& f : features)
      if (f == feature) return true;
    return false;
  }
  bool has_source(std::string_view source) const {
    for (const auto& s : sources)
      if (s == source) return true;
    return false;
  }
};

/// What the user asks the planner to favour, and the board's hard limits in bytes (0: none).
enum class Optimize : std::uint8_t { balanced, size, speed, ram };
struct Budget {
  Optimize optimize = Optimize::balanced;
  std::int64_t flash_bytes = 0;
  std::int64_t ram_bytes = 0;
  std::int64_t cycles = 0;  ///< of one inference, by the kernels' estimates of instructions
};

}  // namespace mote
