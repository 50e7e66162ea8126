// See loss.h.
#include "train/loss.h"

#include <algorithm>
#include <cmath>

namespace mote {

at::Tensor class_weights(const TrainingSet& set, double balance) {
  const std::size_t classes = set.data.classes.size();
  std::vector<double> count(classes, 0);
  for (const Example& example : set.examples.items)
    count[static_cast<std::size_t>(set.data.samples[static_cast<std::size_t>(example.sample)].label)] += 1;
  at::Tensor weights = at::ones({static_cast<std::int64_t>(classes)});
  if (balance > 0)
    for (std::size_t c = 0; c < classes; ++c)
      weights.data_ptr<float>()[c] = static_cast<float>(std::pow(
          static_cast<double>(set.examples.items.size()) / (static_cast<double>(classes) * std::max(count[c], 1.0)),
          balance));
  return weights;
}

namespace {

/// Of every example alone.
at::Tensor each_with_labels(const at::Tensor& logits, const at::Tensor& labels, const at::Tensor& weights,
                            const TrainSpec& spec, double smoothing) {
  const at::Tensor each = at::cross_entropy_loss(logits, labels, weights, at::Reduction::None, -100, smoothing);
  if (spec.focal <= 0) return each;
  const at::Tensor right = at::softmax(logits, -1).gather(1, labels.unsqueeze(1)).squeeze(1);
  return each * at::pow(1 - right, spec.focal);
}

at::Tensor with_labels(const at::Tensor& logits, const at::Tensor& labels, const at::Tensor& weights,
                       const TrainSpec& spec, double smoothing) {
  if (spec.focal <= 0) return at::cross_entropy_loss(logits, labels, weights, at::Reduction::Mean, -100, smoothing);
  return each_with_labels(logits, labels, weights, spec, smoothing).sum() / weights.index_select(0, labels).sum();
}

}  // namespace

at::Tensor hard_loss(const at::Tensor& logits, const Targets& targets, const at::Tensor& weights, const TrainSpec& spec,
                     double smoothing) {
  if (targets.shares.defined()) {
    const at::Tensor& share = targets.shares;
    const auto mixed = [&share](const at::Tensor& one, const at::Tensor& other) {
      return (one * share + other * (1 - share)).sum();
    };
    return mixed(each_with_labels(logits, targets.labels, weights, spec, smoothing),
                 each_with_labels(logits, targets.others, weights, spec, smoothing)) /
           mixed(weights.index_select(0, targets.labels), weights.index_select(0, targets.others));
  }
  const at::Tensor loss = with_labels(logits, targets.labels, weights, spec, smoothing);
  if (targets.share >= 1) return loss;
  return loss * targets.share + with_labels(logits, targets.others, weights, spec, smoothing) * (1 - targets.share);
}

at::Tensor example_weights(const Targets& targets, const at::Tensor& weights) {
  const at::Tensor own = weights.index_select(0, targets.labels);
  const at::Tensor other = weights.index_select(0, targets.others);
  if (targets.shares.defined()) return own * targets.shares + other * (1 - targets.shares);
  return own * targets.share + other * (1 - targets.share);
}

at::Tensor soft_loss(const at::Tensor& logits, const at::Tensor& taught, double temperature,
                     const at::Tensor& weights) {
  const at::Tensor targets = at::softmax(taught / temperature, -1);
  const at::Tensor each = -(targets * at::log_softmax(logits / temperature, -1)).sum(-1);
  return (each * weights).sum() / weights.sum() * (temperature * temperature);
}

}  // namespace mote
