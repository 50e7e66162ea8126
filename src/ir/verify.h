// The verifier: what every pass, importer and parser promises of a Graph. Run after each of them.
#pragma once

#include "ir/op_def.h"

namespace mote {

/// Ok, or the first broken promise, with the node or tensor as its place. It holds of a verified graph that:
/// ids are in range; tensor and node names are unique and non-empty; shapes have 0..8 dimensions, each >= 1, with less
/// than 2^31 elements; constants have as many bytes as type and shape say; scales are finite and > 0 and as many as
/// zero points (one, or as many as the axis is long), zero points lie in the type's range; every tensor has one
/// producer, or is an input or constant; nodes stand in executable order; attributes are those that the operator
/// defines, with legal values; `infer` agrees with the outputs. `code` is what a broken promise is called: BadInput
/// after an importer, Internal after a pass.
Result<void> verify(const Graph& graph, Code code = Code::Internal);

}  // namespace mote
