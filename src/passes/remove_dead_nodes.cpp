// See remove_dead_nodes.h. One walk backwards: a node is needed if an output of it is a model output or a needed node's
// input.
#include "passes/remove_dead_nodes.h"

#include <algorithm>

#include "passes/edit.h"

namespace mote::passes {

Result<void> remove_dead_nodes(Graph& graph, const Target&) {
  std::vector<bool> needed(graph.tensors.size(), false);
  for (const TensorId id : graph.outputs) needed[static_cast<std::size_t>(id)] = true;
  std::vector<bool> dead(graph.nodes.size(), false);
  for (std::size_t n = graph.nodes.size(); n-- > 0;) {
    const Node& node = graph.nodes[n];
    dead[n] = std::none_of(node.outputs.begin(), node.outputs.end(),
                           [&](TensorId id) { return needed[static_cast<std::size_t>(id)]; });
    if (dead[n]) continue;
    for (const TensorId id : node.inputs)
      if (id != kNoTensor) needed[static_cast<std::size_t>(id)] = true;
  }
  erase_nodes(graph, dead);
  return {};
}

}  // namespace mote::passes
