// Instruction estimates for the portable kernels on a generic 32-bit core, counted in the assembly that gcc 12 -O2
// makes for Cortex-M4. Other targets' kernels bring figures of their own; only the order between kernels of one target
// matters to the planner.
#pragma once

#include <cstdint>

#include "ir/target.h"

namespace mote::kernels {

inline constexpr std::int64_t kDot4PerInput = 12;  ///< mote_dot4: one input, four weights, loop
inline constexpr std::int64_t kDotSetup = 18;      ///< entering it: pointers, sums to registers and back
inline constexpr std::int64_t kRequantize = 30;    ///< scale, round, clamp, store of one output
inline constexpr std::int64_t kPosition = 40;      ///< clipping of one window

/// A portable kernel's estimate on a target: cores without addressing modes and multiply-add need twice as many
/// (counted on rv32: 1.5 to 2.2 times), those that cannot load a byte with its sign three times as many (xtensa: 2.4 to
/// 3.2), those with eight registers two and a half times (cortex_m0).
inline std::int64_t portable_on(const Target& target, std::int64_t instructions) {
  if (target.has("unsigned_bytes")) return instructions * 3;
  if (target.has("armv6m")) return instructions * 5 / 2;
  return target.has("scalar32") ? instructions * 2 : instructions;
}

}  // namespace mote::kernels
