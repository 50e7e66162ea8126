// Float only: an added constant vector along the channels goes into the bias.
//
//   x -> conv2d(w, b) -> add(c) -> y    =>    x -> conv2d(w, b + c) -> y
#pragma once

#include "ir/graph.h"
#include "ir/target.h"

namespace mote::passes {

/// See above. Internal errors only.
Result<void> fold_bias(Graph& graph, const Target& target);

}  // namespace mote::passes
