// See taylor.h.
#include "train/taylor.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "ir/op_def.h"
#include "train/fit.h"

namespace mote {
namespace {

/// What a group's channels pass through, a number each: gamma and beta of the batch norms behind its producers, and the
/// filters themselves where there is none.
std::vector<TensorId> gates_of(const Graph& graph, const ChannelGroup& group) {
  std::vector<TensorId> gates;
  for (const ChannelAxis& producer : group.producers) {
    const std::vector<int> layers = graph.consumers(producer.constant);
    const Node& layer = graph.nodes[static_cast<std::size_t>(layers.front())];
    const std::vector<int> readers = graph.consumers(layer.outputs[0]);
    const Node* next = readers.size() == 1 ? &graph.nodes[static_cast<std::size_t>(readers.front())] : nullptr;
    if (next != nullptr && next->op->name == "batch_norm")
      gates.insert(gates.end(), {next->inputs[1], next->inputs[2]});
    else
      gates.push_back(producer.constant);
  }
  return gates;
}

}  // namespace

Importance importance_taylor(TorchGraph& graph, const TrainingSet& set, const TrainSpec& spec,
                             const std::vector<ChannelGroup>& groups) {
  constexpr std::int32_t kMostBatches = 30;
  at::set_num_threads(spec.threads);
  Importance importance;
  std::vector<std::vector<TensorId>> gates;
  for (const ChannelGroup& group : groups) {
    gates.push_back(gates_of(graph.graph(), group));
    for (const ChannelAxis& producer : group.producers)
      importance[producer.constant].assign(static_cast<std::size_t>(group.channels), 0.0);
  }
  BatchLoader loader(set, spec.batch_size, spec.seed);
  loader.start(1);
  const auto batch_size = static_cast<std::int64_t>(loader.batch_size());
  at::Tensor inputs = at::empty(batch_shape(graph.graph(), batch_size));
  at::Tensor labels = at::empty({batch_size}, at::kLong);
  for (std::int32_t i = 0; i < std::min(loader.batches(), kMostBatches); ++i) {
    const Batch& batch = loader.next();
    std::copy(batch.values.begin(), batch.values.end(), inputs.data_ptr<float>());
    std::copy(batch.labels.begin(), batch.labels.end(), labels.data_ptr<std::int64_t>());
    const at::Tensor logits = graph.forward({inputs}, false, {}, logits_of(graph.graph()))[0];
    at::cross_entropy_loss(logits, labels).backward();
    std::map<TensorId, at::Tensor> products;  // value times gradient, summed over each channel
    for (const TorchGraph::Parameter& parameter : graph.parameters()) {
      at::Tensor value = parameter.value;
      if (value.grad().defined())
        products[parameter.id] = (value.detach() * value.grad()).to(at::kDouble).reshape({value.size(0), -1}).sum(1);
      value.mutable_grad() = at::Tensor();
    }
    for (std::size_t g = 0; g < groups.size(); ++g) {
      at::Tensor sum = at::zeros({groups[g].channels}, at::kDouble);
      for (const TensorId id : gates[g])
        if (const auto product = products.find(id); product != products.end()) sum += product->second;
      std::vector<double>& values = importance.at(groups[g].producers.front().constant);
      const at::Tensor squares = sum.square().contiguous();
      for (std::size_t c = 0; c < values.size(); ++c) values[c] += squares.data_ptr<double>()[c];
    }
  }
  return importance;
}

}  // namespace mote
