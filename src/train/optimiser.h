// Gradient descent on a TorchGraph's parameters: AdamW (Loshchilov and Hutter 2019) or SGD with Nesterov momentum.
// Where it stands: private to src/train. Our own few lines rather than LibTorch's, so that its state is plain tensors
// for checkpoints.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "train/recipe.h"
#include "train/torch_graph.h"

namespace mote {

class Optimiser {
 public:
  Optimiser(const std::vector<TorchGraph::Parameter>& parameters, const TrainSpec& spec);

  /// One step with the gradients that backward() left, which are then cleared.
  void step(double learning_rate);

  /// Step count and moments, for checkpoints.
  std::vector<at::Tensor> state() const;
  void restore(const std::vector<at::Tensor>& state);

 private:
  std::vector<TorchGraph::Parameter> parameters_;
  TrainSpec spec_;
  std::int64_t steps_ = 0;
  std::vector<at::Tensor> first_, second_;  ///< moments; SGD uses the first alone
};

}  // namespace mote
