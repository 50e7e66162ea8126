// Reading a node's operands, and the checks that many operators share: types, ranks, quantisation.
// Where it stands: the `infer` functions of src/ops use it, on tensors that are valid each by itself (see ir/verify.h).
#pragma once

#include <string_view>

#include "ir/op_def.h"

namespace mote::ops {

/// Input `i`, which must be present.
const Tensor& input(const Graph& graph, const Node& node, std::size_t i);
/// Input `i`, or null when it is absent.
const Tensor* optional_input(const Graph& graph, const Node& node, std::size_t i);
/// The first output.
const Tensor& output(const Graph& graph, const Node& node);

/// What `infer` returns for an operator with one output.
Result<std::vector<TensorType>> one_output(DType type, Shape shape);

/// Ok if the type is float32, int8 or int16; Unsupported otherwise. `what` names the operand in messages ("input").
Result<void> want_activation(const Tensor& tensor, std::string_view what);
Result<void> want_type(const Tensor& tensor, DType type, std::string_view what);
Result<void> want_rank(const Tensor& tensor, std::size_t rank, std::string_view what);
/// One scale and one zero point, which for int16 is 0. Nothing is wanted of float tensors.
Result<void> want_per_tensor(const Tensor& tensor, std::string_view what);
/// Input and output are of one type, float32, int8 or int16; integer ones quantised per tensor.
Result<void> want_same_type(const Tensor& in, const Tensor& out);
/// As want_same_type, and for integers the same zero point and (within 1e-5) the same scale: the operator only moves or
/// selects values.
Result<void> want_same_quantization(const Tensor& in, const Tensor& out);

/// The one scale and zero point of a per-tensor quantised tensor.
inline float scale_of(const Tensor& tensor) { return tensor.quant.scale[0]; }
inline std::int32_t zero_point_of(const Tensor& tensor) { return tensor.quant.zero_point[0]; }

}  // namespace mote::ops
