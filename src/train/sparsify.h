// Unstructured magnitude pruning: small weights become zero for good while the others learn on, more of them from step
// to step (Zhu and Gupta 2017), anywhere or N of every M (Mishra et al. 2021). Where it stands: private to src/train;
// hooks for fit(), as fake quantisation is. What zeros win on a board src/kernels/sparse.cpp knows.
#pragma once

#include <memory>

#include "train/recipe.h"
#include "train/torch_graph.h"

namespace mote {

class Sparsifier {
 public:
  /// For the weights of graph's fully_connected and 1x1 conv2d layers, but for its last. `graph` must outlive it.
  Sparsifier(TorchGraph& graph, const CompressSpec& spec);

  /// Weights that are zero in the graph stay so: for fine-tuning what is sparse already.
  static Sparsifier keeping_zeros(TorchGraph& graph);

  /// Hooks that mask weights before `inner` sees them.
  GraphHooks hooks(GraphHooks inner = {}) const;
  /// The masks at this part of the training, 0 to 1: the share of zeros rises as 1 - (1 - t)^3 and is there at 0.75.
  void at(double done);
  /// Writes the zeros into the graph's weights.
  void apply();
  /// Share of zeros among all weights that may have some.
  double zeros() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace mote
