// See operands.h.
#include "ops/operands.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mote::ops {

const Tensor& input(const Graph& graph, const Node& node, std::size_t i) { return graph.tensor(node.inputs[i]); }

const Tensor* optional_input(const Graph& graph, const Node& node, std::size_t i) {
  if (i >= node.inputs.size() || node.inputs[i] == kNoTensor) return nullptr;
  return &graph.tensor(node.inputs[i]);
}

const Tensor& output(const Graph& graph, const Node& node) { return graph.tensor(node.outputs[0]); }

Result<std::vector<TensorType>> one_output(DType type, Shape shape) {
  return std::vector<TensorType>{TensorType{type, std::move(shape)}};
}

Result<void> want_activation(const Tensor& tensor, std::string_view what) {
  if (tensor.type == DType::f32 || tensor.type == DType::i8 || tensor.type == DType::i16) return {};
  return unsupported(
      fmt::format("{} \"{}\" is {}; f32, i8 and i16 are supported", what, tensor.name, dtype_name(tensor.type)));
}

Result<void> want_type(const Tensor& tensor, DType type, std::string_view what) {
  if (tensor.type == type) return {};
  return unsupported(fmt::format("{} \"{}\" is {}; {} is supported here", what, tensor.name, dtype_name(tensor.type),
                                 dtype_name(type)));
}

Result<void> want_rank(const Tensor& tensor, std::size_t rank, std::string_view what) {
  if (tensor.shape.size() == rank) return {};
  return bad_input(fmt::format("{} \"{}\" is {}-D ({}), must be {}-D", what, tensor.name, tensor.shape.size(),
                               shape_text(tensor.shape), rank));
}

Result<void> want_per_tensor(const Tensor& tensor, std::string_view what) {
  if (tensor.type == DType::f32) return {};
  if (tensor.quant.scale.size() == 1) {
    if (tensor.type != DType::i16 || zero_point_of(tensor) == 0) return {};
    return unsupported(fmt::format("{} \"{}\" is i16 with zero point {}; int16 must be symmetric (zero point 0)", what,
                                   tensor.name, zero_point_of(tensor)));
  }
  return bad_input(fmt::format("{} \"{}\" {}; one scale and zero point are needed", what, tensor.name,
                               tensor.quant.empty() ? "has no quantisation" : "is quantised per channel"));
}

Result<void> want_same_type(const Tensor& in, const Tensor& out) {
  MOTE_TRY_VOID(want_activation(in, "input"));
  MOTE_TRY_VOID(want_type(out, in.type, "output"));
  MOTE_TRY_VOID(want_per_tensor(in, "input"));
  return want_per_tensor(out, "output");
}

Result<void> want_same_quantization(const Tensor& in, const Tensor& out) {
  MOTE_TRY_VOID(want_same_type(in, out));
  if (in.type == DType::f32) return {};
  const float a = scale_of(in);
  const float b = scale_of(out);
  if (zero_point_of(in) == zero_point_of(out) && std::fabs(a - b) <= 1e-5F * std::max(a, b)) return {};
  return bad_input(
      fmt::format("output \"{}\" (scale {}, zero point {}) must have the quantisation of input \"{}\" ({}, {})",
                  out.name, b, zero_point_of(out), in.name, a, zero_point_of(in)));
}

}  // namespace mote::ops
