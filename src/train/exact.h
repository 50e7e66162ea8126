// Evaluation of a fake-quantised network in the rounding of integer arithmetic, so that it gives what the chip gives,
// output for output. Fake quantisation in float32 is off by a step now and then: TFLite rounds a scaled sum twice, with
// a multiplier of 31 bits, and float sums are not exact. Where it stands: private to src/train; for evaluation, there
// are no gradients.
#pragma once

#include "train/torch_graph.h"

namespace mote {

/// Hooks on top of `fake` for the graph that `integer` was quantised from: sums of products are made by LibTorch in
/// double, which is exact, from the values that `fake` gives, and scaled as the integer operator does it; operators
/// without weights are the integer ones. Both graphs must outlive the hooks. Nodes are found by name; those that
/// `integer` does not have in int8 stay as they are.
GraphHooks exact_arithmetic(const Graph& trained, const Graph& integer, const GraphHooks& fake);

}  // namespace mote
