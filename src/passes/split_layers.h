// A layer of whose output channels all readers take slices becomes a slimmer layer for each: nothing is copied, and
// channels that no slice takes are not computed. Only while that multiplies no more. A depthwise layer hands the slices
// on to the convolution before it. Not where the planner reads slices in place anyway (plan/views.h).
//
//   x -> conv2d 32 -> slice channels 0..16 -> y      =>    x -> conv2d 16 -> y
//                  -> slice channels 16..32 -> z           x -> conv2d 16 -> z
#pragma once

#include "ir/graph.h"
#include "ir/target.h"

namespace mote::passes {

/// See above. Internal errors only.
Result<void> split_layers(Graph& graph, const Target& target);

}  // namespace mote::passes
