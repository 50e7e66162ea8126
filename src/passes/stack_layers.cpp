// See stack_layers.h.
#include "passes/stack_layers.h"

#include "ops/ops.h"
#include "passes/edit.h"
#include "passes/layer_channels.h"
#include "passes/remove_dead_nodes.h"

namespace mote::passes {
namespace {

/// The layer that makes the concat's operand, if nothing else reads it; else -1.
int layer_of(const Graph& graph, std::size_t concat, TensorId operand) {
  const int producer = graph.producer(operand);
  if (producer < 0 || only_reader(graph, operand) != static_cast<int>(concat)) return -1;
  return has_constant_layer(graph, graph.nodes[static_cast<std::size_t>(producer)]) ? producer : -1;
}

/// The first row of operands, from `begin` on, whose layers can be one: how many.
std::size_t row_of_layers(const Graph& graph, std::size_t concat, std::size_t begin, std::vector<const Node*>& layers) {
  const Node& node = graph.nodes[concat];
  layers.clear();
  for (std::size_t i = begin; i < node.inputs.size(); ++i) {
    const int layer = layer_of(graph, concat, node.inputs[i]);
    if (layer < 0) break;
    const Node& next = graph.nodes[static_cast<std::size_t>(layer)];
    if (!layers.empty() && !can_stack(graph, *layers[0], next)) break;
    layers.push_back(&next);
  }
  return layers.size();
}

}  // namespace

Result<void> stack_layers(Graph& graph, const Target& target) {
  std::vector<bool> removed(graph.nodes.size(), false);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (graph.nodes[n].op != &ops::concat) continue;
    const auto axis = static_cast<std::size_t>(graph.nodes[n].attrs.integer("axis"));
    if (axis + 1 != graph.tensor(graph.nodes[n].outputs[0]).shape.size()) continue;
    for (std::size_t begin = 0; begin < graph.nodes[n].inputs.size(); ++begin) {
      std::vector<const Node*> layers;
      const std::size_t count = row_of_layers(graph, n, begin, layers);
      if (count < 2) continue;
      Tensor out = graph.tensor(layers[0]->outputs[0]);
      out.name = graph.unique_tensor_name(out.name);
      out.shape.back() = 0;
      for (const Node* layer : layers) out.shape.back() += output_channels(graph, *layer);
      const auto place = static_cast<std::size_t>(layers[0] - graph.nodes.data());
      const TensorId joined = graph.add(std::move(out));
      graph.nodes[place] = stack_channels(graph, layers, joined);
      auto& operands = graph.nodes[n].inputs;
      const auto at = operands.begin() + static_cast<std::ptrdiff_t>(begin);
      *at = joined;
      operands.erase(at + 1, at + static_cast<std::ptrdiff_t>(count));
    }
    const Node& concat = graph.nodes[n];
    if (concat.inputs.size() == 1) removed[n] = bypass(graph, concat, concat.inputs[0], concat.outputs[0]);
  }
  erase_nodes(graph, removed);
  return remove_dead_nodes(graph, target);
}

}  // namespace mote::passes
