// See remove_no_ops.h.
#include "passes/remove_no_ops.h"

#include <algorithm>

#include "ops/activation.h"
#include "ops/ops.h"
#include "passes/edit.h"

namespace mote::passes {
namespace {

bool all_zero(const std::vector<std::int64_t>& list) {
  return std::all_of(list.begin(), list.end(), [](std::int64_t v) { return v == 0; });
}

bool is_1x1(const Attributes& attrs) {
  for (const auto* name : {"filter_h", "filter_w", "stride_h", "stride_w"})
    if (attrs.integer(name) != 1) return false;
  for (const auto* name : {"pad_top", "pad_left", "pad_bottom", "pad_right"})
    if (attrs.integer(name) != 0) return false;
  return true;
}

/// Whether the activation cannot change any int8 value of that quantisation.
bool clamps_nothing(std::string_view activation, const Tensor& tensor) {
  if (activation == "none") return true;
  if (tensor.type != DType::i8) return false;
  const ops::Int8Range range = ops::int8_range(activation, tensor.quant);
  return range.min == -128 && range.max == 127;
}

/// Input and output are known to have one type, shape and quantisation.
bool copies(const Graph& graph, const Node& node) {
  const Tensor& out = graph.tensor(node.outputs[0]);
  if (node.op->layout_free || node.op == &ops::quantize || node.op == &ops::slice) return true;
  if (node.op == &ops::concat) return node.inputs.size() == 1;
  if (node.op == &ops::relu || node.op == &ops::relu6) return clamps_nothing(node.op->name, out);
  if (node.op == &ops::pad) return all_zero(node.attrs.list("before")) && all_zero(node.attrs.list("after"));
  if (node.op == &ops::average_pool2d || node.op == &ops::max_pool2d)
    return is_1x1(node.attrs) && clamps_nothing(node.attrs.text("activation"), out);
  return false;
}

/// A transpose that keeps the dimensions larger than 1 in order.
bool moves_nothing(const Graph& graph, const Node& node) {
  if (node.op != &ops::transpose) return false;
  const Shape& shape = graph.tensor(node.inputs[0]).shape;
  std::int64_t last = -1;
  for (const std::int64_t axis : node.attrs.list("perm")) {
    if (shape[static_cast<std::size_t>(axis)] == 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

}  // namespace

Result<void> remove_no_ops(Graph& graph, const Target&) {
  std::vector<bool> removed(graph.nodes.size(), false);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    Node& node = graph.nodes[n];
    if (node.inputs.empty() || node.outputs.size() != 1) continue;
    const Tensor& out = graph.tensor(node.outputs[0]);
    if (moves_nothing(graph, node)) {
      node.op = &ops::reshape;
      node.attrs = {};
      node.attrs.set("shape", std::vector<std::int64_t>(out.shape.begin(), out.shape.end()));
    }
    const Tensor& in = graph.tensor(node.inputs[0]);
    if (in.shape == out.shape && same_quantization(in, out) && copies(graph, node))
      removed[n] = bypass(graph, node, node.inputs[0], node.outputs[0]);
  }
  erase_nodes(graph, removed);
  return {};
}

}  // namespace mote::passes
