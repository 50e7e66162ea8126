// NSGA-II (Deb et al. 2002) by pagmo2 over lists of choices. Where it stands: private to src/search; the only file that
// sees pagmo. Whoever calls it evaluates whole generations at once and says when to stop.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "search/space.h"

namespace mote::search {

struct EvolveOptions {
  std::vector<std::int32_t> sizes;  ///< of each choice
  std::int32_t population = 16;     ///< a multiple of 4, at least 8
  std::int32_t generations = 1000;  ///< at most
  std::uint32_t seed = 1;
  std::int32_t objectives = 4;
};

/// Objectives of each candidate, all to be small; an empty answer ends the search.
using EvaluateFn = std::function<std::vector<std::vector<double>>(const std::vector<Genes>&)>;

/// Deterministic: the same answers lead to the same questions. Internal: pagmo refused the problem.
Result<void> evolve(const EvolveOptions& options, const EvaluateFn& evaluate);

}  // namespace mote::search
