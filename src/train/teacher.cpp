// See teacher.h: the teacher that is a graph. script_teacher.cpp holds the other, which alone needs torch::jit.
#include "train/teacher.h"

#include "ir/op_def.h"
#include "train/fit.h"

namespace mote {

TensorId features_of(const Graph& graph) {
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node)
    if (node->op->name == "fully_connected") return node->inputs.front();
  return kNoTensor;
}

Teacher graph_teacher(TorchGraph& graph) {
  return [&graph, features = features_of(graph.graph()), logits = logits_of(graph.graph())](const at::Tensor& inputs) {
    at::NoGradGuard no_grad;
    Taught taught;
    GraphHooks hooks;
    hooks.activation = [&](TensorId id, const at::Tensor& value) {
      if (id == features) taught.features = value.flatten(1);
      return value;
    };
    taught.logits = graph.forward({inputs}, false, hooks, logits)[0];
    return taught;
  };
}

}  // namespace mote
