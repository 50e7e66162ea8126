// Spatial padding goes into the pads of the convolution that reads it: both stand for real 0. Not into pooling, which
// does not count its padding. Exact in int8, where the padded value is the zero point.
//
//   x -> pad(1, 1) -> conv2d(pad 0) -> y    =>    x -> conv2d(pad 1) -> y
#pragma once

#include "ir/graph.h"
#include "ir/target.h"

namespace mote::passes {

/// See above. Internal errors only.
Result<void> fold_pad(Graph& graph, const Target& target);

}  // namespace mote::passes
