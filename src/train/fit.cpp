// See fit.h.
#include "train/fit.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ir/op_def.h"
#include "train/optimiser.h"

namespace mote {
namespace {

/// The softmax's input when the graph ends in a softmax: the loss wants logits.
TensorId logits_of(const Graph& graph) {
  const TensorId output = graph.outputs.front();
  const int last = graph.producer(output);
  if (last < 0) return output;
  const Node& node = graph.nodes[static_cast<std::size_t>(last)];
  return node.op->name == "softmax" ? node.inputs.front() : output;
}

/// [batch, shape of graph input 0 without its leading 1].
std::vector<std::int64_t> batch_shape(const Graph& graph, std::int64_t batch) {
  const Shape& shape = graph.tensor(graph.inputs.front()).shape;
  std::vector<std::int64_t> sizes(shape.begin(), shape.end());
  sizes.front() = batch;
  return sizes;
}

/// Weights that give every class the same share of the loss; all 1 when not asked for.
at::Tensor class_weights(const TrainingSet& set, bool balanced) {
  const std::size_t classes = set.data.classes.size();
  std::vector<double> count(classes, 0);
  for (const Example& example : set.examples.items)
    count[static_cast<std::size_t>(set.data.samples[static_cast<std::size_t>(example.sample)].label)] += 1;
  at::Tensor weights = at::ones({static_cast<std::int64_t>(classes)});
  if (balanced)
    for (std::size_t c = 0; c < classes; ++c)
      weights.data_ptr<float>()[c] = static_cast<float>(static_cast<double>(set.examples.items.size()) /
                                                        (static_cast<double>(classes) * std::max(count[c], 1.0)));
  return weights;
}

double learning_rate_at(const TrainSpec& spec, double epoch) {
  if (epoch < spec.warmup_epochs) return spec.learning_rate * (epoch + 1e-3) / spec.warmup_epochs;
  if (spec.schedule == "constant") return spec.learning_rate;
  const double done = (epoch - spec.warmup_epochs) / std::max(spec.epochs - spec.warmup_epochs, 1e-9);
  return spec.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * std::min(done, 1.0)));
}

/// Dropout in front of the last fully_connected, on top of the caller's hooks.
GraphHooks with_dropout(const GraphHooks& hooks, const Graph& graph, double rate, std::uint64_t seed,
                        std::int64_t step) {
  GraphHooks extended = hooks;
  if (rate <= 0) return extended;
  TensorId where = kNoTensor;
  for (const Node& node : graph.nodes)
    if (node.op->name == "fully_connected") where = node.inputs.front();
  extended.activation = [=, inner = hooks.activation](TensorId id, const at::Tensor& value) {
    const at::Tensor x = inner ? inner(id, value) : value;
    if (id != where) return x;
    at::Tensor mask = at::empty(x.sizes());
    Random random(seed, hash_text("dropout"), step);
    for (std::int64_t i = 0; i < mask.numel(); ++i)
      mask.data_ptr<float>()[i] = random.uniform() < rate ? 0.0F : static_cast<float>(1 / (1 - rate));
    return x * mask;
  };
  return extended;
}

struct Score {
  double loss = 0;
  double accuracy = 0;
  std::vector<int> classes;
};

/// Loss and classes of an input set, in chunks.
Score score(TorchGraph& graph, const InputSet& inputs, const GraphHooks& hooks) {
  constexpr std::size_t kChunk = 256;
  at::NoGradGuard no_grad;
  const TensorId logits_id = logits_of(graph.graph());
  Score result;
  std::size_t right = 0;
  for (std::size_t begin = 0; begin < inputs.size(); begin += kChunk) {
    const std::size_t end = std::min(begin + kChunk, inputs.size());
    const auto count = static_cast<std::int64_t>(end - begin);
    at::Tensor batch = at::empty(batch_shape(graph.graph(), count));
    std::copy_n(inputs[begin].data(), batch.numel(), batch.data_ptr<float>());
    at::Tensor labels = at::empty({count}, at::kLong);
    for (std::size_t i = begin; i < end; ++i) labels.data_ptr<std::int64_t>()[i - begin] = inputs.labels[i];
    const at::Tensor logits = graph.forward({batch}, false, hooks, logits_id)[0];
    result.loss += at::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum).item<double>();
    const at::Tensor classes = logits.argmax(1);
    for (std::size_t i = begin; i < end; ++i) {
      result.classes.push_back(static_cast<int>(classes.data_ptr<std::int64_t>()[i - begin]));
      right += result.classes.back() == inputs.labels[i] ? 1U : 0U;
    }
  }
  const auto all = static_cast<double>(std::max<std::size_t>(inputs.size(), 1));
  result.loss /= all;
  result.accuracy = static_cast<double>(right) / all;
  return result;
}

}  // namespace

std::vector<int> predict(TorchGraph& graph, const InputSet& inputs, const GraphHooks& hooks) {
  return score(graph, inputs, hooks).classes;
}

Result<FitResult> fit(TorchGraph& graph, const TrainingSet& set, const InputSet& validation, const TrainSpec& spec,
                      const ProgressFn& progress, const std::string& phase, const GraphHooks& hooks) {
  at::set_num_threads(spec.threads);
  const at::Tensor weights = class_weights(set, spec.balanced);
  const TensorId logits_id = logits_of(graph.graph());
  BatchLoader loader(set, spec.batch_size, spec.seed);
  const std::int32_t steps = loader.batches();
  Optimiser optimiser(graph.parameters(), spec);
  FitResult result;
  std::vector<at::Tensor> best;
  double best_loss = 0;
  const auto batch_size = static_cast<std::int64_t>(loader.batch_size());
  at::Tensor inputs = at::empty(batch_shape(graph.graph(), batch_size));
  at::Tensor labels = at::empty({batch_size}, at::kLong);

  for (std::int32_t epoch = 1; epoch <= spec.epochs && result.stopped.empty(); ++epoch) {
    loader.start(epoch);
    EpochRecord record{.epoch = epoch};
    for (std::int32_t step = 1; step <= steps; ++step) {
      const Batch& batch = loader.next();
      std::copy(batch.values.begin(), batch.values.end(), inputs.data_ptr<float>());
      std::copy(batch.labels.begin(), batch.labels.end(), labels.data_ptr<std::int64_t>());
      const std::int64_t global = std::int64_t{epoch - 1} * steps + step - 1;
      const at::Tensor logits = graph.forward(
          {inputs}, true, with_dropout(hooks, graph.graph(), spec.dropout, spec.seed, global), logits_id)[0];
      const at::Tensor loss =
          at::cross_entropy_loss(logits, labels, weights, at::Reduction::Mean, -100, spec.label_smoothing);
      const double value = loss.item<double>();
      if (!std::isfinite(value)) {
        const std::string reason = fmt::format(
            "the loss is not a number in epoch {}, step {}; a lower train.learning_rate may help", epoch, step);
        if (best.empty()) return bad_input(reason, phase);
        result.stopped = reason;
        break;
      }
      loss.backward();
      record.learning_rate = learning_rate_at(spec, static_cast<double>(global) / steps);
      optimiser.step(record.learning_rate);
      record.loss += (value - record.loss) / step;
      record.accuracy +=
          (logits.detach().argmax(1).eq(labels).to(at::kDouble).mean().item<double>() - record.accuracy) / step;
      if (progress && step < steps &&
          !progress({phase, epoch, spec.epochs, step, steps, record.loss, record.accuracy, nullptr}))
        result.stopped = "interrupted";
      if (!result.stopped.empty()) break;
    }
    if (!result.stopped.empty() && !best.empty())
      break;  // an epoch cut short does not count, unless it is all there is
    const Score validated = score(graph, validation, hooks);
    record.validation_loss = validated.loss;
    record.validation_accuracy = validated.accuracy;
    result.history.push_back(record);
    if (best.empty() || validated.loss < best_loss) {
      best = graph.state();
      best_loss = validated.loss;
      result.best_epoch = epoch;
    }
    if (progress && !progress({phase, epoch, spec.epochs, steps, steps, record.loss, record.accuracy, &record}))
      result.stopped = "interrupted";
    if (spec.patience > 0 && epoch - result.best_epoch >= spec.patience)
      result.stopped = fmt::format("no better validation loss for {} epochs", spec.patience);
  }
  graph.restore(best);
  return result;
}

}  // namespace mote
