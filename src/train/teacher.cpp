// See teacher.h: the teacher that is a graph. script_teacher.cpp holds the other, which alone needs torch::jit.
#include "train/teacher.h"

#include <algorithm>

#include "ir/op_def.h"
#include "train/fit.h"

namespace mote {

TensorId features_of(const Graph& graph) {
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node)
    if (node->op->name == "fully_connected") return node->inputs.front();
  return kNoTensor;
}

TensorId front_end_output(const Graph& graph) {
  TensorId features = kNoTensor;
  for (const Node& node : graph.nodes)
    if (node.op->quant == QuantRule::signal) features = node.outputs.front();
  return features;
}

namespace {

bool same_example(const at::Tensor& inputs, const Shape& shape) {
  return std::equal(inputs.sizes().begin() + 1, inputs.sizes().end(), shape.begin() + 1, shape.end());
}

}  // namespace

Teacher graph_teacher(TorchGraph& graph) {
  return [&graph, front = front_end_output(graph.graph()), features = features_of(graph.graph()),
          logits = logits_of(graph.graph())](const at::Tensor& inputs) {
    at::NoGradGuard no_grad;
    Taught taught;
    GraphHooks hooks;
    hooks.activation = [&](TensorId id, const at::Tensor& value) {
      if (id == features) taught.features = value.flatten(1);
      return value;
    };
    const bool heard = front != kNoTensor && same_example(inputs, graph.graph().tensor(front).shape);
    taught.logits = graph.forward({inputs}, false, hooks, logits, heard ? front : kNoTensor)[0];
    return taught;
  };
}

}  // namespace mote
