// What the planner does beyond choosing kernels, by name, so that each can be left out by
// PlanOptions::disabled_kernels.
#pragma once

#include <array>
#include <string_view>

namespace mote {

inline constexpr std::string_view kShareConstants = "share_constants";  ///< equal constants are stored once
inline constexpr std::array kPlanOptimisations = {kShareConstants};

}  // namespace mote
