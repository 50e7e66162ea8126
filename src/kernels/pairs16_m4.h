// Packing of 16x8 weights for SMLAD on Cortex-M4 (device/cortex_m4/mote_m4_pairs16.h), shared by dense and depthwise
// layers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "ops/fixed_point.h"

namespace mote::kernels {

/// One output channel. Absent ones are all zero.
struct Row16 {
  std::span<const std::int8_t> weights;
  std::int32_t bias = 0;
  std::uint32_t multiplier = 0;  ///< of SMMULR
};

/// Empty unless sum and bias fit 32 bits and the (single) rounding is one that SMMULR can do: shifts of 16 to 32. A
/// channel without weights has a known result.
std::optional<Row16> make_row16(std::span<const std::int8_t> weights, std::int64_t bias, QuantizedMultiplier m);

/// Weights of the inputs i and i + 1 of two outputs: bytes A(i), B(i), A(i + 1), B(i + 1).
std::uint32_t weight_word16(const Row16& a, const Row16& b, std::size_t i);

}  // namespace mote::kernels
