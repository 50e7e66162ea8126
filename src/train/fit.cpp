// See fit.h.
#include "train/fit.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>

#include "ir/op_def.h"
#include "train/checkpoint.h"
#include "train/feature_bank.h"
#include "train/loss.h"
#include "train/optimiser.h"

namespace mote {
TensorId logits_of(const Graph& graph) {
  const TensorId output = graph.outputs.front();
  const int last = graph.producer(output);
  if (last < 0) return output;
  const Node& node = graph.nodes[static_cast<std::size_t>(last)];
  return node.op->name == "softmax" ? node.inputs.front() : output;
}

bool reconstructs(const Graph& graph) {
  const int last = graph.producer(graph.outputs.front());
  return last >= 0 && graph.nodes[static_cast<std::size_t>(last)].op->quant == QuantRule::squared_error;
}

std::vector<std::int64_t> batch_shape(const Graph& graph, std::int64_t batch) {
  const Shape& shape = graph.tensor(graph.inputs.front()).shape;
  std::vector<std::int64_t> sizes(shape.begin(), shape.end());
  sizes.front() = batch;
  return sizes;
}

namespace {

double learning_rate_at(const TrainSpec& spec, double epoch) {
  if (epoch < spec.warmup_epochs) return spec.learning_rate * (epoch + 1e-3) / spec.warmup_epochs;
  if (spec.schedule == "constant") return spec.learning_rate;
  if (spec.schedule == "step")
    return spec.learning_rate * std::pow(spec.step_factor, std::floor(epoch / spec.step_epochs));
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

/// Spectrogram augmentation where the front end ends, on top of the caller's hooks. `seen` becomes what comes out.
GraphHooks with_feature_augmentation(const GraphHooks& hooks, const Graph& graph, const FeatureAugmentation& how,
                                     std::uint64_t seed, std::int64_t step, at::Tensor& seen) {
  const TensorId where = front_end_output(graph);
  GraphHooks extended = hooks;
  if (where == kNoTensor) return extended;
  extended.activation = [=, &seen, inner = hooks.activation](TensorId id, const at::Tensor& value) {
    if (id != where) return inner ? inner(id, value) : value;
    const at::Tensor x = value.contiguous();
    const auto each = static_cast<std::size_t>(x.numel() / x.size(0));
    for (std::int64_t i = 0; how.any() && i < x.size(0); ++i) {
      Random random(seed, hash_text("features"), step, i);
      augment_features(how, static_cast<std::int32_t>(x.size(1)), static_cast<std::int32_t>(x.size(2)), random,
                       {x.data_ptr<float>() + static_cast<std::size_t>(i) * each, each});
    }
    seen = x;
    return inner ? inner(id, x) : x;
  };
  return extended;
}

struct Score {
  double loss = 0;
  double accuracy = 0;
  double f1 = 0;  ///< mean over the classes that occur
  std::vector<int> classes;
  std::vector<double> errors;  ///< of reconstructions, in place of classes
};

double mean_f1(const std::vector<int>& labels, const std::vector<int>& given) {
  struct Count {
    double both = 0, is = 0, called = 0;
  };
  std::map<int, Count> counts;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    counts[labels[i]].is += 1;
    counts[given[i]].called += 1;
    if (labels[i] == given[i]) counts[labels[i]].both += 1;
  }
  double sum = 0;
  int occurring = 0;
  for (const auto& [label, count] : counts) {
    if (count.is == 0) continue;
    ++occurring;
    sum += 2 * count.both / (count.is + count.called);
  }
  return sum / std::max(occurring, 1);
}

/// What the front end, which learns nothing, gave for each chunk of an input set that is scored again and again.
struct KeptFeatures {
  TensorId where = kNoTensor;  ///< the front end's output; kNoTensor: there is none, or hooks change it
  std::vector<at::Tensor> chunks;
};

/// Whether what comes up to `where` learns nothing, and the rest of the graph takes nothing else from there.
bool stands_before(const Graph& graph, TensorId where) {
  if (where == kNoTensor) return false;
  const int last = graph.producer(where);
  for (int n = 0; n < static_cast<int>(graph.nodes.size()); ++n)
    for (const TensorId id : graph.nodes[static_cast<std::size_t>(n)].inputs) {
      if (id == kNoTensor || id == where) continue;
      const bool constant = graph.tensor(id).is_constant();
      if (n <= last ? constant : !constant && graph.producer(id) <= last) return false;
    }
  return true;
}

/// Loss and classes of an input set, in chunks.
Score score(TorchGraph& graph, const InputSet& inputs, const GraphHooks& hooks, KeptFeatures* kept = nullptr) {
  constexpr std::size_t kChunk = 256;
  at::NoGradGuard no_grad;
  const TensorId logits_id = logits_of(graph.graph());
  const bool rebuilds = reconstructs(graph.graph());
  Score result;
  std::size_t right = 0;
  for (std::size_t begin = 0; begin < inputs.size(); begin += kChunk) {
    const std::size_t end = std::min(begin + kChunk, inputs.size());
    const auto count = static_cast<std::int64_t>(end - begin);
    at::Tensor batch = at::empty(batch_shape(graph.graph(), count));
    std::copy_n(inputs[begin].data(), batch.numel(), batch.data_ptr<float>());
    at::Tensor labels = at::empty({count}, at::kLong);
    for (std::size_t i = begin; i < end; ++i) labels.data_ptr<std::int64_t>()[i - begin] = inputs.labels[i];
    const TensorId from = kept == nullptr ? kNoTensor : kept->where;
    if (from != kNoTensor) {
      if (begin / kChunk == kept->chunks.size()) kept->chunks.push_back(graph.forward({batch}, false, {}, from)[0]);
      batch = kept->chunks[begin / kChunk];
    }
    const at::Tensor logits = graph.forward({batch}, false, hooks, logits_id, from)[0];
    if (rebuilds) {
      for (std::int64_t i = 0; i < count; ++i) result.errors.push_back(logits[i].item<double>());
      result.loss += logits.sum().item<double>();
      continue;
    }
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
  if (!rebuilds) result.f1 = mean_f1(inputs.labels, result.classes);
  return result;
}

/// What the best epoch has the least of. The loss decides between equals.
double badness(const Score& score, const TrainSpec& spec) {
  if (spec.select == "accuracy") return 1 - score.accuracy + 1e-6 * score.loss;
  if (spec.select == "f1") return 1 - score.f1 + 1e-6 * score.loss;
  return score.loss;
}

}  // namespace

std::vector<int> predict(TorchGraph& graph, const InputSet& inputs, const GraphHooks& hooks) {
  return score(graph, inputs, hooks).classes;
}

std::vector<double> predict_errors(TorchGraph& graph, const InputSet& inputs) {
  return score(graph, inputs, {}).errors;
}

namespace {

/// What the student said of a batch.
struct Answer {
  at::Tensor logits;
  at::Tensor features;  ///< undefined unless hints are given
};

/// Cross entropy with the labels; with the teacher's softened outputs if there is one; and the distance of features.
at::Tensor loss_of(const Answer& answer, const Targets& targets, const at::Tensor& weights, const Taught& taught,
                   const at::Tensor& map, const TrainSpec& spec, const FitOptions& options) {
  if (!taught.logits.defined()) return hard_loss(answer.logits, targets, weights, spec, spec.label_smoothing);
  // A teacher's answers tell which classes are alike; labels that are smoothed besides tell that all of them are.
  const at::Tensor hard = hard_loss(answer.logits, targets, weights, spec, options.label_smoothing);
  const at::Tensor soft =
      soft_loss(answer.logits, taught.logits, options.temperature, example_weights(targets, weights));
  const at::Tensor loss = hard * (1 - options.teacher_weight) + soft * options.teacher_weight;
  if (!map.defined()) return loss;
  const at::Tensor wanted = taught.features / taught.features.square().mean().sqrt().clamp_min(1e-6);
  return loss + at::mse_loss(at::matmul(answer.features, map), wanted) * options.hint_weight;
}

/// The linear map from the student's features to the teacher's, small and the same for the same seed.
at::Tensor fresh_map(std::int64_t from, std::int64_t to, std::uint64_t seed) {
  at::Tensor map = at::empty({from, to});
  Random random(seed, hash_text("hints"));
  const double size = 1 / std::sqrt(static_cast<double>(from));
  for (std::int64_t i = 0; i < map.numel(); ++i) map.data_ptr<float>()[i] = static_cast<float>(size * random.normal());
  return map.requires_grad_(true);
}

/// The caller's hooks, and a look at one activation.
GraphHooks watching(const GraphHooks& hooks, TensorId which, at::Tensor& seen) {
  GraphHooks extended = hooks;
  extended.activation = [which, &seen, inner = hooks.activation](TensorId id, const at::Tensor& value) {
    const at::Tensor x = inner ? inner(id, value) : value;
    if (id == which) seen = x.flatten(1);
    return x;
  };
  return extended;
}

std::vector<TorchGraph::Parameter> all_parameters(const TorchGraph& graph, const std::vector<at::Tensor>& learned) {
  std::vector<TorchGraph::Parameter> parameters = graph.parameters();
  for (const at::Tensor& value : learned) parameters.push_back({kNoTensor, value, false});
  return parameters;
}

/// The training loop's state between epochs.
class Loop {
 public:
  Loop(TorchGraph& graph, const InputSet& validation, const TrainSpec& spec, const FitOptions& options,
       std::vector<at::Tensor> learned)
      : graph_(graph),
        validation_(validation),
        spec_(spec),
        options_(options),
        learned_(std::move(learned)),
        optimiser_(all_parameters(graph, learned_), spec) {
    if (spec.average > 0) average_ = state();
    const GraphHooks& hooks = options.hooks;
    const TensorId where = front_end_output(graph.graph());
    if (!hooks.activation && !hooks.constant && !hooks.node && stands_before(graph.graph(), where)) kept_.where = where;
  }

  Optimiser& optimiser() { return optimiser_; }
  bool has_best() const { return !best_.empty(); }
  FitResult& result() { return result_; }

  /// First thing: the checkpoint, or the state as it is.
  Result<void> begin() {
    if (options_.resume && std::filesystem::exists(options_.checkpoint)) return resume();
    if (options_.keep_start) {
      best_ = state();
      best_loss_ = badness(score(graph_, validation_, options_.hooks), spec_);
    }
    return {};
  }

  /// After a step, `steps` since the beginning: the moving average follows. Young averages follow faster.
  void follow(std::int64_t steps) {
    if (average_.empty()) return;
    at::NoGradGuard no_grad;
    const double decay =
        std::min(spec_.average, (1.0 + static_cast<double>(steps)) / (10.0 + static_cast<double>(steps)));
    std::vector<at::Tensor> now = graph_.values();
    now.insert(now.end(), learned_.begin(), learned_.end());
    for (std::size_t i = 0; i < average_.size(); ++i) average_[i].lerp_(now[i], 1 - decay);
  }

  /// After an epoch: validates (the average, if there is one), keeps the best, writes the checkpoint. Completes the
  /// record.
  Result<void> end_epoch(EpochRecord& record) {
    const std::vector<at::Tensor> now = state();
    if (!average_.empty()) restore(average_);
    const Score validated = score(graph_, validation_, options_.hooks, &kept_);
    record.validation_loss = validated.loss;
    record.validation_accuracy = validated.accuracy;
    result_.history.push_back(record);
    if (const double measure = badness(validated, spec_);
        best_.empty() || spec_.select == "last" || measure < best_loss_) {
      best_ = state();
      best_loss_ = measure;
      result_.best_epoch = record.epoch;
    }
    if (!average_.empty()) restore(now);
    if (options_.checkpoint.empty()) return {};
    return save_checkpoint(options_.checkpoint, {options_.fingerprint, result_.history, result_.best_epoch, best_loss_,
                                                 now, best_, optimiser_.state(), average_});
  }

  FitResult finish() {
    restore(best_);
    return std::move(result_);
  }

 private:
  std::vector<at::Tensor> state() const {
    std::vector<at::Tensor> all = graph_.state();
    for (const at::Tensor& value : learned_) all.push_back(value.detach().clone());
    return all;
  }
  void restore(std::vector<at::Tensor> all) {
    at::NoGradGuard no_grad;
    const std::size_t own = all.size() - learned_.size();
    for (std::size_t i = 0; i < learned_.size(); ++i) learned_[i].copy_(all[own + i]);
    all.resize(own);
    graph_.restore(all);
  }

  Result<void> resume() {
    MOTE_TRY(Checkpoint saved, load_checkpoint(options_.checkpoint, options_.fingerprint));
    const auto same = [](const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
      return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const at::Tensor& x, const at::Tensor& y) {
        return x.sizes() == y.sizes() && x.scalar_type() == y.scalar_type();
      });
    };
    if (!same(saved.state, state()) || !same(saved.best, saved.state) || !same(saved.optimiser, optimiser_.state()) ||
        !same(saved.average, average_))
      return bad_input("is damaged, or of another network", options_.checkpoint.string());
    restore(saved.state);
    optimiser_.restore(saved.optimiser);
    best_ = std::move(saved.best);
    average_ = std::move(saved.average);
    best_loss_ = saved.best_loss;
    result_.history = std::move(saved.history);
    for (EpochRecord& record : result_.history) record.classes = !reconstructs(graph_.graph());
    result_.best_epoch = saved.best_epoch;
    return {};
  }

  TorchGraph& graph_;
  const InputSet& validation_;
  const TrainSpec& spec_;
  const FitOptions& options_;
  std::vector<at::Tensor> learned_;
  Optimiser optimiser_;
  FitResult result_;
  KeptFeatures kept_;  ///< of the validation part
  std::vector<at::Tensor> best_;
  std::vector<at::Tensor> average_;  ///< of the state; empty without TrainSpec::average
  double best_loss_ = 0;
};

}  // namespace

Result<FitResult> fit(TorchGraph& graph, const TrainingSet& set, const InputSet& validation, const TrainSpec& spec,
                      const ProgressFn& progress, const FitOptions& options) {
  at::set_num_threads(spec.threads);
  const std::string& phase = options.phase;
  const at::Tensor weights = class_weights(set, spec.balance);
  const TensorId logits_id = logits_of(graph.graph());
  const bool rebuilds = reconstructs(graph.graph());
  BatchLoader loader(set, spec.batch_size, spec.seed);
  const std::int32_t steps = loader.batches();
  const auto batch_size = static_cast<std::int64_t>(loader.batch_size());
  std::optional<FeatureBank> bank;
  if (set.augmentation.features.views > 0 && front_end_output(graph.graph()) != kNoTensor)
    bank.emplace(graph, set, spec.batch_size, spec.seed, options.features);
  const TensorId from = bank ? front_end_output(graph.graph()) : kNoTensor;
  at::Tensor inputs = at::empty(bank ? bank->batch_shape() : batch_shape(graph.graph(), batch_size));
  Targets targets{at::empty({batch_size}, at::kLong), at::empty({batch_size}, at::kLong)};
  std::vector<at::Tensor> learned = options.learned;
  const TensorId features_id = options.hint_weight > 0 && options.teacher ? features_of(graph.graph()) : kNoTensor;
  at::Tensor map;
  if (features_id != kNoTensor) {
    const Taught taught = options.teacher({at::zeros(batch_shape(graph.graph(), 2)), {}});
    const std::int64_t own = graph.graph().tensor(features_id).elements();
    if (taught.features.defined()) learned.push_back(map = fresh_map(own, taught.features.size(1), spec.seed));
  }
  Loop loop(graph, validation, spec, options, learned);
  MOTE_TRY_VOID(loop.begin());
  std::string& stopped = loop.result().stopped;

  const std::int32_t last = options.until > 0 ? std::min(options.until, spec.epochs) : spec.epochs;
  for (auto epoch = static_cast<std::int32_t>(loop.result().history.size()) + 1; epoch <= last && stopped.empty();
       ++epoch) {
    bank ? bank->start(epoch) : loader.start(epoch);
    EpochRecord record{.epoch = epoch, .classes = !rebuilds};
    double labelled = 0;
    double rights = 0;
    for (std::int32_t step = 1; step <= steps; ++step) {
      const Batch& batch = bank ? bank->next() : loader.next();
      std::copy(batch.values.begin(), batch.values.end(), inputs.data_ptr<float>());
      std::copy(batch.labels.begin(), batch.labels.end(), targets.labels.data_ptr<std::int64_t>());
      std::copy(batch.others.begin(), batch.others.end(), targets.others.data_ptr<std::int64_t>());
      targets.share = batch.share;
      if (!batch.shares.empty()) targets.shares = at::tensor(batch.shares);
      const std::int64_t global = std::int64_t{epoch - 1} * steps + step - 1;
      if (options.on_step)
        options.on_step(static_cast<double>(global) / (static_cast<double>(spec.epochs) * static_cast<double>(steps)));
      Shown shown{bank ? at::Tensor{} : inputs, bank ? inputs : at::Tensor{}};
      const GraphHooks augmented =
          bank ? options.hooks
               : with_feature_augmentation(options.hooks, graph.graph(), set.augmentation.features, spec.seed, global,
                                           shown.features);
      const GraphHooks hooks = with_dropout(augmented, graph.graph(), spec.dropout, spec.seed, global);
      Answer answer;
      const GraphHooks watched = map.defined() ? watching(hooks, features_id, answer.features) : hooks;
      answer.logits = graph.forward({inputs}, true, watched, logits_id, from)[0];
      const Taught taught = options.teacher ? options.teacher(shown) : Taught{};
      const at::Tensor loss =
          rebuilds ? answer.logits.mean() : loss_of(answer, targets, weights, taught, map, spec, options);
      const double value = loss.item<double>();
      if (!std::isfinite(value)) {
        stopped = fmt::format("the loss is not a number in epoch {}, step {}; a lower train.learning_rate may help",
                              epoch, step);
        if (!loop.has_best()) return bad_input(stopped, phase);
        break;
      }
      loss.backward();
      record.learning_rate = learning_rate_at(spec, static_cast<double>(global) / steps);
      loop.optimiser().step(record.learning_rate);
      loop.follow(global);
      record.loss += (value - record.loss) / step;
      if (!rebuilds) {
        const at::Tensor right = answer.logits.detach().argmax(1).eq(targets.labels);
        rights += right.sum().item<double>();
        labelled += targets.labels.ne(kUnlabelled).sum().item<double>();
        record.accuracy = rights / std::max(labelled, 1.0);
      }
      if (progress && step < steps &&
          !progress({phase, epoch, spec.epochs, step, steps, record.loss, record.accuracy, !rebuilds, nullptr})) {
        stopped = "interrupted";
        break;
      }
    }
    if (!stopped.empty() && loop.has_best()) break;  // an epoch cut short does not count, unless it is all there is
    MOTE_TRY_VOID(loop.end_epoch(record));
    if (progress &&
        !progress({phase, epoch, spec.epochs, steps, steps, record.loss, record.accuracy, !rebuilds, &record}))
      stopped = "interrupted";
    if (spec.patience > 0 && epoch - loop.result().best_epoch >= spec.patience)
      stopped = fmt::format("no better validation {} for {} epochs", spec.select, spec.patience);
  }
  return loop.finish();
}

}  // namespace mote
