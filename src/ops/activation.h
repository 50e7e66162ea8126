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
struct IntRange {
  std::int32_t min;
  std::int32_t max;
};
using Int8Range = IntRange;

/// The largest finite float where the activation does not bound, as in TFLite.
FloatRange float_range(std::string_view activation);
/// Within [-128, 127]; `quant` is the output's, per tensor.
Int8Range int8_range(std::string_view activation, const Quantization& quant);
/// The same within the range of the output's type, int8 or int16.
IntRange integer_range(std::string_view activation, const Tensor& out);
/// -128..127 or -32768..32767.
IntRange type_range(DType type);

template <typename T, typename Range>
T clamp_to(T value, const Range& range) {
  if (value < range.min) return range.min;
  return value > range.max ? range.max : value;
}

}  // namespace mote::ops
