// See merge_reshapes.h.
#include "passes/merge_reshapes.h"

#include "ops/ops.h"
#include "passes/edit.h"
#include "passes/remove_dead_nodes.h"

namespace mote::passes {

Result<void> merge_reshapes(Graph& graph, const Target& target) {
  for (Node& node : graph.nodes) {
    if (node.op != &ops::reshape) continue;
    const int producer = graph.producer(node.inputs[0]);
    if (producer < 0) continue;
    const Node& first = graph.nodes[static_cast<std::size_t>(producer)];
    // The node before it, if it was a reshape too, was merged already: one step reaches the start of the row.
    if (first.op == &ops::reshape && same_quantization(graph.tensor(first.inputs[0]), graph.tensor(first.outputs[0])))
      node.inputs[0] = first.inputs[0];
  }
  return remove_dead_nodes(graph, target);
}

}  // namespace mote::passes
