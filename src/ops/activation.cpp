// See activation.h.
#include "ops/activation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mote::ops {
namespace {

/// The int8 that stands for `real`, bounded to [-128, 127] before any conversion that could overflow.
std::int32_t quantize_bound(float real, const Quantization& quant) {
  const float steps = std::clamp(std::round(real / quant.scale[0]), -1024.0F, 1024.0F);
  return std::clamp(quant.zero_point[0] + static_cast<std::int32_t>(steps), -128, 127);
}

}  // namespace

FloatRange float_range(std::string_view activation) {
  constexpr float kMax = std::numeric_limits<float>::max();
  if (activation == "relu") return {0.0F, kMax};
  if (activation == "relu6") return {0.0F, 6.0F};
  if (activation == "relu_n1_to_1") return {-1.0F, 1.0F};
  return {-kMax, kMax};
}

Int8Range int8_range(std::string_view activation, const Quantization& quant) {
  const FloatRange real = float_range(activation);  // unbounded sides are far beyond any int8
  return {quantize_bound(real.min, quant), quantize_bound(real.max, quant)};
}

}  // namespace mote::ops
