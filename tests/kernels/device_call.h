// Calls a device kernel's C code on the host with the fields of a KernelCall, as the emitted project would.
// Field names must agree with the C struct exactly: an unknown or a missing one throws, so a packing mistake cannot
// hide.
#pragma once

#include <span>

#include "kernels/kernel.h"

namespace mote::testing {

/// `arguments`: output pointers, then reads, then scratch if any. Throws std::runtime_error on a kernel or field it
/// does not know.
void call_device(const KernelCall& call, std::span<void* const> arguments);

}  // namespace mote::testing
