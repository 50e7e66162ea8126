// The independent checker of a memory plan. It shares no code with the planner: it runs the plan on tags instead of
// values.
#pragma once

#include "ir/plan.h"

namespace mote {

/// Internal error naming step and buffers if some read would see other bytes than those of its tensor, if two arguments
/// of one step overlap beyond what the step's kernel allows, if a buffer leaves the arena or its alignment, or if state
/// does not survive two runs. `graph` is the one that was planned: it says which bytes of concats, slices and reshapes
/// are bytes of other tensors.
Result<void> check_memory(const Plan& plan, const Graph& graph);

}  // namespace mote
