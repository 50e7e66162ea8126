// Spatial padding goes into the pads of the convolution that reads it: both stand for real 0. Exact in int8, where the
// padded value is the zero point. Into those of max pooling, which leaves its padding out, where no value is below real
// 0, so that a 0 more is never the largest: after relu, or where the zero point is the lowest integer. Not into average
// pooling, which counts.
//
//   x -> pad(1, 1) -> conv2d(pad 0) -> y                =>    x -> conv2d(pad 1) -> y
//   x -> relu -> pad(1, 1) -> max_pool2d(pad 0) -> y    =>    x -> relu -> max_pool2d(pad 1) -> y
#pragma once

#include "ir/graph.h"
#include "ir/target.h"

namespace mote::passes {

/// See above. Internal errors only.
Result<void> fold_pad(Graph& graph, const Target& target);

}  // namespace mote::passes
