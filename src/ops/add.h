// The integer scales of `add`, shared by its reference and its device kernels.
#pragma once

#include "ir/graph.h"
#include "ops/fixed_point.h"

namespace mote::ops {

/// Extra bits that both int8 operands get before they are scaled, and both int16 operands.
inline constexpr int kAddLeftShift = 20;
inline constexpr int kAddLeftShift16 = 15;

struct AddScales {
  QuantizedMultiplier a, b;    ///< scale(a), scale(b) relative to twice the larger of them: at most 1/2, so shift <= 0
  QuantizedMultiplier output;  ///< from there to the output's scale, with the extra bits taken off again; shift <= 0
};

/// All three int8 or all int16, quantised per tensor.
AddScales add_scales(const Tensor& a, const Tensor& b, const Tensor& out);

}  // namespace mote::ops
