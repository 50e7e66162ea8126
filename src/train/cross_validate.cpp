// See cross_validate.h.
#include "train/cross_validate.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "train/task.h"

namespace mote {
namespace {

std::string fold_name(const FoldResult& fold, std::size_t index) {
  return fold.groups.size() == 1 ? fold.groups.front() : fmt::format("fold_{}", index + 1);
}

double accuracy(const FoldResult& fold) { return fold.test_int8 ? fold.test_int8->accuracy : fold.test_float.accuracy; }

void summarise(CrossValidation& all) {
  const auto count = static_cast<double>(all.folds.size());
  for (const FoldResult& fold : all.folds) all.mean += accuracy(fold) / count;
  for (const FoldResult& fold : all.folds) all.deviation += std::pow(accuracy(fold) - all.mean, 2);
  all.deviation = count > 1 ? std::sqrt(all.deviation / (count - 1)) : 0;
}

std::string to_json(const Recipe& recipe, const CrossValidation& all) {
  nlohmann::ordered_json json;
  json["project"] = recipe.name;
  json["seed"] = recipe.train.seed;
  json["accuracy_mean"] = all.mean;
  json["accuracy_deviation"] = all.deviation;
  for (std::size_t i = 0; i < all.folds.size(); ++i) {
    const FoldResult& fold = all.folds[i];
    nlohmann::ordered_json entry{{"fold", fold_name(fold, i)},
                                 {"groups", fold.groups},
                                 {"examples", fold.test_float.examples},
                                 {"float_accuracy", fold.test_float.accuracy}};
    if (fold.test_int8) {
      entry["int8_accuracy"] = fold.test_int8->accuracy;
      entry["int8_confusion"] = fold.test_int8->confusion;
    }
    json["folds"].push_back(std::move(entry));
  }
  return json.dump(2) + "\n";
}

}  // namespace

Result<CrossValidation> run_cross_validation(const TrainOptions& options, std::size_t folds,
                                             const ProgressFn& progress) {
  MOTE_TRY(const Recipe recipe, read_recipe(options.project));
  MOTE_TRY(FolderWriter out, FolderWriter::create(options.out));
  MOTE_TRY(const TaskData data, read_task_data(recipe, options.data));
  const auto parts = make_folds(data.data, folds, recipe.split.seed);
  if (parts.size() < 2) return bad_input("has one group alone; there is nothing to leave out", "cross-validation");
  CrossValidation all;
  all.notes = data.notes;
  bool stopped = false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    FoldResult fold{parts[i], {}, {}, 0};
    Recipe one = recipe;
    one.split.test = parts[i];
    one.split.validation.clear();
    const auto named = [&](const Progress& p) {
      Progress fold_progress = p;
      fold_progress.phase = fmt::format("{} {}", fold_name(fold, i), p.phase);
      stopped = !progress(fold_progress);
      return !stopped;
    };
    MOTE_TRY(const TrainResult result, train(one, data, named));
    if (stopped) return bad_input("was interrupted before all folds were trained", "cross-validation");
    fold.test_float = result.test_float;
    fold.test_int8 = result.test_int8;
    fold.seconds = result.train_seconds;
    MOTE_TRY_VOID(add_training(out, fold_name(fold, i), one, result));
    all.folds.push_back(std::move(fold));
  }
  summarise(all);
  MOTE_TRY_VOID(out.add("cross_validation.json", to_json(recipe, all)));
  MOTE_TRY_VOID(out.commit());
  return all;
}

}  // namespace mote
