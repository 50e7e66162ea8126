// See teacher.h: the teacher that is a graph. script_teacher.cpp holds the other, which alone needs torch::jit.
#include "train/teacher.h"

#include <memory>

#include "data/random.h"
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

bool same_front_end(TorchGraph& a, TorchGraph& b) {
  const TensorId from_a = front_end_output(a.graph());
  const TensorId from_b = front_end_output(b.graph());
  if (from_a == kNoTensor || from_b == kNoTensor) return from_a == from_b;
  if (batch_shape(a.graph(), 1) != batch_shape(b.graph(), 1)) return false;
  // By what they do: passes may have written one of them in another way.
  at::Tensor noise = at::empty(batch_shape(a.graph(), 2));
  Random random(1, hash_text("front end"));
  for (std::int64_t i = 0; i < noise.numel(); ++i)
    noise.data_ptr<float>()[i] = static_cast<float>(0.1 * random.normal());
  at::NoGradGuard no_grad;
  const at::Tensor one = a.forward({noise}, false, {}, from_a)[0];
  const at::Tensor other = b.forward({noise}, false, {}, from_b)[0];
  return one.sizes() == other.sizes() && at::allclose(one, other, 1e-3, 1e-3);
}

Teacher graph_teacher(TorchGraph& graph, bool same_front_end) {
  return [&graph, front = same_front_end ? front_end_output(graph.graph()) : kNoTensor,
          features = features_of(graph.graph()), logits = logits_of(graph.graph())](const Shown& shown) {
    at::NoGradGuard no_grad;
    Taught taught;
    GraphHooks hooks;
    hooks.activation = [&](TensorId id, const at::Tensor& value) {
      if (id == features) taught.features = value.flatten(1);
      return value;
    };
    const bool behind = front != kNoTensor && shown.features.defined();
    taught.logits =
        graph.forward({behind ? shown.features : shown.inputs}, false, hooks, logits, behind ? front : kNoTensor)[0];
    return taught;
  };
}

Teacher owning_teacher(TorchGraph graph, bool same_front_end) {
  auto kept = std::make_shared<TorchGraph>(std::move(graph));
  return [kept, teach = graph_teacher(*kept, same_front_end)](const Shown& shown) { return teach(shown); };
}

}  // namespace mote
