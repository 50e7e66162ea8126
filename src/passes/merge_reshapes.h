// Of reshapes in a row only the last counts.
//
//   x 1x2x2x3 -> reshape 1x12 -> reshape 1x3x4 -> y    =>    x 1x2x2x3 -> reshape 1x3x4 -> y
#pragma once

#include "ir/graph.h"
#include "ir/target.h"

namespace mote::passes {

/// See above. Internal errors only.
Result<void> merge_reshapes(Graph& graph, const Target& target);

}  // namespace mote::passes
