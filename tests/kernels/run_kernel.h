// Running one KernelDef on one case on the host, in separate buffers or overlapping as its Overlap allows.
#pragma once

#include "kernels/kernel.h"
#include "tests/ops/cases.h"

namespace mote::testing {

/// The case as the planner shows it to the kernel: int4 weights as int8 ones, unless the kernel reads int4.
OpCase seen_by(const KernelDef& def, const OpCase& test);

/// A host target that has every portable source.
const Target& host_target();

/// The kernel's output with every buffer of its own, each of exact size (so that sanitizers see a byte too much) and
/// unaligned beyond its element type.
Bytes run_apart(const KernelDef& def, const OpCase& test);

/// The kernel's output with the output lying the overlap's `lead` bytes before the first of its inputs, or another (or
/// on it, if only that is allowed). Empty if the kernel allows no overlap with it.
Bytes run_overlapping(const KernelDef& def, const OpCase& test, std::size_t input = 0);

}  // namespace mote::testing
