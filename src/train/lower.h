// A float Graph run by LibTorch. Where it stands: the trainer's engine behind a face without LibTorch types; the tests
// hold it against the reference executor, operator by operator.
#pragma once

#include <vector>

#include "ir/graph.h"

namespace mote {

/// One inference: `inputs[i]` has as many values as graph input i. Unsupported: a node that LibTorch does not run here,
/// or integers.
Result<std::vector<std::vector<float>>> run_with_torch(const Graph& graph,
                                                       const std::vector<std::vector<float>>& inputs);

/// What one constant of the graph does to the outputs.
struct Gradient {
  TensorId constant = kNoTensor;
  std::vector<float> values;  ///< as many as the constant has
};

/// Gradients of sum(output 0 * weights) by every constant that learns, for one inference.
Result<std::vector<Gradient>> gradients_with_torch(const Graph& graph, const std::vector<std::vector<float>>& inputs,
                                                   const std::vector<float>& weights);

}  // namespace mote
