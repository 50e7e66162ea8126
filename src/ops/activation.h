// Fused activations as ranges that the output is clamped to.
// Source: TFLite's rule: the bounds are quantised with the output's scale (float division, rounding halves away from
// zero).
#pragma once

#include <string_view>

#include "ir/graph.h"

namespace mote::ops {

/// The choices of the attribute `activation`.
inline constexpr std::string_view kActivations = "none|relu|relu6|relu_n1_to_1";

struct FloatRange {
  float min;
  float max;
};
struct Int8Range {
  std::int32_t min;
  std::int32_t max;
};

/// The largest finite float where the activation does not bound, as in TFLite.
FloatRange float_range(std::string_view activation);
/// Within [-128, 127]; `quant` is the output's, per tensor.
Int8Range int8_range(std::string_view activation, const Quantization& quant);

template <typename T, typename Range>
T clamp_to(T value, const Range& range) {
  if (value < range.min) return range.min;
  return value > range.max ? range.max : value;
}

}  // namespace mote::ops
