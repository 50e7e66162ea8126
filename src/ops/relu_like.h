// What relu and relu6 have in common as operators of their own (as fused activations they are only a range:
// activation.h).
#pragma once

#include <string_view>

#include "ir/op_def.h"

namespace mote::ops {

Result<std::vector<TensorType>> infer_relu(const Graph& graph, const Node& node);

/// Clamps every element to the activation's range; integers are rescaled first when the quantisations differ.
void run_relu(std::string_view activation, const ConstView& x, const View& out);

}  // namespace mote::ops
