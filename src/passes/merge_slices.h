// A slice reads as far back as it can: of a slice, of one operand of a concat, or of what was padded. A slice that
// takes whole operands of a concat becomes a smaller concat, one that takes everything goes.
//
//   x -> slice 2..8 -> slice 1..3 -> y           =>    x -> slice 3..5 -> y
//   a 1x4, b 1x4 -> concat -> slice 5..7 -> y    =>    b -> slice 1..3 -> y
#pragma once

#include "ir/graph.h"
#include "ir/target.h"

namespace mote::passes {

/// See above. Internal errors only.
Result<void> merge_slices(Graph& graph, const Target& target);

}  // namespace mote::passes
