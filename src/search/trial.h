// One trial: a candidate trained to a rung of successive halving, in a process of its own (`mote search --trial FILE`),
// so that trials run side by side here or on other machines (python/mote_ray.py). It never sees the test part.
// Where it stands: search.cpp writes specifications and reads results; both are JSON files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace mote::search {

struct TrialSpec {
  std::string project;           ///< text of the candidate's project.toml
  std::filesystem::path file;    ///< of the project it came from: relative paths start there
  std::filesystem::path data;    ///< replaces the project's data folder; empty: does not
  std::filesystem::path folder;  ///< its checkpoint, model and result.json
  std::int32_t epochs = 0;       ///< train until so many of the project's epochs are done
  bool last = false;             ///< the last rung: quantise too
  /// Groups; one network is trained for each, judged by the recordings of these groups and taught by those of all
  /// others. Empty: one network, judged by the project's validation part.
  std::vector<std::vector<std::string>> folds = {};
};

struct TrialResult {
  double accuracy = 0;  ///< on the validation part: int8 on the last rung, else float; the mean of the folds
  double accuracy_float = 0;
  std::vector<double> folds = {};  ///< accuracy of each; empty without them
  double seconds = 0;
  std::string failure;  ///< why there is no accuracy; empty: there is one
};

/// Writes FOLDER/spec.json and returns its path.
Result<std::filesystem::path> write_spec(const TrialSpec& spec);
/// FOLDER/result.json, if it is there and was made for so many epochs.
Result<TrialResult> read_result(const TrialSpec& spec);

/// What `mote search --trial` does: goes on from the folder's checkpoints, and leaves result.json (and model_int8.mir
/// on the last rung; of several folds, the first one's). A training that fails is a result too.
Result<void> run_trial(const std::filesystem::path& spec_file);

}  // namespace mote::search
