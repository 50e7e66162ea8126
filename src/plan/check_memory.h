// The independent checker of a memory plan. It shares no code with the planner: it runs the plan on tags instead of
// values.
#pragma once

#include "ir/plan.h"

namespace mote {

/// Internal error naming step and buffers if some read would see another buffer's bytes, if two arguments of one step
/// overlap beyond what the step's kernel allows, if a buffer leaves the arena or its alignment, or if state does not
/// survive two runs.
Result<void> check_memory(const Plan& plan);

}  // namespace mote
