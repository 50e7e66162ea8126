// See trial.h.
#include "search/trial.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "ir/graph_file.h"
#include "train/task.h"
#include "train/trainer.h"

namespace mote::search {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

Result<json> read_json(const fs::path& path) {
  MOTE_TRY(const std::string text, read_text(path));
  json parsed = json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return bad_input("is no JSON", path.string());
  return parsed;
}

Result<TrialSpec> read_spec(const fs::path& path) {
  MOTE_TRY(const json spec, read_json(path));
  try {
    return TrialSpec{spec.at("project"),
                     spec.at("file").get<std::string>(),
                     spec.at("data").get<std::string>(),
                     spec.at("folder").get<std::string>(),
                     spec.at("epochs"),
                     spec.at("last"),
                     spec.at("folds")};
  } catch (const json::exception& error) {
    return bad_input(error.what(), path.string());
  }
}

/// One network, or one a fold. A training that fails ends it, and is told in `result`.
Result<void> train_all(const TrialSpec& spec, Recipe recipe, const TaskData& data, TrialResult& result) {
  const std::size_t trainings = std::max<std::size_t>(1, spec.folds.size());
  for (std::size_t i = 0; i < trainings; ++i) {
    fs::path folder = spec.folder;
    if (!spec.folds.empty()) {
      recipe.split.fold = spec.folds[i];
      folder /= "fold_" + std::to_string(i + 1);
      std::error_code ec;
      fs::create_directories(folder, ec);
    }
    TrainControl control;
    control.checkpoint = folder / "checkpoint.npz";
    control.resume = true;
    control.until = spec.epochs;
    control.features = spec.folder.parent_path() / "features";
    control.test = false;
    const auto trained = train(recipe, data, {}, control);
    if (!trained) {
      result = {};
      result.failure = trained.error().to_string();
      return {};
    }
    const double by_float = trained->validation_float.accuracy;
    const double accuracy = trained->validation_int8 ? trained->validation_int8->accuracy : by_float;
    result.accuracy_float += by_float / static_cast<double>(trainings);
    result.accuracy += accuracy / static_cast<double>(trainings);
    if (!spec.folds.empty()) result.folds.push_back(accuracy);
    if (spec.last && i == 0 && trained->int8_graph)
      MOTE_TRY_VOID(save_graph(*trained->int8_graph, spec.folder / "model_int8.mir"));
  }
  return {};
}

}  // namespace

Result<fs::path> write_spec(const TrialSpec& spec) {
  std::error_code ec;
  fs::create_directories(spec.folder, ec);
  const json text = {{"project", spec.project},    {"file", spec.file.string()},
                     {"data", spec.data.string()}, {"folder", spec.folder.string()},
                     {"epochs", spec.epochs},      {"last", spec.last},
                     {"folds", spec.folds}};
  const fs::path path = spec.folder / "spec.json";
  MOTE_TRY_VOID(write_text(path, text.dump(1) + "\n"));
  return path;
}

Result<TrialResult> read_result(const TrialSpec& spec) {
  const fs::path path = spec.folder / "result.json";
  MOTE_TRY(const json result, read_json(path));
  try {
    if (result.at("epochs") != spec.epochs) return tool_failed("is of another rung", path.string());
    return TrialResult{result.at("accuracy"), result.at("accuracy_float"), result.at("folds"), result.at("seconds"),
                       result.at("failure")};
  } catch (const json::exception& error) {
    return bad_input(error.what(), path.string());
  }
}

Result<void> run_trial(const fs::path& spec_file) {
  MOTE_TRY(const TrialSpec spec, read_spec(spec_file));
  MOTE_TRY(Recipe recipe, parse_recipe(spec.project, spec.file));
  if (!spec.last) recipe.compress.quantise = "none";
  recipe.speech.keep = spec.folder.parent_path() / "speech";  // all trials hear the same
  const auto begin = std::chrono::steady_clock::now();
  TrialResult result;
  if (auto data = read_task_data(recipe, spec.data); !data)
    result.failure = data.error().to_string();
  else
    MOTE_TRY_VOID(train_all(spec, std::move(recipe), *data, result));
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const json text = {{"epochs", spec.epochs}, {"accuracy", result.accuracy}, {"accuracy_float", result.accuracy_float},
                     {"folds", result.folds}, {"seconds", result.seconds},   {"failure", result.failure}};
  return write_text(spec.folder / "result.json", text.dump(1) + "\n");
}

}  // namespace mote::search
