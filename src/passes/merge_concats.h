// Concats that need not be: one whose output only another reads becomes part of that one, neighbouring slices of one
// tensor become one slice (or the tensor), and operands that an earlier concat has joined already are read from there.
//
//   a, b -> concat -> t;  t, c -> concat -> y       =>    a, b, c -> concat -> y
//   x -> slice 0..2, slice 2..6 -> concat -> y      =>    x -> slice 0..6 -> y
//   a, b -> concat -> t -> ...;  a, b, c -> concat -> y    =>    t, c -> concat -> y
#pragma once

#include "ir/graph.h"
#include "ir/target.h"

namespace mote::passes {

/// See above. Internal errors only.
Result<void> merge_concats(Graph& graph, const Target& target);

}  // namespace mote::passes
