// Fake quantisation: during training every value is what integer arithmetic will make of it, and gradients pass as if
// it were not. Source: Jacob et al. 2018, section 3; straight-through gradients after Bengio et al. 2013, zero where a
// value saturates; learned step sizes after Esser et al. 2020 (LSQ). Where it stands: private to src/train; hooks for a
// TorchGraph. Scales are those that passes::quantize chooses, asked of itself.
#pragma once

#include <map>
#include <memory>

#include "passes/quantize.h"
#include "train/torch_graph.h"

namespace mote {

struct FakeQuantOptions {
  passes::QuantizeOptions quantize = {};
  bool learned_steps = false;  ///< scales of activations and weights are parameters too; zero points stay
};

class FakeQuantiser {
 public:
  /// For the float graph (batch norm folded, activations fused) with these ranges of its activations. Errors are those
  /// of passes::quantize.
  static Result<FakeQuantiser> create(const Graph& float_graph, const passes::Calibration& calibration,
                                      const FakeQuantOptions& options = {});

  /// For TorchGraph::forward and fit(). They refer to this quantiser's tensors, not to itself. Weights take their
  /// scales from their present values, channel by channel, unless they are learned.
  GraphHooks hooks() const;
  /// What learned_steps adds to the parameters: logarithms of scales.
  std::vector<at::Tensor> learned() const;
  /// The integer graph of the trained float graph, in the scales as they are now: what the hooks compute.
  Result<Graph> quantize(const Graph& trained) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace mote
