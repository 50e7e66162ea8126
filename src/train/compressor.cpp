// See compressor.h.
#include "train/compressor.h"

#include <fmt/format.h>

#include "passes/pipeline.h"
#include "train/network.h"
#include "train/steps.h"

namespace mote {

struct Compressor::State {
  CompressorOptions options;
  ProgressFn progress;
  Task task;
  TrainResult result;  ///< grows on the way
  Graph original, now;
  double accuracy = 0;  ///< of `now`
  double original_accuracy = 0;
  std::vector<passes::Sample> samples;
  Teacher teacher;  ///< the recipe's, or the original

  Result<double> float_accuracy(const Graph& graph) const {
    if (auto lowered = TorchGraph::create(graph); lowered.ok())
      return share_of_equals(mote::predict(*lowered, task.validation_inputs), task.validation_inputs.labels);
    MOTE_TRY(const std::vector<int> given, mote::predict(graph, task.validation_inputs));
    return share_of_equals(given, task.validation_inputs.labels);
  }

  Result<void> take(Graph graph) {
    MOTE_TRY([[maybe_unused]] const auto records, passes::run(graph, Target{}));
    now = std::move(graph);
    MOTE_TRY(accuracy, float_accuracy(now));
    return {};
  }

  /// Who teaches: found when first needed.
  Result<void> need_teacher() {
    if (teacher) return {};
    if (options.recipe.distil.wanted()) {
      MOTE_TRY(teacher, find_teacher(options.recipe, task, progress, result.validation_teacher.emplace()));
      return {};
    }
    MOTE_TRY(TorchGraph whole, TorchGraph::create(original));
    teacher = owning_teacher(std::move(whole));
    return {};
  }
};

Compressor::Compressor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor::~Compressor() = default;

const Recipe& Compressor::recipe() const { return state_->options.recipe; }
const Graph& Compressor::float_graph() const { return state_->now; }
double Compressor::float_accuracy() const { return state_->accuracy; }
const std::vector<passes::Sample>& Compressor::samples() const { return state_->samples; }

namespace {

Result<void> check_model(const Graph& graph, const Task& task) {
  const Shape& example = task.preparation.example;
  if (graph.inputs.size() != 1 || graph.outputs.size() != 1)
    return bad_input("compress wants a model with one input and one output", graph.name);
  const Tensor& input = graph.tensor(graph.inputs[0]);
  const Tensor& output = graph.tensor(graph.outputs[0]);
  if (input.type != DType::f32 || output.type != DType::f32)
    return bad_input(fmt::format("takes {} and gives {}; compress wants the float model", dtype_name(input.type),
                                 dtype_name(output.type)),
                     graph.name);
  if (input.elements() != element_count(example))
    return bad_input(
        fmt::format("takes {}, an example of the data is {}", shape_text(input.shape), shape_text(example)),
        graph.name);
  if (output.elements() != task.classes())
    return bad_input(fmt::format("gives {} outputs, the data has {} classes", output.elements(), task.classes()),
                     graph.name);
  return {};
}

/// The recipe's network, trained, before any compression; under `teacher`, unless it is empty.
Result<Graph> train_first(const Recipe& recipe, const Task& task, const Teacher& teacher, const ProgressFn& progress,
                          TrainResult& result) {
  MOTE_TRY(Graph network, build_network(recipe.name, recipe.network, network_io(recipe, task), recipe.train.seed));
  MOTE_TRY(TorchGraph learner, TorchGraph::create(std::move(network)));
  FitOptions options = under_teacher(teacher, recipe.distil);
  options.hint_weight = recipe.distil.hints;
  MOTE_TRY(FitResult fitted, fit(learner, task.taught_set(), task.validation_inputs, recipe.train, progress, options));
  result.history = std::move(fitted.history);
  result.best_epoch = fitted.best_epoch;
  result.stopped = std::move(fitted.stopped);
  return learner.write_back();
}

}  // namespace

Result<Compressor> Compressor::create(CompressorOptions options, ProgressFn progress) {
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  state->progress = std::move(progress);
  const Recipe& recipe = state->options.recipe;
  Task& task = state->task;
  if (recipe.anomaly.wanted())
    return unsupported("compress judges by classes; a network that finds anomalies is quantised by mote train",
                       recipe.name);
  MOTE_TRY(task, prepare_task(recipe, state->options.data));
  if (state->options.preparation) {
    const Preparation& trained = *state->options.preparation;
    if (trained.classes != task.preparation.classes)
      return bad_input(fmt::format("the data's classes ({}) are not those of the model ({})",
                                   fmt::join(task.preparation.classes, ", "), fmt::join(trained.classes, ", ")),
                       recipe.name);
    task.preparation.normalisation = trained.normalisation;
    task.validation_inputs = make_inputs(task.data, task.validation, task.preparation.normalisation);
  }
  TrainResult& result = state->result;
  summarise_parts(task, result);
  Graph graph;
  if (state->options.model) {
    MOTE_TRY_VOID(check_model(*state->options.model, task));
    graph = *state->options.model;
  } else {
    if (recipe.distil.wanted()) MOTE_TRY_VOID(state->need_teacher());
    MOTE_TRY(graph, train_first(recipe, task, state->teacher, state->progress, result));
  }
  MOTE_TRY_VOID(state->take(std::move(graph)));
  state->original = state->now;
  state->original_accuracy = state->accuracy;
  state->samples = calibration_samples(task, recipe.compress.calibration_examples);
  return Compressor(std::move(state));
}

Result<double> Compressor::accuracy(const Graph& graph) const {
  MOTE_TRY(const std::vector<int> given, predict(graph, state_->task.validation_inputs));
  return share_of_equals(given, state_->task.validation_inputs.labels);
}

Result<Quantised> Compressor::quantise(const passes::PostTrainingOptions& how) const {
  MOTE_TRY(passes::PostTrained made, passes::quantize_after_training(state_->now, state_->samples, how));
  MOTE_TRY(const double right, accuracy(made.quantized));
  return Quantised{std::move(made.quantized), right};
}

Result<Quantised> Compressor::fine_tune_quantised(const passes::PostTrainingOptions& how) {
  MOTE_TRY_VOID(state_->need_teacher());
  passes::PostTrainingOptions plain = how;  // training moves the weights; what adjusts them afterwards is not needed
  plain.adaround = false;
  plain.bias_correction = false;
  MOTE_TRY(passes::PostTrained made, passes::quantize_after_training(state_->now, state_->samples, plain));
  MOTE_TRY(FakeQuantised fake, learn_quantised(state_->options.recipe, made, how.quantize, state_->task,
                                               state_->teacher, state_->progress));
  MOTE_TRY(Graph graph, fake.quantiser.quantize(fake.graph.write_back()));
  state_->result.qat_history = fake.fitted.history;
  state_->result.qat_best_epoch = fake.fitted.best_epoch;
  MOTE_TRY(const double right, accuracy(graph));
  return Quantised{std::move(graph), right};
}

Result<void> Compressor::prune(double keep, const CostFn& cost) {
  MOTE_TRY_VOID(state_->need_teacher());
  Recipe recipe = state_->options.recipe;
  recipe.compress.keep_macs = keep;
  MOTE_TRY(TorchGraph whole, TorchGraph::create(state_->now));
  MOTE_TRY(const TorchGraph pruned,
           mote::prune(recipe, whole, state_->task, state_->teacher, cost, state_->progress, state_->result.pruning));
  return state_->take(pruned.write_back());
}

Result<double> Compressor::sparsify() {
  MOTE_TRY_VOID(state_->need_teacher());
  MOTE_TRY(TorchGraph whole, TorchGraph::create(state_->now));
  double zeros = 0;
  MOTE_TRY(const TorchGraph sparse,
           mote::sparsify(state_->options.recipe, whole, state_->task, state_->teacher, state_->progress, zeros));
  MOTE_TRY_VOID(state_->take(sparse.write_back()));
  return zeros;
}

Result<void> Compressor::distil() {
  MOTE_TRY_VOID(state_->need_teacher());
  const Recipe& recipe = state_->options.recipe;
  MOTE_TRY(TorchGraph student, TorchGraph::create(state_->now));
  TrainSpec fine = recipe.train;
  fine.epochs = recipe.compress.prune_epochs;
  fine.learning_rate = recipe.compress.prune_learning_rate;
  FitOptions options = under_teacher(state_->teacher, recipe.distil);
  options.phase = "distil";
  options.keep_start = true;
  options.hint_weight = recipe.distil.hints;
  MOTE_TRY([[maybe_unused]] const FitResult fitted,
           fit(student, state_->task.taught_set(), state_->task.validation_inputs, fine, state_->progress, options));
  return state_->take(student.write_back());
}

void Compressor::reset() {
  state_->now = state_->original;
  state_->accuracy = state_->original_accuracy;
  state_->result.pruning.clear();
}

Result<TrainResult> Compressor::finish(const Graph& shipped) const {
  TrainResult result = state_->result;
  const Task& task = state_->task;
  result.float_graph = state_->now;
  for (const Tensor& tensor : result.float_graph.tensors)
    if (tensor.is_constant()) result.parameters += tensor.elements();
  result.macs = count_macs(result.float_graph);
  result.preparation = task.preparation;
  const auto classes_by = [](const InputSet& inputs, const Graph& graph) -> Result<std::vector<int>> {
    auto lowered = graph.tensor(graph.inputs[0]).type == DType::f32 ? TorchGraph::create(graph)
                                                                    : Result<TorchGraph>(unsupported("integer"));
    if (lowered.ok()) return mote::predict(*lowered, inputs);
    return mote::predict(graph, inputs);
  };
  const auto evaluate = [&](const InputSet& inputs, const Graph& graph) -> Result<Evaluation> {
    MOTE_TRY(const std::vector<int> given, classes_by(inputs, graph));
    return evaluate_predictions(inputs.labels, given, inputs.recording, task.classes());
  };
  MOTE_TRY(result.validation_float, evaluate(task.validation_inputs, state_->original));
  result.test_inputs = task.test_inputs();
  MOTE_TRY(result.test_float, evaluate(result.test_inputs, state_->original));
  result.int8_graph = shipped;
  MOTE_TRY(const std::vector<int> by_float, classes_by(result.test_inputs, state_->now));
  MOTE_TRY(const std::vector<int> by_int8, classes_by(result.test_inputs, shipped));
  result.test_int8 =
      evaluate_predictions(result.test_inputs.labels, by_int8, result.test_inputs.recording, task.classes());
  result.int8_agreement = share_of_equals(by_int8, by_float);
  return result;
}

}  // namespace mote
