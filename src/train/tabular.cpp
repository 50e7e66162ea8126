// See tabular.h.
//
//   input -> front end (float)   -> features f32 -> model   = float_graph
//   input -> front end (integer) -> features i8, or the input itself as i16 or i8 -> the same model = int8_graph
#include "train/tabular.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

#include "ops/execute.h"
#include "passes/pipeline.h"
#include "passes/post_training.h"
#include "tabular/fit.h"
#include "tabular/write.h"
#include "train/builder.h"
#include "train/detect.h"
#include "train/front_end.h"
#include "train/steps.h"

namespace mote {
namespace {

/// The input, and the front end behind it, without a model. A front end walks along one channel after the other.
Result<Graph> feature_graph(const Recipe& recipe, const Task& task) {
  GraphBuilder builder(recipe.name, 0);
  Shape shape{1};
  shape.insert(shape.end(), task.preparation.example.begin(), task.preparation.example.end());
  if (shape.size() == 3) shape.insert(shape.begin() + 2, 1);
  TensorId x = builder.input("input", shape);
  if (recipe.front_end.type == "none") return std::move(builder).finish(x);
  if (shape.back() > 1) {
    Attributes attrs;
    attrs.set("perm", std::vector<std::int64_t>{3, 1, 2, 0});
    MOTE_TRY(x, builder.apply("transpose", "channels", x, attrs));
  }
  MOTE_TRY(x, add_front_end(builder, x, recipe.front_end, task.preparation.rate_hz));
  x = builder.reshape("features", x, {1, static_cast<std::int32_t>(element_count(builder.shape(x)))});
  return std::move(builder).finish(x);
}

/// Features in integers: the front end makes int8 ones of int16 signals; without it the input itself is what they are.
Result<Graph> integer_features(const Recipe& recipe, const Task& task, const Graph& features) {
  if (recipe.front_end.type != "none") {
    MOTE_TRY(const passes::Calibration seen,
             passes::calibrate(features, calibration_samples(task, recipe.compress.calibration_examples)));
    passes::QuantizeOptions options;
    options.precision.activations = 16;  // what only hands on the signal keeps its 16 bits
    for (const char* name : {"features", "normalise"})
      for (const Node& node : features.nodes)
        if (node.name == name) options.layers[name] = passes::Precision{};
    return passes::quantize(features, seen, options);
  }
  const InputSet inputs = make_inputs(task.data, task.train, task.preparation.normalisation);
  const auto [low, high] = std::minmax_element(inputs.values.begin(), inputs.values.end());
  Graph graph = features;
  Tensor& input = graph.tensor(graph.inputs[0]);
  const bool wide = recipe.network.tabular.feature_bits == 16;
  input.type = wide ? DType::i16 : DType::i8;
  input.quant =
      wide ? passes::activation_quantization16({*low, *high}) : passes::activation_quantization({*low, *high});
  return graph;
}

void append_reals(const Bytes& bytes, const Tensor& tensor, std::vector<float>& values) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(tensor.elements()); ++i) {
    if (tensor.type == DType::f32) {
      values.push_back(reinterpret_cast<const float*>(bytes.data())[i]);
      continue;
    }
    const std::int32_t q = tensor.type == DType::i16 ? reinterpret_cast<const std::int16_t*>(bytes.data())[i]
                                                     : reinterpret_cast<const std::int8_t*>(bytes.data())[i];
    values.push_back(static_cast<float>(q - tensor.quant.zero_point[0]) * tensor.quant.scale[0]);
  }
}

/// What the graph makes of each input, as the real numbers that it stands for.
Result<FeatureTable> features_of(const Graph& graph, const InputSet& inputs, int classes) {
  const Tensor& in = graph.tensor(graph.inputs[0]);
  const Tensor& out = graph.tensor(graph.outputs[0]);
  FeatureTable table;
  table.features = static_cast<std::int32_t>(out.elements());
  table.classes = classes;
  table.labels = inputs.labels;
  Executor executor(graph);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    MOTE_TRY(const Bytes bytes, encode_input(inputs[i], in));
    append_reals(graph.nodes.empty() ? bytes : executor.run({bytes})[0], out, table.values);
  }
  return table;
}

/// A step of an integer score: eight times what normal examples reach is still told apart.
float score_scale(const Fitted& fitted, const FeatureTable& table) {
  double largest = 1e-6;
  for (const double score : fitted.library(table)) largest = std::max(largest, std::fabs(score));
  return static_cast<float>(8 * largest / 32767);
}

class TabularTrainer {
 public:
  TabularTrainer(const Recipe& recipe, Task task)
      : recipe_(recipe), spec_(recipe.network.tabular), task_(std::move(task)) {}

  Result<TrainResult> run(bool test) {
    const auto begin = std::chrono::steady_clock::now();
    result_.notes = task_.notes;
    summarise_parts(task_, result_);
    MOTE_TRY_VOID(fit());
    result_.train_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    for (const Tensor& tensor : result_.float_graph.tensors)
      if (tensor.is_constant()) result_.parameters += tensor.elements();
    for (const Node& node : result_.float_graph.nodes)
      if (node.op->macs != nullptr) result_.macs += node.op->macs(result_.float_graph, node);
    if (task_.finds_anomalies()) {
      const ScoreFn by_float = [this](const InputSet& inputs) { return predict_scores(result_.float_graph, inputs); };
      MOTE_TRY_VOID(detect_anomalies(by_float, task_, test, result_));
      return std::move(result_);
    }
    MOTE_TRY_VOID(evaluate(test));
    result_.preparation = std::move(task_.preparation);
    return std::move(result_);
  }

 private:
  bool integers() const { return recipe_.compress.quantise != "none"; }

  /// What the model is fitted to.
  Result<FeatureTable> table_of(const InputSet& inputs) const { return features_of(shipped_, inputs, task_.classes()); }

  Result<void> fit() {
    MOTE_TRY(Graph features, feature_graph(recipe_, task_));
    shipped_ = features;
    if (integers()) {
      MOTE_TRY(shipped_, integer_features(recipe_, task_, features));
    }
    MOTE_TRY(const FeatureTable table, table_of(make_inputs(task_.data, task_.train, task_.preparation.normalisation)));
    MOTE_TRY(fitted_, fit_tabular(spec_, table, recipe_.train.seed, recipe_.train.balance > 0));
    result_.float_graph = features;
    MOTE_TRY_VOID(append_model(result_.float_graph, features.outputs[0], fitted_.model));
    MOTE_TRY([[maybe_unused]] const auto records, passes::run(result_.float_graph, Target{}));
    if (!integers()) return {};
    if (std::holds_alternative<LinearModel>(fitted_.model)) return quantise_linear();
    const float scale = is_anomaly(spec_.type) ? score_scale(fitted_, table) : 0.0F;
    result_.int8_graph = shipped_;
    return append_model(*result_.int8_graph, shipped_.outputs[0], fitted_.model, scale);
  }

  /// Layers that the passes know: quantised as a network is.
  Result<void> quantise_linear() {
    passes::PostTrainingOptions options;
    options.quantize.precision.activations = recipe_.front_end.type == "none" ? spec_.feature_bits : 8;
    MOTE_TRY(passes::PostTrained made,
             passes::quantize_after_training(
                 result_.float_graph, calibration_samples(task_, recipe_.compress.calibration_examples), options));
    result_.int8_graph = std::move(made.quantized);
    return {};
  }

  Result<void> evaluate(bool test) {
    const auto judge = [&](const Graph& graph, const InputSet& inputs) -> Result<Evaluation> {
      MOTE_TRY(const std::vector<int> given, predict(graph, inputs));
      return evaluate_predictions(inputs.labels, given, inputs.recording, task_.classes());
    };
    MOTE_TRY(result_.validation_float, judge(result_.float_graph, task_.validation_inputs));
    if (!test) {
      if (result_.int8_graph) {
        MOTE_TRY(result_.validation_int8, judge(*result_.int8_graph, task_.validation_inputs));
      }
      return {};
    }
    // The test part: touched here and nowhere before.
    const InputSet& inputs = result_.test_inputs = task_.test_inputs();
    MOTE_TRY(result_.test_float, judge(result_.float_graph, inputs));
    MOTE_TRY(const std::vector<int> by_float, predict(result_.float_graph, inputs));
    if (result_.int8_graph) {
      MOTE_TRY(result_.test_int8, judge(*result_.int8_graph, inputs));
    }
    MOTE_TRY(const std::vector<int> given,
             predict(result_.int8_graph ? *result_.int8_graph : result_.float_graph, inputs));
    result_.int8_agreement = share_of_equals(given, by_float);
    return compare_with_library(inputs, given);
  }

  Result<void> compare_with_library(const InputSet& inputs, const std::vector<int>& given) {
    MOTE_TRY(const FeatureTable table, table_of(inputs));
    std::vector<int> theirs;
    for (const double c : fitted_.library(table)) theirs.push_back(static_cast<int>(c));
    result_.library_agreement = share_of_equals(given, theirs);
    const auto* trees = std::get_if<TreesModel>(&fitted_.model);
    if (trees != nullptr && trees->votes && *result_.library_agreement < 1)
      return internal_error(fmt::format("the trees decide otherwise than the library on {:.2f} % of the test part",
                                        100 * (1 - *result_.library_agreement)),
                            "network.type");
    return {};
  }

  const Recipe& recipe_;
  const TabularSpec& spec_;
  Task task_;
  Graph shipped_;  ///< from the input to the features that the model is fitted to
  Fitted fitted_;
  TrainResult result_;
};

}  // namespace

Result<TrainResult> train_tabular(const Recipe& recipe, Task task, const TrainControl& control) {
  return TabularTrainer(recipe, std::move(task)).run(control.test);
}

}  // namespace mote
