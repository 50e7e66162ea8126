// See quant_params.h.
#include "passes/quant_params.h"

#include <algorithm>
#include <cmath>

namespace mote::passes {
namespace {

std::int32_t bounded_round(double value, double low, double high) {
  return static_cast<std::int32_t>(std::clamp(std::round(value), low, high));
}

}  // namespace

Quantization activation_quantization(Range range) {
  double low = std::min(double{range.min}, 0.0);
  double high = std::max(double{range.max}, 0.0);
  if (high - low < 1e-6) {
    low = 0.0;
    high = 1.0;
  }
  const auto scale = static_cast<float>((high - low) / 255.0);
  return {{scale}, {bounded_round(-128.0 - low / double{scale}, -128.0, 127.0)}, 0};
}

Quantization activation_quantization16(Range range) {
  const double largest = std::max(std::fabs(double{range.min}), std::fabs(double{range.max}));
  return {{static_cast<float>((largest < 1e-6 ? 1.0 : largest) / 32767.0)}, {0}, 0};
}

float weight_scale(std::span<const float> channel, float bias, float in_scale, float out_scale, std::int32_t limit) {
  double largest = 0.0;
  for (const float w : channel) largest = std::max(largest, std::fabs(double{w}));
  const double ratio = double{out_scale} / double{in_scale};
  const double for_weights = largest > 0.0 ? largest / limit : ratio;
  const double for_bias = std::fabs(double{bias}) / (double{in_scale} * 0x1p29);
  return static_cast<float>(std::max({for_weights, for_bias, ratio * 0x1p-30}));
}

std::int8_t quantize_weight(float value, float scale, std::int32_t limit) {
  return static_cast<std::int8_t>(bounded_round(double{value} / double{scale}, -limit, limit));
}

std::int8_t quantize_activation(float value, const Quantization& quant) {
  const double steps = std::round(double{value} / double{quant.scale[0]}) + quant.zero_point[0];
  return static_cast<std::int8_t>(bounded_round(steps, -128.0, 127.0));
}

std::int16_t quantize_activation16(float value, const Quantization& quant) {
  return static_cast<std::int16_t>(bounded_round(double{value} / double{quant.scale[0]}, -32768.0, 32767.0));
}

}  // namespace mote::passes
