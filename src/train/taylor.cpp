// See taylor.h.
#include "train/taylor.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "train/fit.h"

namespace mote {

Importance importance_taylor(TorchGraph& graph, const TrainingSet& set, const TrainSpec& spec,
                             const std::vector<ChannelGroup>& groups) {
  constexpr std::int32_t kMostBatches = 30;
  at::set_num_threads(spec.threads);
  Importance importance;
  for (const ChannelGroup& group : groups)
    for (const ChannelAxis& producer : group.producers)
      importance[producer.constant].assign(static_cast<std::size_t>(group.channels), 0.0);
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
    for (const TorchGraph::Parameter& parameter : graph.parameters()) {
      at::Tensor value = parameter.value;
      const auto entry = importance.find(parameter.id);
      if (entry != importance.end() && value.grad().defined()) {
        const at::Tensor filters =
            (value.detach() * value.grad()).flatten(1).sum(1).square().to(at::kDouble).contiguous();
        for (std::size_t c = 0; c < entry->second.size(); ++c) entry->second[c] += filters.data_ptr<double>()[c];
      }
      value.mutable_grad() = at::Tensor();
    }
  }
  return importance;
}

}  // namespace mote
