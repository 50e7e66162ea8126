// See trainer.h.
#include "train/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "ir/op_def.h"
#include "passes/pipeline.h"
#include "passes/quantize.h"
#include "train/fit.h"
#include "train/network.h"

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
  for (const Node& node : graph.nodes)
    if (node.op->macs != nullptr) result.macs += node.op->macs(graph, node);
}

}  // namespace

Result<TrainResult> train(const Recipe& recipe, const std::filesystem::path& folder, const ProgressFn& progress) {
  MOTE_TRY(Prepared p, prepare(recipe, folder.empty() ? recipe.data.folder : folder));
  const int classes = static_cast<int>(p.data.classes.size());
  const Normalisation& normalisation = p.preparation.normalisation;
  MOTE_TRY(Graph network,
           build_network(recipe.name, recipe.network, {p.preparation.example, classes}, recipe.train.seed));

  TrainResult result;
  result.train = summary(p.split.train, p.train);
  result.validation = summary(p.split.validation, p.validation);
  result.test = summary(p.split.test, p.test);

  const InputSet validation = make_inputs(p.data, p.validation, normalisation);
  MOTE_TRY(TorchGraph learner, TorchGraph::create(std::move(network)));
  const auto begin = std::chrono::steady_clock::now();
  MOTE_TRY(FitResult fitted,
           fit(learner, {p.data, p.train, normalisation, recipe.augment}, validation, recipe.train, progress));
  result.train_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  result.history = std::move(fitted.history);
  result.best_epoch = fitted.best_epoch;
  result.stopped = std::move(fitted.stopped);

  result.float_graph = learner.write_back();
  MOTE_TRY([[maybe_unused]] const auto records, passes::run(result.float_graph, Target{}));
  count_costs(result.float_graph, result);
  if (recipe.compress.quantise == "ptq") {
    const auto samples = calibration_samples(p, recipe.compress.calibration_examples);
    MOTE_TRY(const passes::Calibration calibration, passes::calibrate(result.float_graph, samples));
    MOTE_TRY(result.int8_graph, passes::quantize(result.float_graph, calibration));
  }

  // The test part: touched here and nowhere before.
  MOTE_TRY(TorchGraph folded, TorchGraph::create(result.float_graph));
  const auto evaluate = [&](const InputSet& set, const std::vector<int>& given) {
    return evaluate_predictions(set.labels, given, set.recording, classes);
  };
  result.validation_float = evaluate(validation, predict(folded, validation));
  result.test_inputs = make_inputs(p.data, p.test, normalisation);
  const std::vector<int> by_float = predict(folded, result.test_inputs);
  result.test_float = evaluate(result.test_inputs, by_float);
  if (result.int8_graph) {
    MOTE_TRY(const std::vector<int> by_int8, predict(*result.int8_graph, result.test_inputs));
    result.test_int8 = evaluate(result.test_inputs, by_int8);
    std::size_t same = 0;
    for (std::size_t i = 0; i < by_int8.size(); ++i) same += by_int8[i] == by_float[i] ? 1U : 0U;
    result.int8_agreement = static_cast<double>(same) / static_cast<double>(std::max<std::size_t>(by_int8.size(), 1));
  }
  result.preparation = std::move(p.preparation);
  return result;
}

}  // namespace mote
