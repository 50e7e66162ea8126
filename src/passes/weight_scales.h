// Weights in given scales instead of those of their largest magnitudes: what learned step sizes, or a search for the
// least error, ask for. Where it stands: right after `quantize`.
#pragma once

#include "passes/quantize.h"

namespace mote::passes {

/// By name of the layer: a scale for each output channel.
using WeightScales = std::map<std::string, std::vector<float>, std::less<>>;

/// Rounds weights (saturating) and biases of `quantized`, which `quantize` made from `float_graph`, anew. A scale that
/// the channel's bias does not fit stays as it was. Layers without an entry stay as they are.
Result<void> use_weight_scales(const Graph& float_graph, Graph& quantized, const WeightScales& scales);

/// For every layer whose weights have 4 bits: the scales with the least squared error of the weights themselves.
/// Clipping the largest pays there; with 8 bits it does not.
WeightScales least_error_scales(const Graph& float_graph, const Graph& quantized);

}  // namespace mote::passes
