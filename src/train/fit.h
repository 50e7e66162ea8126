// The training loop: shuffled, augmented batches; loss; gradient step; validation after every epoch; the best state is
// kept. Where it stands: private to src/train; trainer.cpp calls it once for a float model, compression steps call it
// again to fine-tune.
#pragma once

#include "data/batches.h"
#include "data/preparation.h"
#include "train/progress.h"
#include "train/recipe.h"
#include "train/torch_graph.h"

namespace mote {

struct FitResult {
  std::vector<EpochRecord> history;
  std::int32_t best_epoch = 0;  ///< from 1: the one whose weights the graph has now
  std::string stopped;          ///< why before the last epoch; empty: it ran to the end
};

/// Trains `graph` in place. Same graph, data, spec: same bits, whatever the machine's number of cores (the threads are
/// fixed). BadInput: the loss is not a number before one epoch was complete. Later that ends the training with the best
/// state and the reason.
Result<FitResult> fit(TorchGraph& graph, const TrainingSet& set, const InputSet& validation, const TrainSpec& spec,
                      const ProgressFn& progress, const std::string& phase = "train", const GraphHooks& hooks = {});

/// Classes that the graph gives.
std::vector<int> predict(TorchGraph& graph, const InputSet& inputs, const GraphHooks& hooks = {});

}  // namespace mote
