// What `add` and `sub` have in common: shapes, reference, and the integer scales that their device kernels share too.
#pragma once

#include "ir/op_def.h"
#include "ops/activation.h"
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

Result<std::vector<TensorType>> infer_sum(const Graph& graph, const Node& node);
/// a + sign * b, with the node's activation; sign is 1 or -1.
void run_sum(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs, int sign);

}  // namespace mote::ops
