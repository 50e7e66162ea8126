// Constants of four bits: two a byte, low nibble first, as TFLite stores them. Where it stands: the references and the
// kernels that have no packing of their own work on int4 weights as int8 ones of the same values.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "ir/graph.h"

namespace mote {

/// The elements of an int8 or int4 constant, -8..7 for the latter.
std::vector<std::int8_t> int8_elements(const Tensor& constant);

/// Two elements a byte; every one must lie in -8..7.
std::shared_ptr<const Bytes> pack_int4(std::span<const std::int8_t> elements);

/// The same graph with every int4 constant as an int8 one: kernels and passes that do not know of int4 take it.
/// Constants are shared, so without int4 this copies little.
Graph widen_int4(const Graph& graph);

/// Whether any tensor is int4.
bool has_int4(const Graph& graph);

}  // namespace mote
