// See train_command.h.
#include "train/train_command.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "data/anomaly_json.h"
#include "data/input_header.h"
#include "ir/graph_file.h"
#include "train/training_log.h"

namespace mote {
namespace {

using nlohmann::ordered_json;

ordered_json evaluation_json(const Evaluation& evaluation, const std::vector<std::string>& classes) {
  ordered_json json;
  json["examples"] = evaluation.examples;
  json["accuracy"] = evaluation.accuracy;
  json["accuracy_95_percent"] = {evaluation.accuracy_low, evaluation.accuracy_high};
  json["balanced_accuracy"] = evaluation.balanced_accuracy;
  ordered_json per_class = ordered_json::array();
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const ClassMetrics& m = evaluation.classes[c];
    per_class.push_back({{"class", classes[c]},
                         {"examples", m.examples},
                         {"precision", m.precision},
                         {"recall", m.recall},
                         {"f1", m.f1}});
  }
  json["classes"] = std::move(per_class);
  json["confusion"] = evaluation.confusion;
  return json;
}

ordered_json history_json(const std::vector<EpochRecord>& records) {
  ordered_json history = ordered_json::array();
  for (const EpochRecord& r : records) {
    ordered_json json{{"epoch", r.epoch}, {"learning_rate", r.learning_rate}, {"loss", r.loss}};
    if (r.classes) json["accuracy"] = r.accuracy;
    json["validation_loss"] = r.validation_loss;
    if (r.classes) json["validation_accuracy"] = r.validation_accuracy;
    history.push_back(std::move(json));
  }
  return history;
}

/// What the figures of the test part say nothing about.
std::string split_note(const Recipe& recipe) {
  const std::string once = "the test part was used once, after training and quantisation";
  const std::string anomalies =
      recipe.anomaly.wanted() ? "anomalies are in the test part alone; the threshold is from the validation part; "
                              : "";
  if (recipe.split.by == "group" || !recipe.split.test.empty())
    return anomalies +
           (recipe.anomaly.wanted() ? "no group's normal recordings stand in two parts; "
                                    : "no group stands in two parts; ") +
           once;
  if (recipe.split.by == "time")
    return anomalies +
           "every recording's end is tested and its beginning learnt (split.by = \"time\"), so these figures " +
           "say nothing of unseen groups; " + once;
  return anomalies +
         "parts share groups (split.by = \"recording\"), so these figures say nothing of unseen groups: see " +
         "cross-validation; " + once;
}

const std::vector<std::string>& evaluated_classes(const TrainResult& result) {
  return result.preparation.anomaly.wanted() ? kAlarmClasses : result.preparation.classes;
}

ordered_json part_json(const PartSummary& part) {
  constexpr std::size_t kMost = 50;  // tens of thousands of photos, each its own group, are not worth a list
  const bool few = part.groups.size() <= kMost;
  return {{"groups", few ? part.groups : std::vector<std::string>{list_of_names(part.groups)}},
          {"group_count", part.groups.size()},
          {"recordings", part.recordings},
          {"examples", part.examples}};
}

/// The test inputs as the model takes them: [examples, the input's shape without its leading 1].
Result<void> write_test_part(const std::filesystem::path& folder, const Graph& graph, const InputSet& set) {
  const Tensor& input = graph.tensor(graph.inputs[0]);
  NpyArray inputs;
  inputs.type = input.type == DType::i8 ? NpyType::i8 : input.type == DType::i16 ? NpyType::i16 : NpyType::f32;
  inputs.shape.assign(input.shape.begin(), input.shape.end());
  inputs.shape.front() = static_cast<std::int64_t>(set.size());
  for (std::size_t i = 0; i < set.size(); ++i) {
    MOTE_TRY(const Bytes bytes, encode_input(set[i], input));
    inputs.data.insert(inputs.data.end(), bytes.begin(), bytes.end());
  }
  MOTE_TRY_VOID(write_npy(folder / "test_inputs.npy", inputs));
  NpyArray labels;
  labels.type = NpyType::i32;
  labels.shape = {static_cast<std::int64_t>(set.size())};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(set.labels.data());
  labels.data.assign(bytes, bytes + set.labels.size() * sizeof(int));
  MOTE_TRY_VOID(write_npy(folder / "test_labels.npy", labels));
  NpyArray recordings = labels;
  bytes = reinterpret_cast<const std::uint8_t*>(set.recording.data());
  recordings.data.assign(bytes, bytes + set.recording.size() * sizeof(std::int32_t));
  return write_npy(folder / "test_recordings.npy", recordings);
}

/// The epochs that metrics.json holds, as a log. It says epochs where a live one says times, so that OUT is
/// reproducible.
Result<void> write_history(const std::filesystem::path& folder, const TrainResult& result) {
  MOTE_TRY(TrainingLog log, TrainingLog::create(folder / "metrics.jsonl", folder / "tensorboard"));
  for (const EpochRecord& r : result.history) log.add("train", r, r.epoch);
  for (const EpochRecord& r : result.qat_history) log.add("quantise", r, r.epoch);
  return {};
}

/// The project as it is to stand in folder `home`: the data folder is named from there.
std::string text_at(const std::filesystem::path& home, const Recipe& recipe) {
  const auto whole = [](const std::filesystem::path& path) {
    return (std::filesystem::absolute(path) / "").lexically_normal();
  };
  const std::filesystem::path data = whole(recipe.data.folder).lexically_proximate(whole(home));
  return with_data_folder(recipe, data.parent_path());
}

}  // namespace

std::string to_json(const Recipe& recipe, const TrainResult& result) {
  const auto& classes = evaluated_classes(result);
  ordered_json json;
  json["project"] = recipe.name;
  json["seed"] = recipe.train.seed;
  json["network"] = recipe.network.type;
  json["parameters"] = result.parameters;
  json["macs"] = result.macs;
  json["classes"] = result.preparation.classes;
  if (recipe.anomaly.wanted())
    json["anomaly"] = {{"normal", recipe.anomaly.normal},
                       {"false_alarm_rate", recipe.anomaly.options.false_alarm_rate}};
  json["split"] = {{"train", part_json(result.train)},
                   {"validation", part_json(result.validation)},
                   {"test", part_json(result.test)},
                   {"note", split_note(recipe)}};
  if (result.unlabelled.examples > 0) json["split"]["unlabelled"] = part_json(result.unlabelled);
  json["input"] = {{"normalise", recipe.data.normalise},
                   {"channels", result.preparation.channels},
                   {"offset", result.preparation.normalisation.offset},
                   {"gain", result.preparation.normalisation.gain}};
  ordered_json limits = ordered_json::object();
  const auto limit = [&limits](const char* name, const auto value) {
    if (value > 0) limits[name] = value;
  };
  limit("accuracy", recipe.limits.accuracy);
  limit("auc", recipe.limits.auc);
  limit("ram_bytes", recipe.limits.ram_bytes);
  limit("flash_bytes", recipe.limits.flash_bytes);
  limit("latency_ms", recipe.limits.latency_ms);
  limit("energy_uj", recipe.limits.energy_uj);
  json["limits"] = std::move(limits);
  json["history"] = history_json(result.history);
  json["best_epoch"] = result.best_epoch;
  json["stopped"] = result.stopped;
  json["validation_float"] = evaluation_json(result.validation_float, classes);
  json["test_float"] = evaluation_json(result.test_float, classes);
  if (result.test_int8) {
    json["test_int8"] = evaluation_json(*result.test_int8, classes);
    if (!recipe.anomaly.wanted()) json["int8_agreement"] = result.int8_agreement;
    json["quantisation"] = recipe.compress.quantise;
  }
  if (result.library_agreement) json["library_agreement"] = *result.library_agreement;
  if (result.detection_float) json["anomaly"]["float"] = to_json(*result.detection_float, result.preparation.classes);
  if (result.detection_int8) json["anomaly"]["int8"] = to_json(*result.detection_int8, result.preparation.classes);
  for (const PruneRecord& r : result.pruning)
    json["pruning"].push_back({{"macs_before", r.macs_before},
                               {"macs_after", r.macs_after},
                               {"validation_accuracy_before", r.accuracy_before},
                               {"validation_accuracy_pruned", r.accuracy_pruned},
                               {"validation_accuracy_after", r.accuracy_after}});
  if (result.zeros) json["zero_weights"] = *result.zeros;
  if (result.validation_teacher) json["validation_accuracy_teacher"] = *result.validation_teacher;
  if (result.float_agreement)
    json["float_agreement"] = {{"examples", result.float_agreement->examples},
                               {"largest_difference", result.float_agreement->largest_difference}};
  if (result.qat_agreement) {
    json["quantise_history"] = history_json(result.qat_history);
    json["quantise_best_epoch"] = result.qat_best_epoch;
    const auto agreement = [&json](const char* name, const Agreement& a) {
      json[name] = {
          {"same_class", a.same_class}, {"same_output", a.same_output}, {"largest_difference", a.largest_difference}};
    };
    agreement("fake_quantisation_agreement", *result.qat_agreement);
    agreement("exact_quantisation_agreement", *result.exact_agreement);
  }
  return json.dump(2) + "\n";
}

Result<void> add_training(FolderWriter& out, const std::filesystem::path& folder, const Recipe& recipe,
                          const TrainResult& result, const std::filesystem::path& home) {
  // This first: it makes the folder.
  MOTE_TRY_VOID(out.add(folder / "preparation.json", to_json(result.preparation)));
  MOTE_TRY_VOID(save_graph(result.float_graph, out.path() / folder / "model_float.mir"));
  if (result.int8_graph) MOTE_TRY_VOID(save_graph(*result.int8_graph, out.path() / folder / "model_int8.mir"));
  const Graph& shipped = result.int8_graph ? *result.int8_graph : result.float_graph;
  MOTE_TRY_VOID(write_test_part(out.path() / folder, shipped, result.test_inputs));
  MOTE_TRY_VOID(write_history(out.path() / folder, result));
  MOTE_TRY_VOID(out.add(folder / "metrics.json", to_json(recipe, result)));
  MOTE_TRY_VOID(out.add(folder / "project.toml", home.empty() ? recipe.text : text_at(home / folder, recipe)));
  MOTE_TRY_VOID(out.add(folder / "input.h", input_header(result.preparation, shipped.tensor(shipped.inputs[0]),
                                                         &shipped.tensor(shipped.outputs[0]))));
  return out.add(folder / "mote.json",
                 fmt::format("{{\"format\": 1, \"kind\": \"training\", \"model\": \"{}\"}}\n", recipe.name));
}

Result<TrainResult> run_train(const TrainOptions& options, const ProgressFn& progress) {
  MOTE_TRY(Recipe recipe, read_recipe(options.project));
  if (!options.data.empty()) recipe.data.folder = options.data;
  MOTE_TRY(FolderWriter out,
           FolderWriter::create(options.out));  // before the long work: is there a place for the result?
  MOTE_TRY(TrainingLog live, TrainingLog::create(options.metrics, options.tensorboard));
  const ProgressFn logged = [&](const Progress& p) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    if (p.record != nullptr) live.add(p.phase, *p.record, std::chrono::duration<double>(now).count());
    return !progress || progress(p);
  };
  TrainControl control;
  control.checkpoint = options.out.string() + ".checkpoint.npz";
  control.resume = options.resume;
  control.check = options.check;
  MOTE_TRY(TrainResult result, train(recipe, options.data, logged, control));
  MOTE_TRY_VOID(add_training(out, "", recipe, result, options.out));
  MOTE_TRY_VOID(out.commit());
  if (std::error_code ignored; result.stopped != "interrupted") std::filesystem::remove(control.checkpoint, ignored);
  return result;
}

}  // namespace mote
