// A trained float model made smaller, step by step, each step judged on the validation part. Where it stands: under
// `mote compress`, which decides on steps and knows what they win on the board; this side trains. No LibTorch here.
#pragma once

#include <memory>

#include "passes/post_training.h"
#include "train/prune.h"
#include "train/trainer.h"

namespace mote {

struct CompressorOptions {
  Recipe recipe;                           ///< data, split, training settings; compress and distil for the steps
  std::filesystem::path data;              ///< replaces the recipe's folder; empty: does not
  std::optional<Graph> model;              ///< float; absent: the recipe's network is trained first
  std::optional<Preparation> preparation;  ///< of the model's training: its normalisation then holds
};

/// An integer graph on the way.
struct Quantised {
  Graph graph;
  double accuracy = 0;  ///< on the validation part
};

class Compressor {
 public:
  /// Reads the data; trains if there is no model. BadInput: the model does not fit the data, or cannot be run.
  static Result<Compressor> create(CompressorOptions options, ProgressFn progress);
  Compressor(Compressor&&) noexcept;
  ~Compressor();

  const Recipe& recipe() const;
  /// The float model as it is now, after the passes.
  const Graph& float_graph() const;
  double float_accuracy() const;
  /// Calibration samples of the training part.
  const std::vector<passes::Sample>& samples() const;
  /// Accuracy of any graph on the validation part.
  Result<double> accuracy(const Graph& graph) const;

  /// Post-training quantisation of the float model as it is now.
  Result<Quantised> quantise(const passes::PostTrainingOptions& how) const;
  /// The same, then quantisation-aware fine-tuning, taught by the model as it came in (or the recipe's teacher).
  Result<Quantised> fine_tune_quantised(const passes::PostTrainingOptions& how);
  /// Channels leave until `keep` of the cost is left, with fine-tuning; the float model is then the smaller one.
  Result<void> prune(double keep, const CostFn& cost);
  /// Weights become zero as the recipe's compress.sparsity says, with fine-tuning; the share of zeros.
  Result<double> sparsify();
  /// The float model learns again, from the recipe's teacher.
  Result<void> distil();
  /// Back to the float model as it came in.
  void reset();

  /// The end: touches the test part, once. What `mote train` would write for these models.
  Result<TrainResult> finish(const Graph& shipped) const;

 private:
  struct State;
  explicit Compressor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mote
