// Walks a quantised graph layer by layer together with the float graph it was made from, so that each layer can be
// adjusted to the inputs that the layers before it, already adjusted, really give.
// Where it stands: under correct_bias and adaround, after `quantize`.
#pragma once

#include <functional>

#include "passes/quantize.h"

namespace mote::passes {

/// A weighted layer (conv2d, depthwise_conv2d, fully_connected) in both graphs. Inputs: one vector of real values a
/// sample.
struct LayerPair {
  const Graph& float_graph;
  const Node& float_node;
  Graph& quantized;
  std::size_t node = 0;                          ///< in `quantized`
  const std::vector<std::vector<float>>& exact;  ///< what the float layer gets
  const std::vector<std::vector<float>>& given;  ///< what the quantised layer gets
};

/// Calls `adjust` on every weighted layer, in order; it may replace the data of the layer's weights and bias. Samples
/// are those of the float graph. Cost: one run of each graph a sample.
Result<void> walk_layers(const Graph& float_graph, Graph& quantized, std::span<const Sample> samples,
                         const std::function<Result<void>(const LayerPair&)>& adjust);

}  // namespace mote::passes
