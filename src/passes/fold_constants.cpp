// See fold_constants.h. Model outputs are left to run time: a port must be written by somebody.
#include "passes/fold_constants.h"

#include <algorithm>

#include "passes/edit.h"

namespace mote::passes {
namespace {

bool foldable(const Graph& graph, const Node& node) {
  const bool constant = std::all_of(node.inputs.begin(), node.inputs.end(),
                                    [&](TensorId id) { return id == kNoTensor || graph.tensor(id).is_constant(); });
  const bool output =
      std::any_of(node.outputs.begin(), node.outputs.end(), [&](TensorId id) { return graph.is_output(id); });
  return constant && !output && !node.op->stateful;
}

void evaluate(Graph& graph, const Node& node) {
  std::vector<ConstView> in;
  for (const TensorId id : node.inputs)
    in.push_back(id == kNoTensor ? ConstView{} : ConstView{&graph.tensor(id), graph.tensor(id).data->data()});
  std::vector<Bytes> values;
  for (const TensorId id : node.outputs) values.emplace_back(static_cast<std::size_t>(graph.tensor(id).bytes()));
  std::vector<View> out;
  for (std::size_t i = 0; i < values.size(); ++i) out.push_back({&graph.tensor(node.outputs[i]), values[i].data()});
  node.op->run(node, in, out);
  for (std::size_t i = 0; i < values.size(); ++i)
    graph.tensor(node.outputs[i]).data = std::make_shared<const Bytes>(std::move(values[i]));
}

}  // namespace

Result<void> fold_constants(Graph& graph, const Target&) {
  std::vector<bool> folded(graph.nodes.size(), false);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (!foldable(graph, graph.nodes[n])) continue;
    evaluate(graph, graph.nodes[n]);
    folded[n] = true;
  }
  erase_nodes(graph, folded);
  return {};
}

}  // namespace mote::passes
