// What the planner does beyond choosing kernels, by name, so that each can be left out by
// PlanOptions::disabled_kernels.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace mote {

inline constexpr std::string_view kShareConstants = "share_constants";  ///< equal constants are stored once
inline constexpr std::string_view kOverlaps = "overlaps";         ///< outputs over inputs that die in the same step
inline constexpr std::string_view kRowChains = "row_chains";      ///< layers by bands of rows (plan/rows.h)
inline constexpr std::string_view kConcatViews = "concat_views";  ///< concats in place (plan/views.h)
inline constexpr std::string_view kSliceViews = "slice_views";    ///< slices likewise
inline constexpr std::array kPlanOptimisations = {kShareConstants, kOverlaps, kRowChains, kConcatViews, kSliceViews};

/// Whether this one is not among the names that are left out.
inline bool is_on(std::string_view name, const std::vector<std::string>& disabled) {
  return std::find(disabled.begin(), disabled.end(), name) == disabled.end();
}

}  // namespace mote
