// Fake quantisation: during training every value is what int8 arithmetic will make of it, and gradients pass as if it
// were not. Source: Jacob et al. 2018, section 3; straight-through gradients after Bengio et al. 2013, zero where a
// value saturates. Where it stands: private to src/train; hooks for a TorchGraph. Scales are those that
// passes::quantize chooses, asked of itself.
#pragma once

#include "passes/quantize.h"
#include "train/torch_graph.h"

namespace mote {

/// Hooks for the float graph (batch norm folded, activations fused) with these ranges of its activations. Weights take
/// their scales from their present values, channel by channel; biases, of 32 bits, stay. Errors are those of
/// passes::quantize.
Result<GraphHooks> fake_quantisation(const Graph& float_graph, const passes::Calibration& calibration);

}  // namespace mote
