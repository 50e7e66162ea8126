// What a network is to learn: the data of a project, split and prepared. Where it stands: the first step of training
// and of compression alike; the test part is made into inputs only by whoever ends with it.
#pragma once

#include "data/batches.h"
#include "data/preparation.h"
#include "data/split.h"
#include "passes/quantize.h"
#include "train/network.h"
#include "train/recipe.h"

namespace mote {

/// The recordings of a project, before they are split.
struct TaskData {
  Dataset data;
  std::vector<Sample> spoken;      ///< synthetic speech, for training alone
  std::vector<std::string> notes;  ///< for the user: what was not there
};
Result<TaskData> read_task_data(const Recipe& recipe, const std::filesystem::path& folder);

struct Task {
  Dataset data;
  Split split;
  Examples train, validation, test;
  SplitPart unlabelled;
  Examples taught;  ///< train, and behind it the unlabelled recordings, of which only a teacher has something to say
  Preparation preparation;
  Augmentation augmentation;
  InputSet validation_inputs;
  std::vector<std::string> notes;  ///< TaskData::notes

  int classes() const { return static_cast<int>(data.classes.size()); }
  bool finds_anomalies() const { return preparation.anomaly.wanted(); }
  /// What fit() learns from. It refers to this task.
  TrainingSet training_set() const { return {data, train, preparation.normalisation, augmentation}; }
  /// Likewise, under a teacher.
  TrainingSet taught_set() const { return {data, taught, preparation.normalisation, augmentation}; }
  InputSet test_inputs() const { return make_inputs(data, test, preparation.normalisation); }
};

/// Reads, splits and normalises; `folder` replaces the recipe's data folder unless empty. Errors name file or setting.
Result<Task> prepare_task(const Recipe& recipe, const std::filesystem::path& folder);
Result<Task> prepare_task(const Recipe& recipe, TaskData data);

/// What a network for this task must look like at its ends.
NetworkIo network_io(const Recipe& recipe, const Task& task);

/// A number of training inputs, evenly spread, as bytes for the passes.
std::vector<passes::Sample> calibration_samples(const Task& task, std::int32_t wanted);

/// Share of places at which both lists hold the same.
double share_of_equals(const std::vector<int>& a, const std::vector<int>& b);

}  // namespace mote
