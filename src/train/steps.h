// The steps of making a network smaller that need training: a teacher, channel pruning, quantisation-aware fine-tuning.
// Where it stands: private to src/train; `mote train` goes through those that its project asks for, `mote compress`
// through those that a board needs.
#pragma once

#include "passes/post_training.h"
#include "train/fake_quant.h"
#include "train/fit.h"
#include "train/prune.h"
#include "train/task.h"
#include "train/trainer.h"

namespace mote {

/// The teacher of a distillation: the recipe's big network, trained first like any other, or a trained model.
/// `accuracy` is what it reaches on the validation part. Errors name the file.
Result<Teacher> find_teacher(const Recipe& recipe, const Task& task, const ProgressFn& progress, double& accuracy);

/// What fit() does under a teacher, by [distil]; without one it is plain training.
FitOptions under_teacher(const Teacher& teacher, const DistilSpec& spec);

/// Who and what is in each part of the task's data, into `result`.
void summarise_parts(const Task& task, TrainResult& result);

/// Channels leave in steps, until compress.keep_macs of the cost is left; after each the smaller network, with batch
/// norms in it, learns from the labels and from `teacher`, or, if that is empty, from the network as it was before any
/// left: shortly between the steps, as long as the recipe says after the last. Adds a record for every step.
Result<TorchGraph> prune(const Recipe& recipe, TorchGraph& whole, const Task& task, const Teacher& teacher,
                         const CostFn& cost, const ProgressFn& progress, std::vector<PruneRecord>& records);

/// Small weights become zero while the others learn on, as compress.sparsity and its pattern say (sparsify.h), taught
/// as in prune(). `zeros` is the share of zeros reached, of the weights that may have some.
Result<TorchGraph> sparsify(const Recipe& recipe, TorchGraph& whole, const Task& task, const Teacher& teacher,
                            const ProgressFn& progress, double& zeros);

/// What the recipe asks of post-training quantisation.
Result<passes::PostTrainingOptions> post_training_options(const CompressSpec& spec);

struct FakeQuantised {
  TorchGraph graph;
  FakeQuantiser quantiser;  ///< how it must be run, and its way to integers
  FitResult fitted;
};

/// Quantisation-aware fine-tuning of the float graph from the ranges that calibration found. `teacher` may be empty.
Result<FakeQuantised> learn_quantised(const Recipe& recipe, const passes::PostTrained& from,
                                      const passes::QuantizeOptions& precision, const Task& task,
                                      const Teacher& teacher, const ProgressFn& progress);

}  // namespace mote
