// Cases for the dense kernels of device/cortex_m4: odd pixels, channels that are no multiple of four, windows with
// tails, padding, dilation, clamps, per-channel scales far apart, dead channels.
#pragma once

#include "tests/ops/cases.h"

namespace mote::testing {

std::vector<OpCase> dense_cases();

}  // namespace mote::testing
