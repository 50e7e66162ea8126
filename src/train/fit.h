// The training loop: shuffled, augmented batches; loss; gradient step; validation after every epoch; the best state is
// kept. Where it stands: private to src/train; trainer.cpp calls it once for a float model, compression steps call it
// again to fine-tune.
#pragma once

#include <filesystem>

#include "data/batches.h"
#include "data/preparation.h"
#include "train/progress.h"
#include "train/recipe.h"
#include "train/teacher.h"

namespace mote {

struct FitResult {
  std::vector<EpochRecord> history;
  std::int32_t best_epoch = 0;  ///< from 1: the one whose weights the graph has now
  std::string stopped;          ///< why before the last epoch; empty: it ran to the end
};

/// What fit() does besides; the default is plain training.
struct FitOptions {
  std::string phase = "train";  ///< for progress and messages
  GraphHooks hooks = {};        ///< fake quantisation
  bool keep_start = false;  ///< the state at the beginning is a candidate for the best one too: fine-tuning never harms
  Teacher teacher = {};     ///< distillation: its soft targets beside the labels; empty: none
  double teacher_weight = 0.5;  ///< share of the soft loss
  double temperature = 4;
  double label_smoothing = 0;  ///< of the labels under a teacher, in place of the recipe's
  double hint_weight = 0;      ///< of imitating the teacher's features, through a linear map that is learned too
  std::vector<at::Tensor> learned = {};           ///< what the hooks learn besides the graph's parameters
  std::function<void(double done)> on_step = {};  ///< before every step; done: 0 at the first, below 1 at the last
  std::filesystem::path checkpoint = {};          ///< written after every epoch; empty: none
  bool resume = false;                            ///< go on from the checkpoint, if the file is there
  std::int32_t until = 0;                         ///< no further than after so many epochs for now; 0: all of them
  std::filesystem::path features = {};  ///< file that a FeatureBank is read from, or written to if there is none
  std::uint64_t fingerprint = 0;        ///< of what is trained, kept in the checkpoint
};

/// Trains `graph` in place. Same graph, data, spec: same bits, whatever the machine's number of cores (the threads are
/// fixed), resumed or not. BadInput: the loss is not a number before one epoch was complete. Later that ends the
/// training with the best state and the reason.
Result<FitResult> fit(TorchGraph& graph, const TrainingSet& set, const InputSet& validation, const TrainSpec& spec,
                      const ProgressFn& progress, const FitOptions& options = {});

/// The softmax's input when the graph ends in a softmax, since losses want logits; else the graph's output.
TensorId logits_of(const Graph& graph);
/// [batch, shape of graph input 0 without its leading 1].
std::vector<std::int64_t> batch_shape(const Graph& graph, std::int64_t batch);

/// Whether the graph's output is its own loss: the error of a reconstruction.
bool reconstructs(const Graph& graph);

/// Scores that a reconstructing graph gives: its outputs.
std::vector<double> predict_errors(TorchGraph& graph, const InputSet& inputs);

/// Classes that the graph gives.
std::vector<int> predict(TorchGraph& graph, const InputSet& inputs, const GraphHooks& hooks = {});

}  // namespace mote
