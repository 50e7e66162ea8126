// See merge_concats.h. The last rewrite serves networks in which every layer reads all layers before it: with views
// (plan/views.h) such a row of concats is one buffer that grows.
#include "passes/merge_concats.h"

#include <algorithm>

#include "ops/ops.h"
#include "passes/edit.h"
#include "passes/remove_dead_nodes.h"

namespace mote::passes {
namespace {

constexpr std::size_t kMostOperands = 8;  // of the device's kernel

/// The node that makes operand `i`, if it is of this kind; else null.
Node* maker(Graph& graph, const Node& node, std::size_t i, const OpDef& op) {
  const int producer = graph.producer(node.inputs[i]);
  if (producer < 0 || graph.nodes[static_cast<std::size_t>(producer)].op != &op) return nullptr;
  return &graph.nodes[static_cast<std::size_t>(producer)];
}

/// Concats that only this one reads, along the same axis.
void flatten(Graph& graph, std::size_t n) {
  Node& node = graph.nodes[n];
  for (std::size_t i = 0; i < node.inputs.size();) {
    const Node* inner = maker(graph, node, i, ops::concat);
    if (inner == nullptr || inner->attrs != node.attrs || only_reader(graph, node.inputs[i]) != static_cast<int>(n) ||
        node.inputs.size() - 1 + inner->inputs.size() > kMostOperands) {
      ++i;
      continue;
    }
    const std::vector<TensorId> operands = inner->inputs;
    node.inputs.erase(node.inputs.begin() + static_cast<std::ptrdiff_t>(i));
    node.inputs.insert(node.inputs.begin() + static_cast<std::ptrdiff_t>(i), operands.begin(), operands.end());
  }
}

/// Whether the second slice goes on along the axis where the first ends; both at every element there.
bool follows(const Node& first, const Node& second, std::size_t axis) {
  if (first.inputs[0] != second.inputs[0]) return false;
  for (const char* const name : {"begin", "size", "stride", "drop"}) {
    std::vector<std::int64_t> a = first.attrs.list(name), b = second.attrs.list(name);
    if (std::string_view(name) == "drop" && !(a.empty() && b.empty())) return false;
    if (std::string_view(name) != "drop") a[axis] = b[axis] = 0;
    if (a != b) return false;
  }
  const auto at = [axis](const Node& node, const char* name) { return node.attrs.list(name)[axis]; };
  const auto dense = [&](const Node& node) { return at(node, "stride") == 1 || at(node, "size") == 1; };
  return dense(first) && dense(second) && at(first, "begin") + at(first, "size") == at(second, "begin");
}

/// Neighbouring slices that nothing else reads become the first of them.
void join_slices(Graph& graph, std::size_t n) {
  Node& node = graph.nodes[n];
  const auto axis = static_cast<std::size_t>(node.attrs.integer("axis"));
  for (std::size_t i = 0; i + 1 < node.inputs.size();) {
    Node* first = maker(graph, node, i, ops::slice);
    const Node* second = maker(graph, node, i + 1, ops::slice);
    const bool alone = only_reader(graph, node.inputs[i]) == static_cast<int>(n);
    if (first == nullptr || second == nullptr || !alone || !follows(*first, *second, axis)) {
      ++i;
      continue;
    }
    std::vector<std::int64_t> size = first->attrs.list("size"), stride = first->attrs.list("stride");
    size[axis] += second->attrs.list("size")[axis];
    stride[axis] = 1;
    graph.tensor(first->outputs[0]).shape[axis] = static_cast<std::int32_t>(size[axis]);
    first->attrs.set("size", size);
    first->attrs.set("stride", stride);
    node.inputs.erase(node.inputs.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    if (graph.tensor(first->inputs[0]).shape == graph.tensor(first->outputs[0]).shape)
      node.inputs[i] = first->inputs[0];
  }
}

/// Operands that an earlier concat, which is needed anyway, joins as well.
void reuse(Graph& graph, std::size_t n) {
  Node& node = graph.nodes[n];
  for (std::size_t m = 0; m < n; ++m) {
    const Node& earlier = graph.nodes[m];
    if (earlier.op != &ops::concat || earlier.attrs != node.attrs || earlier.inputs.size() < 2) continue;
    const auto found =
        std::search(node.inputs.begin(), node.inputs.end(), earlier.inputs.begin(), earlier.inputs.end());
    const std::vector<int> readers = graph.consumers(earlier.outputs[0]);
    const bool needed = graph.is_output(earlier.outputs[0]) ||
                        std::any_of(readers.begin(), readers.end(), [n](int r) { return r != static_cast<int>(n); });
    if (found == node.inputs.end() || !needed) continue;
    *found = earlier.outputs[0];
    node.inputs.erase(found + 1, found + static_cast<std::ptrdiff_t>(earlier.inputs.size()));
  }
}

}  // namespace

Result<void> merge_concats(Graph& graph, const Target& target) {
  std::vector<bool> removed(graph.nodes.size(), false);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (graph.nodes[n].op != &ops::concat) continue;
    flatten(graph, n);
    join_slices(graph, n);
    reuse(graph, n);
    const Node& node = graph.nodes[n];
    if (node.inputs.size() == 1) removed[n] = bypass(graph, node, node.inputs[0], node.outputs[0]);
  }
  erase_nodes(graph, removed);
  return remove_dead_nodes(graph, target);
}

}  // namespace mote::passes
