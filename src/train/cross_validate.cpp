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

const Evaluation& shipped(const FoldResult& fold) { return fold.test_int8 ? *fold.test_int8 : fold.test_float; }

/// All folds' examples counted together.
Evaluation pool(const std::vector<FoldResult>& folds) {
  std::vector<int> labels, given;
  std::vector<std::int32_t> which;
  const std::size_t classes = shipped(folds.front()).confusion.size();
  std::int32_t fold_index = 0;
  for (const FoldResult& fold : folds) {
    for (std::size_t is = 0; is < classes; ++is)
      for (std::size_t called = 0; called < classes; ++called) {
        const auto count = static_cast<std::size_t>(shipped(fold).confusion[is][called]);
        labels.insert(labels.end(), count, static_cast<int>(is));
        given.insert(given.end(), count, static_cast<int>(called));
        which.insert(which.end(), count, fold_index);
      }
    ++fold_index;
  }
  return evaluate_predictions(labels, given, which, static_cast<int>(classes));
}

void summarise(CrossValidation& all) {
  const auto count = static_cast<double>(all.folds.size());
  for (const FoldResult& fold : all.folds) all.mean += shipped(fold).accuracy / count;
  for (const FoldResult& fold : all.folds) all.deviation += std::pow(shipped(fold).accuracy - all.mean, 2);
  all.deviation = count > 1 ? std::sqrt(all.deviation / (count - 1)) : 0;
  all.pooled = pool(all.folds);
}

std::string to_json(const Recipe& recipe, const CrossValidation& all) {
  nlohmann::ordered_json json;
  json["project"] = recipe.name;
  json["seed"] = recipe.train.seed;
  json["accuracy_mean"] = all.mean;
  json["accuracy_deviation"] = all.deviation;
  json["pooled"] = {
      {"examples", all.pooled.examples}, {"accuracy", all.pooled.accuracy}, {"confusion", all.pooled.confusion}};
  for (std::size_t c = 0; c < all.classes.size(); ++c) {
    const ClassMetrics& m = all.pooled.classes[c];
    json["pooled"]["classes"].push_back({{"class", all.classes[c]},
                                         {"examples", m.examples},
                                         {"precision", m.precision},
                                         {"recall", m.recall},
                                         {"f1", m.f1}});
  }
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

Result<CrossValidation> run_cross_validation(const TrainOptions& options, std::size_t folds, const ProgressFn& progress,
                                             const FoldFn& done) {
  MOTE_TRY(const Recipe recipe, read_recipe(options.project));
  if (recipe.anomaly.wanted())
    return unsupported("cross-validation judges by classes, which a project with [anomaly] has not",
                       options.project.string());
  MOTE_TRY(FolderWriter out, FolderWriter::create(options.out));
  MOTE_TRY(const TaskData data, read_task_data(recipe, options.data));
  const auto parts = make_folds(data.data, folds, recipe.split.seed);
  if (parts.size() < 2) return bad_input("has one group alone; there is nothing to leave out", "cross-validation");
  CrossValidation all;
  all.notes = data.notes;
  all.classes = data.data.classes;
  bool stopped = false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    FoldResult fold{parts[i], {}, {}, 0};
    Recipe one = recipe;
    if (!options.data.empty()) one.data.folder = options.data;
    one.split.test = parts[i];
    one.split.validation.clear();
    one.text = with_test_groups(recipe, parts[i]);
    const auto named = [&](const Progress& p) {
      Progress fold_progress = p;
      fold_progress.phase = fmt::format("{} {}", fold_name(fold, i), p.phase);
      stopped = !progress(fold_progress);
      return !stopped;
    };
    MOTE_TRY(const TrainResult result, train(one, data, named, {.check = options.check}));
    if (stopped) return bad_input("was interrupted before all folds were trained", "cross-validation");
    fold.test_float = result.test_float;
    fold.test_int8 = result.test_int8;
    fold.seconds = result.train_seconds;
    MOTE_TRY_VOID(add_training(out, fold_name(fold, i), one, result, options.out));
    if (done) done(fold, i, parts.size());
    all.folds.push_back(std::move(fold));
  }
  summarise(all);
  MOTE_TRY_VOID(out.add("cross_validation.json", to_json(recipe, all)));
  MOTE_TRY_VOID(out.commit());
  return all;
}

}  // namespace mote
