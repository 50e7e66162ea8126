// Computes at compile time what depends on constants alone, by the reference of the operator itself: exact.
//
//   w (constant i8) -> dequantize -> w2 -+        w2 (constant f32) -+
//   x -----------------------------> conv2d   =>  x -----------> conv2d
#pragma once

#include "ir/graph.h"
#include "ir/target.h"

namespace mote::passes {

/// See above. Internal errors only.
Result<void> fold_constants(Graph& graph, const Target& target);

}  // namespace mote::passes
