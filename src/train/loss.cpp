// See loss.h.
#include "train/loss.h"

#include <algorithm>
#include <cmath>

namespace mote {

at::Tensor class_weights(const TrainingSet& set, double balance) {
  const std::size_t classes = set.data.classes.size();
  std::vector<double> count(classes, 0);
  double labelled = 0;
  for (const Example& example : set.examples.items) {
    const int label = set.data.samples[static_cast<std::size_t>(example.sample)].label;
    if (label == kUnlabelled) continue;
    count[static_cast<std::size_t>(label)] += 1;
    labelled += 1;
  }
  at::Tensor weights = at::ones({static_cast<std::int64_t>(classes)});
  if (balance > 0)
    for (std::size_t c = 0; c < classes; ++c)
      weights.data_ptr<float>()[c] =
          static_cast<float>(std::pow(labelled / (static_cast<double>(classes) * std::max(count[c], 1.0)), balance));
  return weights;
}

namespace {

/// Below any weight: a batch without labels has a loss of 0.
constexpr double kLittle = 1e-12;

/// A number a class for each label; `unlabelled` for what has none.
at::Tensor by_label(const at::Tensor& weights, const at::Tensor& labels, double unlabelled) {
  return weights.index_select(0, labels.clamp_min(0)).masked_fill(labels.eq(kUnlabelled), unlabelled);
}

/// Of every example alone; 0 where there is no label.
at::Tensor each_with_labels(const at::Tensor& logits, const at::Tensor& labels, const at::Tensor& weights,
                            const TrainSpec& spec, double smoothing) {
  const at::Tensor each = at::cross_entropy_loss(logits, labels, weights, at::Reduction::None, kUnlabelled, smoothing);
  if (spec.focal <= 0) return each;
  const at::Tensor right = at::softmax(logits, -1).gather(1, labels.clamp_min(0).unsqueeze(1)).squeeze(1);
  return each * at::pow(1 - right, spec.focal);
}

at::Tensor with_labels(const at::Tensor& logits, const at::Tensor& labels, const at::Tensor& weights,
                       const TrainSpec& spec, double smoothing) {
  const bool all = !labels.eq(kUnlabelled).any().item<bool>();
  if (spec.focal <= 0 && all)
    return at::cross_entropy_loss(logits, labels, weights, at::Reduction::Mean, kUnlabelled, smoothing);
  return each_with_labels(logits, labels, weights, spec, smoothing).sum() /
         by_label(weights, labels, 0).sum().clamp_min(kLittle);
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
           mixed(by_label(weights, targets.labels, 0), by_label(weights, targets.others, 0)).clamp_min(kLittle);
  }
  const at::Tensor loss = with_labels(logits, targets.labels, weights, spec, smoothing);
  if (targets.share >= 1) return loss;
  return loss * targets.share + with_labels(logits, targets.others, weights, spec, smoothing) * (1 - targets.share);
}

at::Tensor example_weights(const Targets& targets, const at::Tensor& weights) {
  const at::Tensor own = by_label(weights, targets.labels, 1);
  const at::Tensor other = by_label(weights, targets.others, 1);
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
