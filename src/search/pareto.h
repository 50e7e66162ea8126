// Which candidates no other one beats. Where it stands: private to src/search.
#pragma once

#include <cstddef>
#include <vector>

namespace mote::search {

/// Objectives, all to be small. Whether `a` is nowhere worse than `b` and somewhere better.
bool dominates(const std::vector<double>& a, const std::vector<double>& b);
/// Indices of the points that none dominates; of equal points the first. In the order given.
std::vector<std::size_t> pareto_front(const std::vector<std::vector<double>>& points);
/// All indices, best first: by how many points dominate each, then by the first objective, then by place.
std::vector<std::size_t> pareto_order(const std::vector<std::vector<double>>& points);

}  // namespace mote::search
