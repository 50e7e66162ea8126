// Integer operators that scale single elements: relu, relu6, quantize from int8. One multiplier from input to output
// scale.
#pragma once

#include "ir/graph.h"
#include "ops/fixed_point.h"

namespace mote::ops {

/// scale(x) / scale(out) in double, as TFLite Micro's quantize has it.
QuantizedMultiplier rescale_multiplier(const Tensor& x, const Tensor& out);
/// The same quotient taken in float32, as TFLite Micro's relu has it.
QuantizedMultiplier relu_multiplier(const Tensor& x, const Tensor& out);

/// clamp(zero_point(out) + (q - zero_point(x)) * multiplier, min, max) for int8 q; min and max within int8.
std::int8_t rescale_int8(std::int8_t q, std::int32_t zero_in, QuantizedMultiplier multiplier, std::int32_t zero_out,
                         std::int32_t min, std::int32_t max);

}  // namespace mote::ops
