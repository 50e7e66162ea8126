// See fit.h.
#include "tabular/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tabular/library.h"

namespace mote {
namespace {

constexpr std::array kClassifiers = {"tree", "forest", "boosted", "knn", "logistic"};
constexpr std::array kAnomalies = {"kmeans", "gmm"};

Result<void> check(const TabularSpec& spec, const FeatureTable& table) {
  if (table.rows() < 2) return bad_input("there are fewer than two examples to learn from", "network.type");
  if (is_anomaly(spec.type)) {
    if (static_cast<std::size_t>(spec.clusters) > table.rows())
      return bad_input(fmt::format("{} clusters of {} examples", spec.clusters, table.rows()), "network.clusters");
    return {};
  }
  const bool alone = std::all_of(table.labels.begin(), table.labels.end(), [&](int l) { return l == table.labels[0]; });
  if (alone) return bad_input("needs examples of two classes at least", "network.type");
  if (spec.type == "forest" && spec.features > table.features)
    return bad_input(fmt::format("cannot draw {} of {} features", spec.features, table.features), "network.features");
  return {};
}

Result<Fitted> fit_checked(const TabularSpec& spec, const FeatureTable& table, std::uint64_t seed, bool balanced) {
  if (spec.type == "kmeans") return fit_centres(spec, table);
  if (spec.type == "gmm") return fit_mixture(spec, table);
  if (spec.type == "knn") return fit_neighbours(spec, table);
  if (spec.type == "logistic") return fit_logistic(spec, table);
  return fit_trees(spec, table, seed, balanced);
}

}  // namespace

bool is_anomaly(const std::string& type) {
  return std::find(kAnomalies.begin(), kAnomalies.end(), type) != kAnomalies.end();
}
bool is_tabular(const std::string& type) {
  return is_anomaly(type) || std::find(kClassifiers.begin(), kClassifiers.end(), type) != kClassifiers.end();
}

Result<Fitted> fit_tabular(const TabularSpec& spec, const FeatureTable& table, std::uint64_t seed, bool balanced) {
  MOTE_TRY_VOID(check(spec, table));
  try {
    cv::setNumThreads(1);  // sums in another order are other bytes
    cv::setRNGSeed(static_cast<int>(seed & 0x7fffffffU));
    return fit_checked(spec, table, seed, balanced);
  } catch (const cv::Exception& error) {
    return internal_error("OpenCV: " + error.err, "network.type");
  }
}

}  // namespace mote
