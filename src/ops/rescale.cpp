// See rescale.h.
#include "ops/rescale.h"

#include <algorithm>

#include "ops/operands.h"
#include "ops/requantizer.h"

namespace mote::ops {

QuantizedMultiplier rescale_multiplier(const Tensor& x, const Tensor& out) {
  return quantize_multiplier(static_cast<double>(scale_of(x)) / static_cast<double>(scale_of(out)));
}

QuantizedMultiplier relu_multiplier(const Tensor& x, const Tensor& out) {
  return quantize_multiplier(static_cast<double>(scale_of(x) / scale_of(out)));
}

std::int8_t rescale_int8(std::int8_t q, std::int32_t zero_in, QuantizedMultiplier multiplier, std::int32_t zero_out,
                         std::int32_t min, std::int32_t max) {
  const std::int32_t scaled = multiply_by_quantized_multiplier(q - zero_in, multiplier);
  return static_cast<std::int8_t>(std::clamp(wrapping_add(scaled, zero_out), min, max));
}

}  // namespace mote::ops
