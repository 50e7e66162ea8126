// Bias correction: rounding weights and activations moves the mean of a layer's outputs; the bias takes it back
// (Nagel et al. 2019, section 4.2, in the empirical form, from calibration samples).
//
//   y = w x + b      b' = b + E[w x] - E[w' x']      w', x': quantised
//
// Where it stands: after `quantize`, before the passes on the integer graph.
#pragma once

#include "passes/quantize.h"

namespace mote::passes {

/// Changes the biases of `quantized`, which `quantize` made from `float_graph`; a layer without one stays as it is.
Result<void> correct_bias(const Graph& float_graph, Graph& quantized, std::span<const Sample> samples);

}  // namespace mote::passes
