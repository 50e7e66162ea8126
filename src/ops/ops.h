// All operators: `ops::conv2d` and so on, and their lookup by name.
// Where it stands: src/ops holds one file an operator; the list is list.inc. No static registration.
#pragma once

#include <span>
#include <string_view>

#include "ir/op_def.h"

namespace mote::ops {

#define MOTE_OP(name) extern const OpDef name;
#include "ops/list.inc"
#undef MOTE_OP

/// Every operator in the order of list.inc (alphabetical).
std::span<const OpDef* const> all();
/// Null if there is no operator of that name. An OpLookup.
const OpDef* find(std::string_view name);

}  // namespace mote::ops
