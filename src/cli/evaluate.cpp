// `mote evaluate DIR|MODEL [--data DIR] [--board BOARD]`: how good a trained model is, on the host's reference and on
// the board. DIR is what `mote train` wrote. Without --data the test part that training set aside is taken; with it,
// all of another folder.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "board/measure.h"
#include "cli/measured.h"
#include "cli/model_options.h"
#include "cli/report_json.h"
#include "cli/samples.h"
#include "cli/session.h"
#include "cli/training_page.h"
#include "data/anomaly_json.h"
#include "data/curves.h"
#include "data/metrics.h"
#include "data/preparation.h"
#include "import/import.h"
#include "ops/execute.h"
#include "report/html_report.h"

namespace mote::cli {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

/// What the battery estimate assumes unless told otherwise: a CR2032 coin cell, 3 V, 220 mAh nominal.
constexpr double kBatteryMah = 220;
constexpr double kBatteryVolts = 3.0;

struct Options : ModelOptions {
  std::string data;
  std::string json;
  std::string html;
  double battery_mah = kBatteryMah;
  double per_hour = 0;  ///< inferences; 0: as often as the training's window stride says
};

/// Labelled examples, encoded as the model takes them, and what the metrics need.
struct Examples {
  Bytes inputs;
  std::vector<int> labels;
  std::vector<std::int32_t> recording;
  std::int64_t count = 0;
  std::vector<std::string> classes;  ///< of the labels
};

Result<std::vector<int>> read_integers(const fs::path& path, std::int64_t count) {
  MOTE_TRY(const NpyArray array, read_npy(path));
  if (array.type != NpyType::i32 || array.elements() != count)
    return bad_input(fmt::format("wants {} int32 values; train again", count), path.string());
  const auto values = array.as<std::int32_t>();
  return std::vector<int>(values.begin(), values.end());
}

/// The test part that `mote train` wrote beside the model.
Result<Examples> stored_examples(const fs::path& folder, const Tensor& input, const Preparation& preparation) {
  MOTE_TRY(NpyArray array, read_npy(folder / "test_inputs.npy"));
  if (array.shape.empty() || static_cast<std::int64_t>(array.data.size()) != array.shape[0] * input.bytes())
    return bad_input("does not hold inputs of this model; train again", (folder / "test_inputs.npy").string());
  Examples examples;
  examples.count = array.shape[0];
  examples.inputs = std::move(array.data);
  MOTE_TRY(examples.labels, read_integers(folder / "test_labels.npy", examples.count));
  MOTE_TRY(const std::vector<int> recording, read_integers(folder / "test_recordings.npy", examples.count));
  examples.recording.assign(recording.begin(), recording.end());
  examples.classes = preparation.classes;
  for (const int label : examples.labels)
    if (label < 0 || label >= static_cast<int>(examples.classes.size()))
      return bad_input("holds a label that the model does not know; train again",
                       (folder / "test_labels.npy").string());
  return examples;
}

Result<Examples> encode(const InputSet& set, const Tensor& input) {
  Examples examples{{}, set.labels, set.recording, static_cast<std::int64_t>(set.size()), set.classes};
  for (std::size_t i = 0; i < set.size(); ++i) {
    MOTE_TRY(const Bytes bytes, encode_input(set[i], input));
    examples.inputs.insert(examples.inputs.end(), bytes.begin(), bytes.end());
  }
  return examples;
}

std::vector<int> classes_of(const Bytes& outputs, const Tensor& output, std::int64_t count) {
  std::vector<int> classes;
  const auto each = static_cast<std::size_t>(output.elements());
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    if (output.type == DType::f32) {
      classes.push_back(argmax(std::span(reinterpret_cast<const float*>(outputs.data()) + i * each, each)));
    } else if (output.type == DType::i16) {
      classes.push_back(argmax(std::span(reinterpret_cast<const std::int16_t*>(outputs.data()) + i * each, each)));
    } else {
      classes.push_back(argmax(std::span(reinterpret_cast<const std::int8_t*>(outputs.data()) + i * each, each)));
    }
  }
  return classes;
}

/// The outputs as numbers: probabilities, if the model ends in a softmax.
std::vector<float> scores_of(const Bytes& outputs, const Tensor& output) {
  if (output.type == DType::f32) {
    const auto* values = reinterpret_cast<const float*>(outputs.data());
    return {values, values + outputs.size() / sizeof(float)};
  }
  std::vector<float> scores;
  if (output.type == DType::i16) {
    const auto* steps = reinterpret_cast<const std::int16_t*>(outputs.data());
    for (std::size_t i = 0; i < outputs.size() / sizeof(std::int16_t); ++i)
      scores.push_back(static_cast<float>(steps[i] - output.quant.zero_point[0]) * output.quant.scale[0]);
    return scores;
  }
  for (const std::uint8_t byte : outputs) {
    const auto steps = static_cast<float>(static_cast<std::int8_t>(byte));
    scores.push_back((steps - static_cast<float>(output.quant.zero_point[0])) * output.quant.scale[0]);
  }
  return scores;
}

Bytes reference_outputs(const Graph& graph, const Examples& examples) {
  Executor executor(graph);
  const auto bytes = static_cast<std::size_t>(graph.tensor(graph.inputs[0]).bytes());
  Bytes outputs;
  for (std::size_t i = 0; i < static_cast<std::size_t>(examples.count); ++i) {
    const Bytes result = executor.run({std::span(examples.inputs).subspan(i * bytes, bytes)})[0];
    outputs.insert(outputs.end(), result.begin(), result.end());
  }
  return outputs;
}

/// Wrong answers of each class an hour, as if the other classes' examples came one stride after the other; empty: the
/// data has no rate.
std::vector<double> false_accepts_per_hour(const Evaluation& evaluation, const Preparation& preparation) {
  std::vector<double> rates;
  if (preparation.rate_hz <= 0 || preparation.window == 0) return rates;
  for (std::size_t c = 0; c < evaluation.classes.size(); ++c) {
    std::int64_t wrong = 0;
    for (std::size_t k = 0; k < evaluation.classes.size(); ++k) wrong += k == c ? 0 : evaluation.confusion[k][c];
    const double hours = static_cast<double>(evaluation.examples - evaluation.classes[c].examples) *
                         preparation.stride / preparation.rate_hz / 3600;
    rates.push_back(hours > 0 ? static_cast<double>(wrong) / hours : 0.0);
  }
  return rates;
}

std::string per_class_table(const Evaluation& evaluation, const Curves& curves, const std::vector<double>& per_hour,
                            const std::vector<std::string>& classes) {
  std::string out = fmt::format("{:<24} {:>8} {:>10} {:>8} {:>8} {:>8}{}\n", "class", "examples", "precision", "recall",
                                "F1", "AUC", per_hour.empty() ? "" : "  false/hour");
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const ClassMetrics& m = evaluation.classes[c];
    const bool roc = !curves.classes[c].points.empty();
    out += fmt::format("{:<24} {:>8} {:>10.3f} {:>8.3f} {:>8.3f} {:>8}{}\n", classes[c], m.examples, m.precision,
                       m.recall, m.f1, roc ? fmt::format("{:.4f}", curves.classes[c].area) : "-",
                       per_hour.empty() ? "" : fmt::format(" {:>11.1f}", per_hour[c]));
  }
  return out;
}

/// Everything that is printed and written, in the form that docs/reports.md describes.
class Evaluator {
 public:
  Evaluator(const Options& options, const Session& session) : options_(options), session_(session) {}

  Result<int> run() {
    MOTE_TRY_VOID(open());
    MOTE_TRY_VOID(load_examples());
    MOTE_TRY_VOID(evaluate_host());
    int status = 0;
    if (!options_.board.empty()) {
      MOTE_TRY(status, evaluate_board());
    }
    if (!preparation_.anomaly.wanted())
      session_.say(
          per_class_table(reference_, curves_, false_accepts_per_hour(reference_, preparation_), preparation_.classes));
    if (!options_.json.empty()) MOTE_TRY_VOID(write_text(options_.json, json_.dump(1) + "\n"));
    if (!options_.html.empty()) {
      MOTE_TRY(const std::string page, html_report(json_));
      MOTE_TRY_VOID(write_text(options_.html, page));
      session_.say("report: " + options_.html);
    }
    return status;
  }
  const Json& report() const { return json_; }

 private:
  Result<void> open() {
    std::error_code ec;
    fs::path model = options_.model;
    if (fs::is_directory(model, ec)) {
      folder_ = model;
      model = fs::exists(folder_ / "model_int8.mir", ec) ? folder_ / "model_int8.mir" : folder_ / "model_float.mir";
    } else {
      folder_ = model.parent_path();
    }
    model_ = model;
    MOTE_TRY(graph_, import_file(model));
    MOTE_TRY(const std::string text, read_text(folder_ / "preparation.json"));
    MOTE_TRY(preparation_, parse_preparation(text, (folder_ / "preparation.json").string()));
    if (graph_.inputs.size() != 1 || graph_.outputs.size() != 1)
      return bad_input("evaluate wants a model with one input and one output", model.string());
    return {};
  }

  Result<void> load_examples() {
    const Tensor& input = graph_.tensor(graph_.inputs[0]);
    if (options_.data.empty()) {
      MOTE_TRY(examples_, stored_examples(folder_, input, preparation_));
      return {};
    }
    MOTE_TRY(const InputSet set, read_inputs(options_.data, preparation_));
    MOTE_TRY(examples_, encode(set, input));
    std::error_code ec;
    if (fs::exists(folder_ / "model_float.mir", ec)) {
      MOTE_TRY(const Graph float_graph, import_file(folder_ / "model_float.mir"));
      if (preparation_.anomaly.wanted()) {
        MOTE_TRY(const std::vector<double> scores, predict_scores(float_graph, set));
        float_detection_ = detect(scores);
        return {};
      }
      MOTE_TRY(const std::vector<int> classes, predict(float_graph, set));
      float_ = evaluate_predictions(set.labels, classes, set.recording, class_count());
    }
    return {};
  }

  int class_count() const { return static_cast<int>(preparation_.classes.size()); }

  void say_accuracy(const std::string& what, double accuracy, double low, double high) const {
    session_.say(fmt::format("{:<34}{:6.2f} %  (95 % interval {:.1f} to {:.1f}, over recordings)", what, 100 * accuracy,
                             100 * low, 100 * high));
  }

  Result<void> evaluate_host() {
    outputs_ = reference_outputs(graph_, examples_);
    if (preparation_.anomaly.wanted()) return evaluate_scores();
    const Tensor& output = graph_.tensor(graph_.outputs[0]);
    reference_ = evaluate_predictions(examples_.labels, classes_of(outputs_, output, examples_.count),
                                      examples_.recording, class_count());
    session_.say(
        fmt::format("{} examples{}", examples_.count,
                    options_.data.empty() ? ", the test part that training set aside" : " of " + options_.data));
    json_["model"] = preparation_.model;
    json_["accuracy"] = {
        {"samples", examples_.count}, {"classes", preparation_.classes}, {"confusion", reference_.confusion}};
    Json& accuracy = json_["accuracy"];
    curves_ = curves_of(examples_.labels, scores_of(outputs_, output), class_count());
    add_curves(accuracy);
    std::error_code ec;
    if (float_) {
      say_accuracy("float accuracy", float_->accuracy, float_->accuracy_low, float_->accuracy_high);
      accuracy["float"] = float_->accuracy;
    } else if (fs::exists(folder_ / "metrics.json", ec)) {
      MOTE_TRY(const std::string text, read_text(folder_ / "metrics.json"));
      const Json metrics = Json::parse(text, nullptr, false);
      const Json test = metrics.is_object() && metrics.contains("test_float") ? metrics["test_float"] : Json();
      if (test.is_object() && test.contains("accuracy") && test["accuracy"].is_number()) {
        accuracy["float"] = test["accuracy"];
        const Json interval = test.value("accuracy_95_percent", Json::array({0.0, 0.0}));
        say_accuracy("float accuracy (at training)", test["accuracy"], interval[0], interval[1]);
      }
      if (metrics.is_object()) add_training(metrics);
    }
    const bool is_float = output.type == DType::f32;
    say_accuracy(is_float ? "float reference accuracy" : "int8 reference accuracy", reference_.accuracy,
                 reference_.accuracy_low, reference_.accuracy_high);
    accuracy[is_float ? "float" : "int8"] = reference_.accuracy;
    return {};
  }

  Detection detect(const std::vector<double>& scores) const {
    const AnomalyTask& task = preparation_.anomaly;
    return evaluate_detection(scores, examples_.labels, examples_.recording, task.normal_of(examples_.classes),
                              task.threshold, task.options);
  }

  /// Of the alarms that the bytes of all outputs raise.
  Evaluation alarms_of(const Bytes& outputs) const {
    const AnomalyTask& task = preparation_.anomaly;
    const auto scores = first_elements(graph_.tensor(graph_.outputs[0]), outputs, examples_.labels.size());
    return evaluate_alarms(scores, examples_.labels, examples_.recording, task.normal_of(examples_.classes),
                           task.threshold);
  }

  /// A model that gives a score.
  Result<void> evaluate_scores() {
    const Tensor& output = graph_.tensor(graph_.outputs[0]);
    const std::string type = output.type == DType::f32 ? "float" : "int8";
    const Detection found = detect(first_elements(output, outputs_, examples_.labels.size()));
    reference_ = alarms_of(outputs_);
    session_.say(
        fmt::format("{} examples{}", examples_.count,
                    options_.data.empty() ? ", the test part that training set aside" : " of " + options_.data));
    json_["model"] = preparation_.model;
    json_["accuracy"] = {{"samples", examples_.count}, {"classes", kAlarmClasses}, {"confusion", reference_.confusion}};
    json_["accuracy"][type] = reference_.accuracy;
    if (float_detection_)
      session_.say(fmt::format("float AUC {:.4f}, partial {:.4f}", float_detection_->area.value,
                               float_detection_->partial_area.value));
    session_.say(type + " reference");
    session_.say(detection_table(found, examples_.classes));
    json_["anomaly"] = to_json(found, examples_.classes);
    auc_ = found.area.value;
    std::error_code ec;
    if (!fs::exists(folder_ / "metrics.json", ec)) return {};
    MOTE_TRY(const std::string text, read_text(folder_ / "metrics.json"));
    const Json metrics = Json::parse(text, nullptr, false);
    if (metrics.is_object()) add_training(metrics);
    return {};
  }

  /// Per class figures, ROC curves and reliability, for the report.
  void add_curves(Json& accuracy) const {
    const std::vector<double> per_hour = false_accepts_per_hour(reference_, preparation_);
    for (std::size_t c = 0; c < preparation_.classes.size(); ++c) {
      const ClassMetrics& m = reference_.classes[c];
      Json one = {{"class", preparation_.classes[c]},
                  {"examples", m.examples},
                  {"precision", m.precision},
                  {"recall", m.recall},
                  {"f1", m.f1}};
      if (!per_hour.empty()) one["false_accepts_per_hour"] = per_hour[c];
      const RocCurve& curve = curves_.classes[c];
      if (!curve.points.empty()) {
        one["auc"] = curve.area;
        Json points = Json::array();
        for (const RocCurve::Point& p : curve.points) points.push_back({p.false_rate, p.true_rate});
        accuracy["roc"].push_back({{"class", preparation_.classes[c]}, {"auc", curve.area}, {"points", points}});
      }
      accuracy["per_class"].push_back(std::move(one));
    }
    Json bins = Json::array();
    for (const ReliabilityBin& bin : curves_.bins)
      bins.push_back({{"examples", bin.examples}, {"confidence", bin.confidence}, {"accuracy", bin.accuracy}});
    accuracy["calibration"] = {{"error", curves_.calibration_error}, {"bins", std::move(bins)}};
  }

  static std::string split_sentence(const Json& metrics) {
    std::string text;
    const Json split = metrics.value("split", Json::object());
    for (const char* part : {"train", "unlabelled", "validation", "test"}) {
      if (!split.contains(part) && part == std::string_view("unlabelled")) continue;
      const Json groups = split.contains(part) ? split[part].value("groups", Json::array()) : Json::array();
      std::vector<std::string> names;
      for (const Json& group : groups)
        if (group.is_string()) names.push_back(group);
      text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", part, fmt::join(names, " "));
    }
    return text + "; " + split.value("note", "");
  }

  void add_training(const Json& metrics) {
    Json training = {{"epochs", Json::array()}, {"seed", metrics.value("seed", 0)}, {"split", split_sentence(metrics)}};
    for (const Json& e : metrics.value("history", Json::array())) {
      Json epoch = {{"epoch", e.value("epoch", 0)}};
      for (const auto& [from, to] :
           {std::pair{"loss", "loss"}, std::pair{"accuracy", "accuracy"}, std::pair{"validation_loss", "val_loss"},
            std::pair{"validation_accuracy", "val_accuracy"}})
        if (e.contains(from)) epoch[to] = e[from];
      training["epochs"].push_back(std::move(epoch));
    }
    json_["training"] = std::move(training);
    limits_ = metrics.value("limits", Json::object());
  }

  Result<int> evaluate_board() {
    ModelOptions model = options_;
    model.model = model_.string();
    MOTE_TRY(const ProjectSource source, open_project(model));
    session_.say(fmt::format("running {} examples on the emulated {} ...", examples_.count, source.board.name));
    MOTE_TRY(MeasureResult result,
             measure(source.project, source.board, {examples_.inputs}, build_options(session_), run_options(session_)));
    const Tensor& output = graph_.tensor(graph_.outputs[0]);
    const Evaluation on_board =
        preparation_.anomaly.wanted()
            ? alarms_of(result.run.outputs[0])
            : evaluate_predictions(examples_.labels, classes_of(result.run.outputs[0], output, examples_.count),
                                   examples_.recording, class_count());
    const bool same = same_outputs(result.run.outputs[0]);
    result.report.bit_exact = same;
    say_accuracy((preparation_.anomaly.wanted() ? "right alarms on " : "accuracy on ") + source.board.name,
                 on_board.accuracy, on_board.accuracy_low, on_board.accuracy_high);
    session_.say(same ? fmt::format("the board's {} outputs equal the reference{}", examples_.count,
                                    output.type == DType::f32 ? " within 1e-5" : ", bit for bit")
                      : "the board's outputs DIFFER from the reference; `mote verify` names the layer");
    session_.say(summary(result.report));
    json_["accuracy"]["board"] = on_board.accuracy;
    json_["accuracy"]["bit_exact"] = same;
    add_measurement(source, result.report);
    return same && limits_met_ ? 0 : 1;
  }

  bool same_outputs(const Bytes& board) const {
    const Tensor& output = graph_.tensor(graph_.outputs[0]);
    if (output.type != DType::f32) return board == outputs_;
    const auto* want = reinterpret_cast<const float*>(outputs_.data());
    const auto* got = reinterpret_cast<const float*>(board.data());
    for (std::size_t i = 0; i < board.size() / sizeof(float); ++i)
      if (std::abs(want[i] - got[i]) > 1e-5F * std::max(1.0F, std::abs(want[i]))) return false;
    return true;
  }

  /// Puts the measurement's keys beside those of the accuracy.
  void add_measurement(const ProjectSource& source, const Report& report) {
    Json measured = report_json(source.project, source.board, report);
    measured["model"] = preparation_.model;
    for (auto& [key, value] : measured.items()) json_[key] = std::move(value);
    add_battery(source.board, report);
    add_limits(report);
  }

  void add_battery(const Board& board, const Report& report) {
    if (!board.currents || !report.energy_uj_estimated) return;
    double per_hour = options_.per_hour;
    if (per_hour <= 0) per_hour = preparation_.rate_hz > 0 ? 3600 * preparation_.rate_hz / preparation_.stride : 3600;
    const double hours = battery_life_hours(*report.energy_uj_estimated, per_hour, board.currents->sleep_ua,
                                            options_.battery_mah, kBatteryVolts);
    const std::string basis = fmt::format(
        "{:.0f} inferences an hour, {:.0f} mAh at {:.1f} V, sleep {} uA; sensor, radio and self-discharge left out",
        per_hour, options_.battery_mah, kBatteryVolts, board.currents->sleep_ua);
    session_.say(fmt::format("battery life {:.0f} days (estimate: {})", hours / 24, basis));
    json_["performance"] = {{"battery_days_estimated", hours / 24}, {"battery_assumption", basis}};
  }

  /// What the project demands of itself, against what was measured.
  void add_limits(const Report& report) {
    const auto check = [&](const char* name, const char* unit, std::optional<double> value, bool at_least) {
      if (!limits_.contains(name) || !limits_[name].is_number() || !value) return;
      const double limit = limits_[name];
      const bool met = at_least ? *value >= limit : *value <= limit;
      json_["limits"].push_back({{"name", name}, {"limit", limit}, {"value", *value}, {"unit", unit}, {"met", met}});
      session_.say(
          fmt::format("limit {:<14} {:>10.6g} {:<5} {} {:.6g}", name, *value, unit, met ? "meets" : "MISSES", limit));
      limits_met_ = limits_met_ && met;
    };
    check("accuracy", "", json_["accuracy"]["board"].get<double>(), true);
    check("auc", "", auc_, true);
    check("ram_bytes", "bytes", static_cast<double>(report.ram_bytes), false);
    check("flash_bytes", "bytes", static_cast<double>(report.flash_bytes), false);
    check("latency_ms", "ms", report.latency_ms_estimated, false);
    check("energy_uj", "uJ", report.energy_uj_estimated, false);
  }

  const Options& options_;
  const Session& session_;
  fs::path folder_;
  fs::path model_;
  Graph graph_;
  Preparation preparation_;
  Examples examples_;
  std::optional<Evaluation> float_;
  std::optional<Detection> float_detection_;
  std::optional<double> auc_;  ///< of a score
  Evaluation reference_;
  Curves curves_;  ///< of the reference
  Bytes outputs_;  ///< the reference's, all examples one after another
  Json json_;
  Json limits_ = Json::object();  ///< of the project, by name
  bool limits_met_ = true;
};

}  // namespace

Result<Json> evaluation_report(const fs::path& folder) {
  Options options;
  options.model = folder.string();
  Session quiet;
  quiet.quiet = true;
  Evaluator evaluator(options, quiet);
  MOTE_TRY([[maybe_unused]] const int status, evaluator.run());
  return evaluator.report();
}

void add_evaluate(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, session, "evaluate", "Metrics of a trained model, on the host and on a board",
                                  [options, &session] { return Evaluator(*options, session).run(); });
  options->add_to(*command, "What `mote train` wrote: the folder, or a model in it", false);
  command->add_option("--data", options->data, "Labelled data of the layout that the model was trained on");
  command->add_option("--json", options->json, "Write the report as JSON");
  command->add_option("--html", options->html, "Write the report as one HTML page");
  command->add_option("--battery-mah", options->battery_mah, "Battery for the life estimate")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--per-hour", options->per_hour,
                   "Inferences an hour for the life estimate (default: the window's stride)")
      ->check(CLI::PositiveNumber);
}

}  // namespace mote::cli
