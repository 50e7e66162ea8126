// A training's epochs as files that other programs follow: JSON lines and TensorBoard events. Where it stands:
// run_train writes one into OUT at the end, and one while training runs where the caller names a place for it.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "base/result.h"
#include "train/progress.h"

namespace mote {

/// {"phase":"train","epoch":1,"learning_rate":...,"loss":...,"accuracy":...,"validation_loss":...,
/// "validation_accuracy":...} and a line end.
std::string json_line(const std::string& phase, const EpochRecord& record);
/// The same numbers under "<phase>/loss" and so on, at step `record.epoch`.
std::string scalar_events(const std::string& phase, const EpochRecord& record, double seconds);

class TrainingLog {
 public:
  /// Either place may be empty: nothing is written there. `events` is a folder. Io: a place cannot be written; said
  /// now, before the long work.
  static Result<TrainingLog> create(const std::filesystem::path& lines, const std::filesystem::path& events);
  /// One epoch; at once on the disk. `seconds` is the time for TensorBoard.
  void add(const std::string& phase, const EpochRecord& record, double seconds);

 private:
  std::ofstream lines_, events_;
};

}  // namespace mote
