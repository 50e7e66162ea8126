// A training that was cut off goes on where it was: weights, optimiser, best state and history in one .npz file after
// every epoch. Where it stands: private to src/train; fit() writes and reads it. All randomness is keyed by epoch, so
// the end is the same bit for bit.
#pragma once

#include <ATen/ATen.h>

#include <filesystem>

#include "base/result.h"
#include "train/progress.h"

namespace mote {

struct Checkpoint {
  std::uint64_t fingerprint = 0;     ///< of recipe, data and phase: a checkpoint of something else is refused
  std::vector<EpochRecord> history;  ///< the epochs that are done
  std::int32_t best_epoch = 0;
  double best_loss = 0;
  std::vector<at::Tensor> state, best, optimiser, average;  ///< float32, or float64 for counts
};

/// Appears as a whole or not at all.
Result<void> save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);
/// BadInput: not a checkpoint, or one with another fingerprint; says what to do.
Result<Checkpoint> load_checkpoint(const std::filesystem::path& path, std::uint64_t fingerprint);

}  // namespace mote
