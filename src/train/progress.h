// What training tells while it runs. Where it stands: `mote train` draws its bar from it; tests count with it. No
// LibTorch here.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mote {

struct EpochRecord {
  std::int32_t epoch = 0;  ///< from 1
  double learning_rate = 0;
  double loss = 0, accuracy = 0;  ///< mean over the epoch's (augmented) training examples
  double validation_loss = 0, validation_accuracy = 0;
  bool classes = true;  ///< false: the network knows no classes, accuracies mean nothing
};

struct Progress {
  std::string phase;       ///< "train", "fine-tune", ...
  std::int32_t epoch = 0;  ///< from 1
  std::int32_t epochs = 0;
  std::int32_t step = 0;  ///< from 1; steps: the epoch is complete and `record` holds its validation too
  std::int32_t steps = 0;
  double loss = 0, accuracy = 0;        ///< mean since the epoch's begin
  bool classes = true;                  ///< as EpochRecord's
  const EpochRecord* record = nullptr;  ///< set at the end of an epoch
};

/// Returns false to stop: the best state so far is kept, as if the epochs were over.
using ProgressFn = std::function<bool(const Progress&)>;

}  // namespace mote
