// All device kernels that the compiler knows: `kernels::conv2d_s8` and so on. The list is list.inc; no static
// registration.
#pragma once

#include "kernels/kernel.h"

namespace mote::kernels {

#define MOTE_KERNEL(name) extern const KernelDef name;
#include "kernels/list.inc"
#undef MOTE_KERNEL

/// What copies one operand of a concat with one row to its place in the output, where the others stand already.
KernelCall concat_operand(const Graph& graph, const Node& node, std::size_t operand);

/// Every kernel in the order of list.inc.
std::span<const KernelDef* const> all();

}  // namespace mote::kernels
