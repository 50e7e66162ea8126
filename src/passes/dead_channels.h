// Int8 only: removes channels that need not be computed, because they have the same value whatever the input (no
// weights, or always clamped), or because nothing reads them. The layer that makes them gets fewer outputs, the layers
// between fewer channels, and the layer that reads them fewer inputs, with weight * (value - zero point) in its bias.
// Exact: same outputs, bit for bit.
//
//   x -> conv2d(w 8x1x1x4) -> t 8 -> depthwise_conv2d -> u 8 -> conv2d(w 6x1x1x8, b)
//     where t[3] is always -128 and u[3] therefore always 5
//   => x -> conv2d(w 7x1x1x4) -> t 7 -> depthwise_conv2d -> u 7 -> conv2d(w 6x1x1x7, b + w[3] * (5 - zero point))
//
// At borders a depthwise layer sees padding, that is the zero point, so a channel constant before it may not be after
// it; channel_intervals.h decides that for each kind of position. Where a value differs from one position to another,
// it is kept.
#pragma once

#include "ir/graph.h"
#include "ir/target.h"

namespace mote::passes {

/// See above. Internal errors only.
Result<void> dead_channels(Graph& graph, const Target& target);

}  // namespace mote::passes
