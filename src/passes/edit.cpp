// See edit.h.
#include "passes/edit.h"

#include <fmt/format.h>

#include <algorithm>

namespace mote::passes {

int only_reader(const Graph& graph, TensorId id) {
  if (graph.is_output(id)) return -1;
  int reader = -1;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const auto& inputs = graph.nodes[n].inputs;
    const auto uses = std::count(inputs.begin(), inputs.end(), id);
    if (uses == 0) continue;
    if (uses > 1 || reader >= 0) return -1;
    reader = static_cast<int>(n);
  }
  return reader;
}

const Tensor* input_or_null(const Graph& graph, const Node& node, int i) {
  if (i < 0 || static_cast<std::size_t>(i) >= node.inputs.size()) return nullptr;
  const TensorId id = node.inputs[static_cast<std::size_t>(i)];
  return id == kNoTensor ? nullptr : &graph.tensor(id);
}

void replace_uses(Graph& graph, TensorId from, TensorId to) {
  for (Node& node : graph.nodes) std::replace(node.inputs.begin(), node.inputs.end(), from, to);
  std::replace(graph.outputs.begin(), graph.outputs.end(), from, to);
}

bool bypass(Graph& graph, const Node& copy, TensorId in, TensorId out) {
  if (!graph.is_output(out)) {
    replace_uses(graph, out, in);
    return true;
  }
  // The output's name must survive, so the producer writes it directly.
  const int producer = graph.producer(in);
  if (producer < 0 || graph.is_output(in)) return false;
  for (Node& node : graph.nodes)
    if (&node != &copy) std::replace(node.inputs.begin(), node.inputs.end(), in, out);
  auto& written = graph.nodes[static_cast<std::size_t>(producer)].outputs;
  std::replace(written.begin(), written.end(), in, out);
  return true;
}

void erase_nodes(Graph& graph, const std::vector<bool>& marked) {
  std::vector<Node> kept;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n)
    if (!marked[n]) kept.push_back(std::move(graph.nodes[n]));
  graph.nodes = std::move(kept);
  graph.remove_unused_tensors();
}

TensorId set_constant(Graph& graph, std::size_t node, int i, Shape shape, std::shared_ptr<const Bytes> data) {
  TensorId& slot = graph.nodes[node].inputs[static_cast<std::size_t>(i)];
  if (only_reader(graph, slot) < 0) {
    Tensor copy = graph.tensor(slot);
    copy.name = graph.unique_tensor_name(copy.name);
    slot = graph.add(std::move(copy));
  }
  graph.tensor(slot).shape = std::move(shape);
  graph.tensor(slot).data = std::move(data);
  return slot;
}

std::string unique_node_name(const Graph& graph, std::string_view wanted) {
  const auto taken = [&](std::string_view name) {
    return std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) { return node.name == name; });
  };
  std::string name(wanted);
  for (int i = 2; taken(name); ++i) name = fmt::format("{}_{}", wanted, i);
  return name;
}

bool same_quantization(const Tensor& a, const Tensor& b) { return a.type == b.type && a.quant == b.quant; }

bool attribute_allows(const Node& node, std::string_view name, std::int64_t value) {
  for (const AttrDef& def : node.op->attrs)
    if (def.name == name) return value >= def.min && value <= def.max;
  return false;
}

bool is_float_weighted(const Graph& graph, const Node& node) {
  const Tensor* weights = input_or_null(graph, node, node.op->weight_input);
  if (weights == nullptr || node.op->bias_input < 0 || weights->type != DType::f32 || !weights->is_constant())
    return false;
  const Tensor* bias = input_or_null(graph, node, node.op->bias_input);
  return bias == nullptr || bias->is_constant();
}

ChannelIndex channel_index(const Shape& weights, int axis) {
  ChannelIndex index;
  const auto at = static_cast<std::size_t>(axis);
  index.channels = static_cast<std::size_t>(weights[at]);
  for (std::size_t d = at + 1; d < weights.size(); ++d) index.inner *= static_cast<std::size_t>(weights[d]);
  return index;
}

std::optional<std::string_view> combine_activations(std::string_view first, std::string_view second) {
  if (first == "none" || first == second) return second;
  if (second == "none") return first;
  if ((first == "relu" && second == "relu6") || (first == "relu6" && second == "relu")) return "relu6";
  return std::nullopt;
}

}  // namespace mote::passes
