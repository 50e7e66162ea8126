// See views.h.
#include "plan/views.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "ops/ops.h"
#include "plan/optimisations.h"

namespace mote {
namespace {

/// Where a slice's bytes begin in its input, if they lie there in one piece.
std::optional<std::int64_t> slice_offset(const Graph& graph, const Node& node) {
  const Tensor& x = graph.tensor(node.inputs[0]);
  const auto& begin = node.attrs.list("begin");
  const auto& size = node.attrs.list("size");
  const auto& stride = node.attrs.list("stride");
  std::int64_t offset = 0, step = dtype_bytes(x.type, 1);
  bool whole = true;  // the axes so far, from the last on
  for (std::size_t i = x.shape.size(); i-- > 0;) {
    if (size[i] > 1 && (!whole || stride[i] != 1)) return {};
    whole = whole && size[i] == x.shape[i];
    offset += begin[i] * step;
    step *= x.shape[i];
  }
  return offset;
}

/// The axes before the concat's are all 1.
bool has_one_row(const Graph& graph, const Node& concat) {
  const Shape& out = graph.tensor(concat.outputs[0]).shape;
  return std::all_of(out.begin(), out.begin() + concat.attrs.integer("axis"), [](std::int32_t d) { return d == 1; });
}

/// Every operand begins at the alignment of buffers.
bool is_aligned(const Graph& graph, const Node& concat, const Target& target) {
  for (std::size_t i = 0; i + 1 < concat.inputs.size(); ++i)
    if (graph.tensor(concat.inputs[i]).bytes() % target.alignment != 0) return false;
  return true;
}

/// Made by a step that can write it anywhere.
bool is_computed(const Graph& graph, TensorId id) {
  const int producer = graph.producer(id);
  return producer >= 0 && !graph.nodes[static_cast<std::size_t>(producer)].op->stateful;
}

}  // namespace

std::vector<TensorId> homes(const Graph& graph) {
  std::vector<TensorId> home(graph.tensors.size());
  std::iota(home.begin(), home.end(), 0);
  // Nodes stand in order, so one sweep finds every chain's first tensor.
  for (const Node& node : graph.nodes)
    if (node.op->layout_free && !graph.tensor(node.inputs[0]).is_constant())
      home[static_cast<std::size_t>(node.outputs[0])] = home[static_cast<std::size_t>(node.inputs[0])];
  return home;
}

Views find_views(const Graph& graph, const Target& target, const std::vector<std::string>& disabled) {
  const std::vector<TensorId> home = homes(graph);
  std::vector<bool> is_part(graph.tensors.size(), false);
  const bool concats = is_on(kConcatViews, disabled), slices = is_on(kSliceViews, disabled);
  Views views;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (slices && node.op == &ops::slice && !graph.tensor(node.inputs[0]).is_constant()) {
      const auto offset = slice_offset(graph, node);
      if (!offset || *offset % target.alignment != 0) continue;
      views.push_back({n, 0, node.outputs[0], node.inputs[0], *offset});
      is_part[static_cast<std::size_t>(node.outputs[0])] = true;
    }
    if (!concats || node.op != &ops::concat || !has_one_row(graph, node) || !is_aligned(graph, node, target)) continue;
    std::int64_t offset = 0;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const TensorId made = home[static_cast<std::size_t>(node.inputs[i])];
      if (is_computed(graph, made) && !is_part[static_cast<std::size_t>(made)]) {
        views.push_back({n, i, node.inputs[i], node.outputs[0], offset});
        is_part[static_cast<std::size_t>(made)] = true;
      }
      offset += graph.tensor(node.inputs[i]).bytes();
    }
  }
  return views;
}

Views without_views(const Views& views, std::size_t node) {
  Views kept;
  std::copy_if(views.begin(), views.end(), std::back_inserter(kept),
               [&](const BufferView& v) { return v.node != node; });
  return kept;
}

}  // namespace mote
