// The last step of every integer operator with weights: scale the sum, add the zero point, clamp to the activation.
#pragma once

#include <vector>

#include "ops/activation.h"
#include "ops/fixed_point.h"

namespace mote::ops {

/// a + b as two's complement hardware adds: hostile scales may push a scaled sum to the end of int32.
inline std::int32_t wrapping_add(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}

class Requantizer {
 public:
  /// `out` is int8 or int16, quantised per tensor; one multiplier per channel.
  Requantizer(std::string_view activation, const Tensor& out, std::vector<QuantizedMultiplier> multipliers)
      : multipliers_(std::move(multipliers)),
        range_(integer_range(activation, out)),
        zero_point_(out.quant.zero_point[0]) {}

  /// Within the output's type.
  std::int32_t operator()(std::int32_t sum, std::size_t channel) const {
    return finish(multiply_by_quantized_multiplier(sum, multipliers_[channel]));
  }
  std::int32_t operator()(std::int64_t sum, std::size_t channel) const {
    return finish(multiply_wide_by_quantized_multiplier(sum, multipliers_[channel]));
  }

 private:
  std::int32_t finish(std::int32_t scaled) const { return clamp_to(wrapping_add(scaled, zero_point_), range_); }

  std::vector<QuantizedMultiplier> multipliers_;
  IntRange range_;
  std::int32_t zero_point_;
};

}  // namespace mote::ops
