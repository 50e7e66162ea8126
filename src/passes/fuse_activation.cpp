// See fuse_activation.h.
#include "passes/fuse_activation.h"

#include "ops/ops.h"
#include "passes/edit.h"

namespace mote::passes {

Result<void> fuse_activation(Graph& graph, const Target&) {
  std::vector<bool> fused(graph.nodes.size(), false);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    Node& node = graph.nodes[n];
    if (node.op != &ops::relu && node.op != &ops::relu6) continue;
    const TensorId in = node.inputs[0];
    const int producer = graph.producer(in);
    if (producer < 0 || only_reader(graph, in) != static_cast<int>(n)) continue;
    Node& before = graph.nodes[static_cast<std::size_t>(producer)];
    if (!before.op->has_activation || !same_quantization(graph.tensor(in), graph.tensor(node.outputs[0]))) continue;
    const auto both = combine_activations(before.attrs.text("activation"), node.op->name);
    if (!both) continue;
    before.attrs.set("activation", std::string(*both));
    before.outputs[0] = node.outputs[0];
    node.outputs.clear();
    fused[n] = true;
  }
  erase_nodes(graph, fused);
  return {};
}

}  // namespace mote::passes
