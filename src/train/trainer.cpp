// See trainer.h.
#include "train/trainer.h"

#include <fmt/format.h>

#include <chrono>
#include <cstring>

#include "ir/op_def.h"
#include "passes/pipeline.h"
#include "passes/quantize.h"
#include "train/detect.h"
#include "train/exact.h"
#include "train/network.h"
#include "train/prune.h"
#include "train/steps.h"
#include "train/tabular.h"

namespace mote {
namespace {

void count_costs(const Graph& graph, TrainResult& result) {
  for (const Tensor& tensor : graph.tensors)
    if (tensor.is_constant()) result.parameters += tensor.elements();
  result.macs = count_macs(graph);
}

/// Of everything that decides the result, for checkpoints; of the project's `text`.
std::uint64_t fingerprint(std::string_view text, const Recipe& recipe, const Dataset& data) {
  std::uint64_t hash = hash_text(text);
  for (const std::string& group : recipe.split.fold) hash = mix64(hash ^ hash_text(group));
  for (const Sample& sample : data.samples) {
    const std::string_view bytes(reinterpret_cast<const char*>(sample.values.data()),
                                 sample.values.size() * sizeof(float));
    hash = mix64(hash ^ hash_text(bytes)) ^ hash_text(sample.group) ^ mix64(static_cast<std::uint64_t>(sample.label));
  }
  return hash;
}

/// The last layer of an autoencoder begins with the mean of what it is to be like as its bias: features are far from 0,
/// and small steps would take long to get there.
void begin_at_mean(TorchGraph& learner, const Task& task) {
  const Graph& graph = learner.graph();
  const Node& error = graph.nodes[static_cast<std::size_t>(graph.producer(graph.outputs[0]))];
  const Node* last = nullptr;
  for (const Node& node : graph.nodes)
    if (node.op->name == "fully_connected") last = &node;
  if (last == nullptr || graph.tensor(last->outputs[0]).elements() != graph.tensor(error.inputs[0]).elements()) return;
  const auto samples = calibration_samples(task, 256);
  at::Tensor batch = at::empty(batch_shape(graph, static_cast<std::int64_t>(samples.size())));
  for (std::size_t i = 0; i < samples.size(); ++i)
    std::memcpy(batch[static_cast<std::int64_t>(i)].data_ptr<float>(), samples[i][0].data(), samples[i][0].size());
  at::NoGradGuard no_grad;
  const at::Tensor mean = error.inputs[0] == graph.inputs[0]
                              ? batch.mean(0)
                              : learner.forward({batch}, false, {}, error.inputs[0])[0].mean(0);
  for (const TorchGraph::Parameter& parameter : learner.parameters())
    if (parameter.id == last->inputs[2]) parameter.value.copy_(mean.flatten());
}

}  // namespace

Result<TrainResult> train(const Recipe& recipe, const std::filesystem::path& folder, const ProgressFn& progress,
                          const TrainControl& control) {
  MOTE_TRY(TaskData data, read_task_data(recipe, folder));
  return train(recipe, std::move(data), progress, control);
}

Result<TrainResult> train(const Recipe& recipe, TaskData data, const ProgressFn& progress,
                          const TrainControl& control) {
  MOTE_TRY(Task task, prepare_task(recipe, std::move(data)));
  if (is_tabular(recipe.network.type)) return train_tabular(recipe, std::move(task), control);
  const NetworkIo io = network_io(recipe, task);
  MOTE_TRY(Graph network, build_network(recipe.name, recipe.network, io, recipe.train.seed));
  if (control.check) MOTE_TRY_VOID(control.check(recipe, network));

  TrainResult result;
  result.notes = task.notes;
  summarise_parts(task, result);

  const InputSet& validation = task.validation_inputs;
  const auto begin = std::chrono::steady_clock::now();
  Teacher teacher;
  if (recipe.distil.wanted()) {
    MOTE_TRY(teacher, find_teacher(recipe, task, progress, result.validation_teacher.emplace()));
  }
  FitOptions options = under_teacher(teacher, recipe.distil);
  options.hint_weight = recipe.distil.hints;
  MOTE_TRY(TorchGraph learner, TorchGraph::create(std::move(network)));
  options.checkpoint = control.checkpoint;
  options.resume = control.resume;
  options.until = control.until;
  options.fingerprint = control.checkpoint.empty() ? 0 : fingerprint(recipe.text, recipe, task.data);
  if (!control.features.empty() && recipe.augment.features.views > 0)
    options.features =
        control.features / fmt::format("{:016x}.npy", fingerprint(text_without_network(recipe), recipe, task.data));
  if (task.finds_anomalies()) begin_at_mean(learner, task);
  MOTE_TRY(FitResult fitted, fit(learner, task.taught_set(), validation, recipe.train, progress, options));
  result.history = std::move(fitted.history);
  result.best_epoch = fitted.best_epoch;
  result.stopped = std::move(fitted.stopped);

  if (recipe.compress.keep_macs < 1) {
    MOTE_TRY(learner, prune(recipe, learner, task, teacher, {}, progress, result.pruning));
  }
  if (recipe.compress.wants_sparsity()) {
    MOTE_TRY(learner, sparsify(recipe, learner, task, teacher, progress, result.zeros.emplace()));
  }
  result.float_graph = learner.write_back();
  MOTE_TRY([[maybe_unused]] const auto records, passes::run(result.float_graph, Target{}));
  count_costs(result.float_graph, result);
  std::optional<FakeQuantised> fake;
  if (recipe.compress.quantise != "none") {
    const auto samples = calibration_samples(task, recipe.compress.calibration_examples);
    MOTE_TRY(const passes::PostTrainingOptions how, post_training_options(recipe.compress));
    MOTE_TRY(passes::PostTrained made, passes::quantize_after_training(result.float_graph, samples, how));
    result.int8_graph = std::move(made.quantized);
    if (recipe.compress.quantise == "qat") {
      MOTE_TRY(fake, learn_quantised(recipe, made, made.quantize, task, teacher, progress));
      result.qat_history = fake->fitted.history;
      result.qat_best_epoch = fake->fitted.best_epoch;
      // If no epoch was better, what post-training quantisation adjusted stays.
      if (fake->fitted.best_epoch == 0 && (how.adaround || how.bias_correction)) {
        fake.reset();
      } else {
        MOTE_TRY(result.int8_graph, fake->quantiser.quantize(fake->graph.write_back()));
      }
    }
  }
  result.train_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  MOTE_TRY(TorchGraph folded, TorchGraph::create(result.float_graph));
  if (task.finds_anomalies()) {
    const ScoreFn by_float = [&](const InputSet& inputs) -> Result<std::vector<double>> {
      return predict_errors(folded, inputs);
    };
    MOTE_TRY_VOID(detect_anomalies(by_float, task, control.test, result));
    return result;
  }
  const auto evaluate = [&](const InputSet& inputs, const std::vector<int>& given) {
    return evaluate_predictions(inputs.labels, given, inputs.recording, task.classes());
  };
  result.validation_float = evaluate(validation, predict(folded, validation));
  if (!control.test) {
    if (result.int8_graph) {
      MOTE_TRY(const std::vector<int> by_int8, predict(*result.int8_graph, validation));
      result.validation_int8 = evaluate(validation, by_int8);
    }
    result.preparation = std::move(task.preparation);
    return result;
  }
  // The test part: touched here and nowhere before.
  result.test_inputs = task.test_inputs();
  const std::vector<int> by_float = predict(folded, result.test_inputs);
  result.test_float = evaluate(result.test_inputs, by_float);
  MOTE_TRY(result.float_agreement, compare_with_reference(folded, result.test_inputs));
  if (result.int8_graph) {
    MOTE_TRY(const std::vector<int> by_int8, predict(*result.int8_graph, result.test_inputs));
    result.test_int8 = evaluate(result.test_inputs, by_int8);
    result.int8_agreement = share_of_equals(by_int8, by_float);
    if (fake) {
      MOTE_TRY(result.qat_agreement,
               compare_outputs(fake->graph, fake->quantiser.hooks(), *result.int8_graph, result.test_inputs));
      const GraphHooks exact = exact_arithmetic(fake->graph.graph(), *result.int8_graph, fake->quantiser.hooks());
      MOTE_TRY(result.exact_agreement, compare_outputs(fake->graph, exact, *result.int8_graph, result.test_inputs));
    }
  }
  result.preparation = std::move(task.preparation);
  return result;
}

}  // namespace mote
