// Float only: batch normalisation goes into the weights and bias of the layer before it, s = gamma / sqrt(variance +
// epsilon). Where there is none that can take it, on a 4-D input, it becomes a 1x1 depthwise convolution, which has an
// int8 form.
//
//   x -> conv2d(w, b) -> batch_norm -> y    =>    x -> conv2d(w * s, (b - mean) * s + beta) -> y
#pragma once

#include "ir/graph.h"
#include "ir/target.h"

namespace mote::passes {

/// See above. Internal errors only.
Result<void> fold_batch_norm(Graph& graph, const Target& target);

}  // namespace mote::passes
