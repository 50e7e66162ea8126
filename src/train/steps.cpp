// See steps.h.
#include "train/steps.h"

#include <cmath>

#include "train/fake_quant.h"
#include "train/network.h"
#include "train/prune.h"
#include "train/taylor.h"

namespace mote {

Result<TorchGraph> learn_teacher(const Recipe& recipe, const Task& task, const ProgressFn& progress, double& accuracy) {
  const NetworkIo io{task.preparation.example, task.classes()};
  MOTE_TRY(Graph network, build_network(recipe.name + "_teacher", *recipe.distil.teacher, io, recipe.train.seed + 1));
  MOTE_TRY(TorchGraph teacher, TorchGraph::create(std::move(network)));
  FitOptions options;
  options.phase = "teacher";
  MOTE_TRY([[maybe_unused]] const FitResult fitted,
           fit(teacher, task.training_set(), task.validation_inputs, recipe.train, progress, options));
  accuracy = share_of_equals(predict(teacher, task.validation_inputs), task.validation_inputs.labels);
  return teacher;
}

Result<passes::PostTrainingOptions> post_training_options(const CompressSpec& spec) {
  passes::PostTrainingOptions options;
  MOTE_TRY(options.calibration.method, passes::parse_calibration(spec.calibration));
  options.calibration.percentile = spec.calibration_percentile;
  options.equalise = spec.equalise;
  options.bias_correction = spec.bias_correction;
  options.adaround = spec.adaround;
  return options;
}

Result<FakeQuantised> learn_quantised(const Recipe& recipe, const Graph& float_graph,
                                      const passes::Calibration& calibration, const Task& task,
                                      const ProgressFn& progress) {
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
  MOTE_TRY(FitResult fitted, fit(graph, task.training_set(), task.validation_inputs, spec, progress, options));
  return FakeQuantised{std::move(graph), std::move(hooks), std::move(fitted)};
}

Result<TorchGraph> prune(const Recipe& recipe, TorchGraph& whole, const Task& task, const ProgressFn& progress,
                         std::vector<PruneRecord>& records) {
  const CompressSpec& spec = recipe.compress;
  const auto accuracy = [&](TorchGraph& graph) {
    return share_of_equals(predict(graph, task.validation_inputs), task.validation_inputs.labels);
  };
  const std::int64_t all = count_macs(whole.graph());
  MOTE_TRY(TorchGraph now, TorchGraph::create(whole.write_back()));
  for (std::int32_t step = 1; step <= spec.prune_steps; ++step) {
    const Graph before = now.write_back();
    const auto groups = find_channel_groups(before);
    const Importance importance = spec.importance == "l1" ? importance_l1(before, groups)
                                  : spec.importance == "batch_norm"
                                      ? importance_batch_norm(before, groups)
                                      : importance_taylor(now, task.training_set(), recipe.train, groups);
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
    MOTE_TRY([[maybe_unused]] const FitResult fitted,
             fit(now, task.training_set(), task.validation_inputs, fine, progress, options));
    record.accuracy_after = accuracy(now);
    records.push_back(record);
  }
  return now;
}

}  // namespace mote
