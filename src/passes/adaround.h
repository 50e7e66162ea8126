// AdaRound: which weights to round up and which down, so that a layer's outputs, not its weights, come out nearest
// (Nagel et al. 2020). The objective is the paper's: |w x - w' x'|^2 over calibration samples, each weight going to one
// of its two neighbours; it is solved for each output channel by coordinate descent on the quadratic form, which needs
// no learning rate and always ends.
// Where it stands: after `quantize`, before the passes on the integer graph. It does what correct_bias does too.
#pragma once

#include "passes/quantize.h"

namespace mote::passes {

/// Changes weights (by one step at most) and biases of `quantized`, which `quantize` made from `float_graph`.
Result<void> adaround(const Graph& float_graph, Graph& quantized, std::span<const Sample> samples);

}  // namespace mote::passes
