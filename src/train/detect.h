// What a trained score of anomalies is worth: thresholds from the validation part, then areas, alarms and kinds on the
// test part. Where it stands: private to src/train; the end of training for autoencoders and for classical models. No
// LibTorch here.
#pragma once

#include <functional>

#include "train/task.h"
#include "train/trainer.h"

namespace mote {

/// The float model's scores of a set.
using ScoreFn = std::function<Result<std::vector<double>>(const InputSet& inputs)>;

/// Completes `result`, whose int8_graph (if there is one) is scored by the reference, and hands it the task's
/// preparation with the threshold in it. `test` false: the test part is left alone.
Result<void> detect_anomalies(const ScoreFn& by_float, Task& task, bool test, TrainResult& result);

}  // namespace mote
