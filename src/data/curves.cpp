// See curves.h.
#include "data/curves.h"

#include <algorithm>
#include <cmath>

namespace mote {
namespace {

RocCurve roc_of(std::span<const int> labels, std::span<const float> scores, std::size_t classes, std::size_t which) {
  std::vector<RankedExample> examples;
  for (std::size_t i = 0; i < labels.size(); ++i)
    examples.push_back({static_cast<double>(scores[i * classes + which]), labels[i] == static_cast<int>(which)});
  return roc_curve(std::move(examples));
}

}  // namespace

RocCurve roc_curve(std::vector<RankedExample> entries) {
  const auto own =
      static_cast<double>(std::count_if(entries.begin(), entries.end(), [](const RankedExample& e) { return e.own; }));
  const double others = static_cast<double>(entries.size()) - own;
  RocCurve curve;
  if (own == 0 || others == 0) return curve;
  std::stable_sort(entries.begin(), entries.end(),
                   [](const RankedExample& a, const RankedExample& b) { return a.score > b.score; });
  constexpr double kStep = 0.01;  // finer is not seen
  RocCurve::Point at;
  curve.points.push_back(at);
  for (std::size_t i = 0; i < entries.size();) {
    RocCurve::Point next = at;
    const double score = entries[i].score;
    for (; i < entries.size() && entries[i].score == score; ++i)
      (entries[i].own ? next.true_rate : next.false_rate) += 1 / (entries[i].own ? own : others);
    curve.area += (next.false_rate - at.false_rate) * (next.true_rate + at.true_rate) / 2;
    at = next;
    const RocCurve::Point& drawn = curve.points.back();
    if (i == entries.size()) at = {1, 1};
    if (i == entries.size() || at.false_rate - drawn.false_rate + at.true_rate - drawn.true_rate >= 2 * kStep)
      curve.points.push_back(at);
  }
  return curve;
}

Curves curves_of(std::span<const int> labels, std::span<const float> scores, int classes) {
  constexpr std::size_t kBins = 10;
  const auto count = static_cast<std::size_t>(classes);
  Curves curves;
  for (std::size_t c = 0; c < count; ++c) curves.classes.push_back(roc_of(labels, scores, count, c));
  curves.bins.resize(kBins);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = scores.subspan(i * count, count);
    const auto largest = std::max_element(row.begin(), row.end());
    const double confidence = std::clamp(static_cast<double>(*largest), 0.0, 1.0);
    ReliabilityBin& bin = curves.bins[std::min(static_cast<std::size_t>(confidence * kBins), kBins - 1)];
    ++bin.examples;
    bin.confidence += confidence;
    bin.accuracy += largest - row.begin() == labels[i] ? 1 : 0;
  }
  for (ReliabilityBin& bin : curves.bins) {
    if (bin.examples == 0) continue;
    const auto all = static_cast<double>(bin.examples);
    bin.confidence /= all;
    bin.accuracy /= all;
    curves.calibration_error += std::fabs(bin.confidence - bin.accuracy) * all / static_cast<double>(labels.size());
  }
  return curves;
}

}  // namespace mote
