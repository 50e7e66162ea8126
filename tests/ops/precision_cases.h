// The int8 cases of cases.h in other precisions: int16 activations (16x8), int4 weights, both.
#pragma once

#include <optional>

#include "tests/ops/cases.h"

namespace mote::testing {

/// The int8 case with int16 activations of the same reals, 256 times as fine; nothing for a case that is not int8.
/// Biases become int64, or (conv2d and fully_connected, now and then, where the sums fit) int32.
std::optional<OpCase> int16_case(const OpCase& test);

/// With weights of four bits, 16 times as coarse; nothing without int8 weights. Activations stay.
std::optional<OpCase> int4_case(const OpCase& test);

/// Both of every written case and of random cases, and conversions between int8 and int16.
const std::vector<OpCase>& precision_cases();

}  // namespace mote::testing
