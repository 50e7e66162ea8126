// See pareto.h.
#include "search/pareto.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace mote::search {

bool dominates(const std::vector<double>& a, const std::vector<double>& b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better = better || a[i] < b[i];
  }
  return better;
}

std::vector<std::size_t> pareto_front(const std::vector<std::vector<double>>& points) {
  std::vector<std::size_t> front;
  for (std::size_t i = 0; i < points.size(); ++i) {
    bool beaten = false;
    for (std::size_t j = 0; j < points.size() && !beaten; ++j)
      beaten = dominates(points[j], points[i]) || (j < i && points[j] == points[i]);
    if (!beaten) front.push_back(i);
  }
  return front;
}

std::vector<std::size_t> pareto_order(const std::vector<std::vector<double>>& points) {
  std::vector<std::size_t> beaten_by(points.size(), 0);
  for (std::size_t i = 0; i < points.size(); ++i)
    for (const auto& other : points) beaten_by[i] += dominates(other, points[i]) ? 1U : 0U;
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(beaten_by[a], points[a][0], a) < std::tuple(beaten_by[b], points[b][0], b);
  });
  return order;
}

}  // namespace mote::search
