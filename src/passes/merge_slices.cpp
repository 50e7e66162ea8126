// See merge_slices.h. Nodes are taken in order, so what a slice reads has been simplified before it.
#include "passes/merge_slices.h"

#include <algorithm>

#include "ops/ops.h"
#include "passes/edit.h"
#include "passes/remove_dead_nodes.h"

namespace mote::passes {
namespace {

/// A slice's attributes, by axis of its input.
struct Range {
  std::vector<std::int64_t> begin, size, stride, drop;

  explicit Range(const Node& slice)
      : begin(slice.attrs.list("begin")),
        size(slice.attrs.list("size")),
        stride(slice.attrs.list("stride")),
        drop(slice.attrs.list("drop")) {}

  bool drops(std::size_t axis) const {
    return std::find(drop.begin(), drop.end(), static_cast<std::int64_t>(axis)) != drop.end();
  }
  std::int64_t last(std::size_t axis) const { return begin[axis] + (size[axis] - 1) * stride[axis]; }
  void write_to(Node& slice) const {
    slice.attrs.set("begin", begin);
    slice.attrs.set("size", size);
    slice.attrs.set("stride", stride);
    slice.attrs.set("drop", drop);
  }
};

/// The second slice of the first's output, as one of the first's input.
bool through_slice(Node& node, const Node& first) {
  const Range inner(first), outer(node);
  Range both = inner;
  std::size_t axis = 0;  // of what the first makes
  for (std::size_t i = 0; i < inner.begin.size(); ++i) {
    if (inner.drops(i)) continue;
    both.begin[i] += outer.begin[axis] * inner.stride[i];
    both.size[i] = outer.size[axis];
    if (both.size[i] == 1)
      both.stride[i] = 1;
    else if (inner.stride[i] > INT32_MAX / outer.stride[axis])
      return false;
    else
      both.stride[i] = inner.stride[i] * outer.stride[axis];
    if (outer.drops(axis)) both.drop.push_back(static_cast<std::int64_t>(i));
    ++axis;
  }
  std::sort(both.drop.begin(), both.drop.end());
  both.write_to(node);
  node.inputs[0] = first.inputs[0];
  return true;
}

/// All elements come from one operand, or the operands are taken whole.
bool through_concat(const Graph& graph, Node& node, const Node& concat) {
  Range range(node);
  const auto axis = static_cast<std::size_t>(concat.attrs.integer("axis"));
  const std::int64_t first = range.begin[axis], last = range.last(axis);
  std::int64_t start = 0;
  std::vector<TensorId> whole;
  std::int64_t taken = 0;
  for (const TensorId id : concat.inputs) {
    const std::int64_t length = graph.tensor(id).shape[axis];
    if (first >= start && last < start + length) {
      range.begin[axis] -= start;
      range.write_to(node);
      node.inputs[0] = id;
      return true;
    }
    if (first <= start && last >= start + length - 1) {
      whole.push_back(id);
      taken += length;
    }
    start += length;
  }
  bool rest_is_whole = range.drop.empty() && range.stride[axis] == 1 && taken == range.size[axis];
  for (std::size_t i = 0; i < range.size.size(); ++i)
    rest_is_whole = rest_is_whole && (i == axis || range.size[i] == graph.tensor(concat.outputs[0]).shape[i]);
  if (!rest_is_whole || whole.size() == concat.inputs.size()) return false;
  node.op = &ops::concat;
  node.attrs = concat.attrs;
  node.inputs = std::move(whole);
  return true;
}

/// Nothing of the padding is taken.
bool through_pad(const Graph& graph, Node& node, const Node& pad) {
  const Tensor& x = graph.tensor(pad.inputs[0]);
  if (!same_quantization(x, graph.tensor(pad.outputs[0]))) return false;
  Range range(node);
  const auto& before = pad.attrs.list("before");
  for (std::size_t i = 0; i < before.size(); ++i) {
    range.begin[i] -= before[i];
    if (range.begin[i] < 0 || range.last(i) >= x.shape[i]) return false;
  }
  range.write_to(node);
  node.inputs[0] = pad.inputs[0];
  return true;
}

bool step_back(const Graph& graph, Node& node) {
  const int producer = node.op == &ops::slice ? graph.producer(node.inputs[0]) : -1;
  if (producer < 0) return false;
  const Node& before = graph.nodes[static_cast<std::size_t>(producer)];
  if (before.op == &ops::slice) return through_slice(node, before);
  if (before.op == &ops::concat) return through_concat(graph, node, before);
  if (before.op == &ops::pad) return through_pad(graph, node, before);
  return false;
}

}  // namespace

Result<void> merge_slices(Graph& graph, const Target& target) {
  std::vector<bool> removed(graph.nodes.size(), false);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    Node& node = graph.nodes[n];
    if (node.op != &ops::slice) continue;
    while (step_back(graph, node)) {
    }
    const bool takes_all = node.op == &ops::slice && node.attrs.list("drop").empty() &&
                           graph.tensor(node.inputs[0]).shape == graph.tensor(node.outputs[0]).shape;
    if (takes_all) removed[n] = bypass(graph, node, node.inputs[0], node.outputs[0]);
  }
  erase_nodes(graph, removed);
  return remove_dead_nodes(graph, target);
}

}  // namespace mote::passes
