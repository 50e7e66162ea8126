// The integer form of biquad, shared by the reference and the compiler of its device kernel.
#pragma once

#include <array>
#include <cstdint>

#include "ir/graph.h"

namespace mote::ops {

/// b0, b1, b2, a1, a2 in Q29.
std::array<std::int32_t, 5> biquad_coefficients(const Attributes& attrs);

}  // namespace mote::ops
