// Cases for the kernels of 3x3 windows and for additions: depthwise of both strides, convolutions of stride 1, scales
// of weights that differ by a factor of up to eight, outputs finer and coarser than usual, halves that are rounded.
#pragma once

#include "tests/ops/cases.h"

namespace mote::testing {

std::vector<OpCase> window_cases();

}  // namespace mote::testing
