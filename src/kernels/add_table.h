// The int8 add as a table: what searches for cheaper forms of it are held against.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/graph.h"

namespace mote::kernels {

/// What the reference of a verified int8 add gives for every pair of bytes, a in rows from -128, b in columns.
std::vector<std::int32_t> add_table(const Graph& graph, const Node& node);

}  // namespace mote::kernels
