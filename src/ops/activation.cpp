// See activation.h.
#include "ops/activation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mote::ops {
namespace {

/// The integer that stands for `real`, bounded to `type` before any conversion that could overflow.
std::int32_t quantize_bound(float real, const Quantization& quant, IntRange type) {
  const float most = 4.0F * static_cast<float>(type.max + 1);
  const float steps = std::clamp(std::round(real / quant.scale[0]), -most, most);
  return std::clamp(quant.zero_point[0] + static_cast<std::int32_t>(steps), type.min, type.max);
}

}  // namespace

FloatRange float_range(std::string_view activation) {
  constexpr float kMax = std::numeric_limits<float>::max();
  if (activation == "relu") return {0.0F, kMax};
  if (activation == "relu6") return {0.0F, 6.0F};
  if (activation == "relu_n1_to_1") return {-1.0F, 1.0F};
  return {-kMax, kMax};
}

IntRange type_range(DType type) { return type == DType::i16 ? IntRange{-32768, 32767} : IntRange{-128, 127}; }

Int8Range int8_range(std::string_view activation, const Quantization& quant) {
  const FloatRange real = float_range(activation);  // unbounded sides are far beyond any int8
  return {quantize_bound(real.min, quant, {-128, 127}), quantize_bound(real.max, quant, {-128, 127})};
}

IntRange integer_range(std::string_view activation, const Tensor& out) {
  const FloatRange real = float_range(activation);
  const IntRange type = type_range(out.type);
  return {quantize_bound(real.min, out.quant, type), quantize_bound(real.max, out.quant, type)};
}

}  // namespace mote::ops
