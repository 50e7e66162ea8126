// See trainer.h.
#include "train/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "ir/op_def.h"
#include "passes/pipeline.h"
#include "passes/quantize.h"
#include "train/fake_quant.h"
#include "train/fit.h"
#include "train/network.h"
#include "train/prune.h"
#include "train/taylor.h"

namespace mote {
namespace {

struct Prepared {
  Dataset data;
  Split split;
  Examples train, validation, test;
  Preparation preparation;
};

Result<Prepared> prepare(const Recipe& recipe, const std::filesystem::path& folder) {
  Prepared p;
  MOTE_TRY(p.data, read_folder(folder, recipe.data.files));
  MOTE_TRY(p.split, split_by_group(p.data, recipe.split));
  const DataSpec& spec = recipe.data;
  if (spec.rate_hz != 0 && p.data.rate_hz != 0 && spec.rate_hz != p.data.rate_hz)
    return bad_input(fmt::format("was sampled at {:g} Hz where data.rate_hz says {:g}", p.data.rate_hz, spec.rate_hz),
                     p.data.samples[0].source);
  MOTE_TRY(p.train, make_windows(p.data, p.split.train.samples, spec.window, spec.stride));
  // Whole recordings: all parts must have the rows of the first.
  MOTE_TRY(p.validation, make_windows(p.data, p.split.validation.samples, p.train.rows, spec.stride));
  MOTE_TRY(p.test, make_windows(p.data, p.split.test.samples, p.train.rows, spec.stride));
  MOTE_TRY(Normalisation normalisation,
           fit_normalisation(spec.normalise, spec.percentile, p.data, p.split.train.samples));
  p.preparation = {recipe.name,
                   spec.files,
                   p.data.rate_hz != 0 ? p.data.rate_hz : spec.rate_hz,
                   p.train.rows,
                   spec.stride,
                   p.data.classes,
                   p.data.channels,
                   example_shape(p.data, p.train),
                   std::move(normalisation)};
  return p;
}

/// A number of training inputs, evenly spread, as bytes for the passes.
std::vector<passes::Sample> calibration_samples(const Prepared& p, std::int32_t wanted) {
  Examples chosen;
  chosen.rows = p.train.rows;
  const std::size_t all = p.train.items.size();
  const std::size_t count = std::min(all, static_cast<std::size_t>(wanted));
  for (std::size_t i = 0; i < count; ++i) chosen.items.push_back(p.train.items[i * all / count]);
  const InputSet inputs = make_inputs(p.data, chosen, p.preparation.normalisation);
  std::vector<passes::Sample> samples;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(inputs[i].data());
    samples.push_back({Bytes(bytes, bytes + inputs[i].size_bytes())});
  }
  return samples;
}

PartSummary summary(const Part& part, const Examples& examples) {
  return {part.groups, static_cast<std::int64_t>(part.samples.size()),
          static_cast<std::int64_t>(examples.items.size())};
}

void count_costs(const Graph& graph, TrainResult& result) {
  for (const Tensor& tensor : graph.tensors)
    if (tensor.is_constant()) result.parameters += tensor.elements();
  result.macs = count_macs(graph);
}

double share_of_equals(const std::vector<int>& a, const std::vector<int>& b) {
  std::size_t same = 0;
  for (std::size_t i = 0; i < a.size(); ++i) same += a[i] == b[i] ? 1U : 0U;
  return static_cast<double>(same) / static_cast<double>(std::max<std::size_t>(a.size(), 1));
}

/// Of everything that decides the result, for checkpoints.
std::uint64_t fingerprint(const Recipe& recipe, const Dataset& data) {
  std::uint64_t hash = hash_text(recipe.text);
  for (const Sample& sample : data.samples) {
    const std::string_view bytes(reinterpret_cast<const char*>(sample.values.data()),
                                 sample.values.size() * sizeof(float));
    hash = mix64(hash ^ hash_text(bytes)) ^ hash_text(sample.group) ^ mix64(static_cast<std::uint64_t>(sample.label));
  }
  return hash;
}

/// The big network of a distillation, trained like any other.
Result<TorchGraph> learn_teacher(const Recipe& recipe, const NetworkIo& io, const TrainingSet& set,
                                 const InputSet& validation, const ProgressFn& progress, TrainResult& result) {
  MOTE_TRY(Graph network, build_network(recipe.name + "_teacher", *recipe.distil.teacher, io, recipe.train.seed + 1));
  MOTE_TRY(TorchGraph teacher, TorchGraph::create(std::move(network)));
  FitOptions options;
  options.phase = "teacher";
  MOTE_TRY([[maybe_unused]] const FitResult fitted, fit(teacher, set, validation, recipe.train, progress, options));
  result.validation_teacher =
      evaluate_predictions(validation.labels, predict(teacher, validation), validation.recording, io.outputs).accuracy;
  return teacher;
}

struct FakeQuantised {
  TorchGraph graph;
  GraphHooks hooks;
};

/// Quantisation-aware fine-tuning of the float graph under the ranges that calibration found.
Result<FakeQuantised> learn_quantised(const Recipe& recipe, const Graph& float_graph,
                                      const passes::Calibration& calibration, const TrainingSet& set,
                                      const InputSet& validation, const ProgressFn& progress, TrainResult& result) {
  MOTE_TRY(TorchGraph graph, TorchGraph::create(float_graph));
  MOTE_TRY(GraphHooks hooks, fake_quantisation(float_graph, calibration));
  TrainSpec spec = recipe.train;
  spec.epochs = recipe.compress.qat_epochs;
  spec.learning_rate = recipe.compress.qat_learning_rate;
  spec.warmup_epochs = 0;
  FitOptions options;
  options.phase = "quantise";
  options.hooks = hooks;
  options.keep_start = true;
  MOTE_TRY(FitResult fitted, fit(graph, set, validation, spec, progress, options));
  result.qat_history = std::move(fitted.history);
  result.qat_best_epoch = fitted.best_epoch;
  return FakeQuantised{std::move(graph), std::move(hooks)};
}

/// Channels leave in steps; after each the smaller network learns from the labels and from the network as it was before
/// any left.
Result<TorchGraph> prune(const Recipe& recipe, TorchGraph& whole, const TrainingSet& set, const InputSet& validation,
                         const ProgressFn& progress, TrainResult& result) {
  const CompressSpec& spec = recipe.compress;
  const auto accuracy = [&](TorchGraph& graph) {
    return share_of_equals(predict(graph, validation), validation.labels);
  };
  const std::int64_t all = count_macs(whole.graph());
  MOTE_TRY(TorchGraph now, TorchGraph::create(whole.write_back()));
  for (std::int32_t step = 1; step <= spec.prune_steps; ++step) {
    const Graph before = now.write_back();
    const auto groups = find_channel_groups(before);
    const Importance importance = spec.importance == "l1"           ? importance_l1(before, groups)
                                  : spec.importance == "batch_norm" ? importance_batch_norm(before, groups)
                                                                    : importance_taylor(now, set, recipe.train, groups);
    const double wanted =
        static_cast<double>(all) * std::pow(spec.keep_macs, static_cast<double>(step) / spec.prune_steps);
    MOTE_TRY(Graph smaller, prune_channels(before, importance, wanted / static_cast<double>(count_macs(before))));
    PruneRecord record{count_macs(before), count_macs(smaller), accuracy(now), 0, 0};
    MOTE_TRY(now, TorchGraph::create(std::move(smaller)));
    record.accuracy_pruned = accuracy(now);
    TrainSpec fine = recipe.train;
    fine.epochs = spec.prune_epochs;
    fine.learning_rate /= 3;
    FitOptions options;
    options.phase = "prune";
    options.teacher = &whole;
    MOTE_TRY([[maybe_unused]] const FitResult fitted, fit(now, set, validation, fine, progress, options));
    record.accuracy_after = accuracy(now);
    result.pruning.push_back(record);
  }
  return now;
}

}  // namespace

Result<TrainResult> train(const Recipe& recipe, const std::filesystem::path& folder, const ProgressFn& progress,
                          const CheckpointOptions& checkpoint) {
  MOTE_TRY(Prepared p, prepare(recipe, folder.empty() ? recipe.data.folder : folder));
  const int classes = static_cast<int>(p.data.classes.size());
  const Normalisation& normalisation = p.preparation.normalisation;
  const NetworkIo io{p.preparation.example, classes};
  MOTE_TRY(Graph network, build_network(recipe.name, recipe.network, io, recipe.train.seed));

  TrainResult result;
  result.train = summary(p.split.train, p.train);
  result.validation = summary(p.split.validation, p.validation);
  result.test = summary(p.split.test, p.test);

  const InputSet validation = make_inputs(p.data, p.validation, normalisation);
  const TrainingSet set{p.data, p.train, normalisation, recipe.augment};
  const auto begin = std::chrono::steady_clock::now();
  FitOptions options;
  std::optional<TorchGraph> teacher;
  if (recipe.distil.teacher) {
    MOTE_TRY(teacher, learn_teacher(recipe, io, set, validation, progress, result));
    options.teacher = &*teacher;
    options.teacher_weight = recipe.distil.weight;
    options.temperature = recipe.distil.temperature;
  }
  MOTE_TRY(TorchGraph learner, TorchGraph::create(std::move(network)));
  options.checkpoint = checkpoint.path;
  options.resume = checkpoint.resume;
  options.fingerprint = checkpoint.path.empty() ? 0 : fingerprint(recipe, p.data);
  MOTE_TRY(FitResult fitted, fit(learner, set, validation, recipe.train, progress, options));
  result.history = std::move(fitted.history);
  result.best_epoch = fitted.best_epoch;
  result.stopped = std::move(fitted.stopped);

  if (recipe.compress.keep_macs < 1) {
    MOTE_TRY(learner, prune(recipe, learner, set, validation, progress, result));
  }
  result.float_graph = learner.write_back();
  MOTE_TRY([[maybe_unused]] const auto records, passes::run(result.float_graph, Target{}));
  count_costs(result.float_graph, result);
  std::optional<FakeQuantised> fake;
  if (recipe.compress.quantise != "none") {
    const auto samples = calibration_samples(p, recipe.compress.calibration_examples);
    MOTE_TRY(const passes::Calibration calibration, passes::calibrate(result.float_graph, samples));
    Graph trained = result.float_graph;
    if (recipe.compress.quantise == "qat") {
      MOTE_TRY(fake, learn_quantised(recipe, result.float_graph, calibration, set, validation, progress, result));
      trained = fake->graph.write_back();
    }
    MOTE_TRY(result.int8_graph, passes::quantize(trained, calibration));
  }
  result.train_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  // The test part: touched here and nowhere before.
  MOTE_TRY(TorchGraph folded, TorchGraph::create(result.float_graph));
  const auto evaluate = [&](const InputSet& inputs, const std::vector<int>& given) {
    return evaluate_predictions(inputs.labels, given, inputs.recording, classes);
  };
  result.validation_float = evaluate(validation, predict(folded, validation));
  result.test_inputs = make_inputs(p.data, p.test, normalisation);
  const std::vector<int> by_float = predict(folded, result.test_inputs);
  result.test_float = evaluate(result.test_inputs, by_float);
  if (result.int8_graph) {
    MOTE_TRY(const std::vector<int> by_int8, predict(*result.int8_graph, result.test_inputs));
    result.test_int8 = evaluate(result.test_inputs, by_int8);
    result.int8_agreement = share_of_equals(by_int8, by_float);
    if (fake) result.qat_agreement = share_of_equals(by_int8, predict(fake->graph, result.test_inputs, fake->hooks));
  }
  result.preparation = std::move(p.preparation);
  return result;
}

}  // namespace mote
