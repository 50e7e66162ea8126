// Int8 only: of output channels that always have the same value (same weights, bias and scale, from inputs that are the
// same) the layers that read them need one: its weights become the sum of theirs, those of the others 0. What then
// nothing reads, dead_channels removes. Exact: sums of products in 32 bits do not change. A channel is left alone where
// a sum of weights leaves [-127, 127].
//
//   x -> conv2d(w 8x1x1x4) -> t 8 -> conv2d(w 6x1x1x8)      where w[2] = w[5], and biases and scales too
//   => x -> conv2d(w 8x1x1x4) -> t 8 -> conv2d(v 6x1x1x8)   with v[.., 2] = w[.., 2] + w[.., 5], v[.., 5] = 0
#pragma once

#include "ir/graph.h"
#include "ir/target.h"

namespace mote::passes {

/// See above. Internal errors only.
Result<void> duplicate_channels(Graph& graph, const Target& target);

}  // namespace mote::passes
