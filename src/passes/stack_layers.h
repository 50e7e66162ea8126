// Layers of one kind, geometry and input whose outputs stand side by side in a concat of channels become one layer with
// all their weights: what they compute is written where it belongs, the input is read once, and every channel keeps its
// own scale.
//
//   x -> conv2d 8 -> a;  x -> conv2d 24 -> b;  a, b -> concat -> y    =>    x -> conv2d 32 -> y
#pragma once

#include "ir/graph.h"
#include "ir/target.h"

namespace mote::passes {

/// See above. Internal errors only.
Result<void> stack_layers(Graph& graph, const Target& target);

}  // namespace mote::passes
