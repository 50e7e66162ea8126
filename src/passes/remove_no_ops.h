// Removes nodes that only hand on their input: a reshape to the same shape, quantize or relu that changes no value, pad
// by 0, pooling by 1x1, a slice of everything, a concat of one; a transpose that moves only dimensions of 1 becomes a
// reshape. Quantisation must agree bit for bit.
//
//   x 1x4 -> reshape -> y 1x4 -> softmax    =>    x 1x4 -> softmax
#pragma once

#include "ir/graph.h"
#include "ir/target.h"

namespace mote::passes {

/// See above. Internal errors only.
Result<void> remove_no_ops(Graph& graph, const Target& target);

}  // namespace mote::passes
