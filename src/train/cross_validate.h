// How well a recipe does on groups that it has not seen: it is trained as often as there are folds, each time tested on
// the groups that were left out. Where it stands: `mote train --cross-validate`; the models are by-products.
#pragma once

#include "train/train_command.h"

namespace mote {

struct FoldResult {
  std::vector<std::string> groups;  ///< left out
  Evaluation test_float;
  std::optional<Evaluation> test_int8;
  double seconds = 0;
};

struct CrossValidation {
  std::vector<FoldResult> folds;
  double mean = 0, deviation = 0;  ///< of the folds' accuracies: int8, or float where there is no int8 model
  Evaluation pooled;               ///< every example counted once, all folds together
  std::vector<std::string> classes;
  std::vector<std::string> notes;
};

/// Hears of each fold when it is done: `index` from 0, of `count`.
using FoldFn = std::function<void(const FoldResult& fold, std::size_t index, std::size_t count)>;

/// At most `folds` trainings. Every group is a fold of its own if there are no more groups than that. Writes
/// OUT/cross_validation.json and, for each fold, a folder as `mote train` writes it.
Result<CrossValidation> run_cross_validation(const TrainOptions& options, std::size_t folds, const ProgressFn& progress,
                                             const FoldFn& done = {});

}  // namespace mote
