// relu and relu6 become the clamp that the operator before has anyway. For int8 only where both tensors have the same
// quantisation, so that relu rescales nothing and the result is the same bit for bit.
//
//   x -> conv2d -> t -> relu -> y    =>    x -> conv2d(activation relu) -> y
#pragma once

#include "ir/graph.h"
#include "ir/target.h"

namespace mote::passes {

/// See above. Internal errors only.
Result<void> fuse_activation(Graph& graph, const Target& target);

}  // namespace mote::passes
