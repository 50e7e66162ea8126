// Concats and slices that cost nothing: where the bytes are contiguous, an operand is written straight into its place
// in the concat's buffer, and a slice is read out of its source's. Where it stands: choose_kernels takes all there are,
// fit_ram gives back those that cost RAM (a view keeps all of the whole alive), lay_out makes buffers of them that lie
// within other buffers.
//
//   a, b -> concat -> y        y  [ a ][   b   ]       one buffer, written by those that make a and b
//   x -> slice -> y            x  [    [ y ]   ]       one buffer, read by those that read y
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "ir/op_def.h"
#include "ir/target.h"
#include "plan/plan.h"

namespace mote {

/// By tensor, the one whose bytes it shares from the first on: a reshape's output lives where its input lives.
std::vector<TensorId> homes(const Graph& graph);

/// Every view there can be: no tensor is part of two, none is a constant, offsets are multiples of the target's
/// alignment, and operands of concats are made by steps (model inputs and states have places of their own).
Views find_views(const Graph& graph, const Target& target, const std::vector<std::string>& disabled);

/// Without those of the node.
Views without_views(const Views& views, std::size_t node);

}  // namespace mote
