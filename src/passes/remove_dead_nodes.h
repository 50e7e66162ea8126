// Removes nodes whose outputs nobody needs, and tensors that nothing uses.
//
//   x -> relu -> y (output)              x -> relu -> y (output)
//   x -> conv2d -> z                =>
#pragma once

#include "ir/graph.h"
#include "ir/target.h"

namespace mote::passes {

/// See above. Internal errors only.
Result<void> remove_dead_nodes(Graph& graph, const Target& target);

}  // namespace mote::passes
