// See anomaly.h.
#include "data/anomaly.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/result.h"
#include "data/random.h"

namespace mote {
namespace {

struct Scored {
  double score = 0;
  bool anomalous = false;
  std::size_t recording = 0;  ///< into the list of its side's recordings
};

struct Areas {
  double whole = 0, partial = 0;
};

/// `sorted`: falling scores. `weight(entry)` is how often the entry counts.
template <typename Weight>
Areas areas_of(std::span<const Scored> sorted, double partial_rate, const Weight& weight) {
  double all[2] = {0, 0};  // normal, anomalous
  for (const Scored& entry : sorted) all[entry.anomalous ? 1 : 0] += weight(entry);
  Areas areas;
  if (all[0] <= 0 || all[1] <= 0) return areas;
  double at[2] = {0, 0};
  for (std::size_t i = 0; i < sorted.size();) {
    double next[2] = {at[0], at[1]};
    const double score = sorted[i].score;
    for (; i < sorted.size() && sorted[i].score == score; ++i)
      next[sorted[i].anomalous ? 1 : 0] += weight(sorted[i]) / all[sorted[i].anomalous ? 1 : 0];
    const double wide = next[0] - at[0];
    areas.whole += wide * (next[1] + at[1]) / 2;
    if (const double inside = std::min(next[0], partial_rate) - at[0]; inside > 0)
      areas.partial += inside * (at[1] + (next[1] - at[1]) * inside / wide / 2);
    at[0] = next[0];
    at[1] = next[1];
  }
  const double chance = partial_rate * partial_rate / 2;
  areas.partial = (1 + (areas.partial - chance) / (partial_rate - chance)) / 2;
  return areas;
}

Interval interval_of(double value, std::vector<double> draws) {
  std::sort(draws.begin(), draws.end());
  return {value, draws[draws.size() * 25 / 1000], draws[draws.size() * 975 / 1000 - 1]};
}

/// Efron's percentile bootstrap, 1000 draws, fixed seed.
void add_areas(std::span<const Scored> sorted, const std::size_t (&recordings)[2], double partial_rate,
               Detection& result) {
  constexpr int kDraws = 1000;
  const Areas found = areas_of(sorted, partial_rate, [](const Scored&) { return 1.0; });
  std::vector<double> whole;
  std::vector<double> partial;
  for (int draw = 0; draw < kDraws; ++draw) {
    std::vector<double> times[2];
    for (std::size_t side = 0; side < 2; ++side) {
      Random random(12345, draw, side);
      times[side].assign(recordings[side], 0);
      for (std::size_t i = 0; i < recordings[side]; ++i)
        times[side][static_cast<std::size_t>(random.below(static_cast<std::int64_t>(recordings[side])))] += 1;
    }
    const Areas drawn =
        areas_of(sorted, partial_rate, [&](const Scored& s) { return times[s.anomalous ? 1 : 0][s.recording]; });
    whole.push_back(drawn.whole);
    partial.push_back(drawn.partial);
  }
  result.area = interval_of(found.whole, std::move(whole));
  result.partial_area = interval_of(found.partial, std::move(partial));
}

ScoreHistogram histogram_of(std::span<const Scored> sorted) {
  constexpr std::size_t kBins = 40;
  ScoreHistogram histogram;
  const double high = sorted.front().score;
  const double low = sorted.back().score;
  // Errors of reconstruction differ by powers of ten, log likelihoods do not.
  histogram.logarithmic = low > 0 && high > 20 * low;
  const auto scale = [&](double score) { return histogram.logarithmic ? std::log(score) : score; };
  const double first = scale(low);
  const double step = high > low ? (scale(high) - first) / kBins : 1.0;
  for (std::size_t i = 0; i <= kBins; ++i) {
    const double edge = first + step * static_cast<double>(i);
    histogram.edges.push_back(histogram.logarithmic ? std::exp(edge) : edge);
  }
  histogram.normal.assign(kBins, 0);
  histogram.anomalous.assign(kBins, 0);
  for (const Scored& entry : sorted) {
    const auto bin = static_cast<std::size_t>(std::max((scale(entry.score) - first) / step, 0.0));
    ++(entry.anomalous ? histogram.anomalous : histogram.normal)[std::min(bin, kBins - 1)];
  }
  return histogram;
}

double share_above(std::span<const Scored> entries, double threshold) {
  const auto above =
      std::count_if(entries.begin(), entries.end(), [&](const Scored& s) { return s.score > threshold; });
  return entries.empty() ? 0.0 : static_cast<double>(above) / static_cast<double>(entries.size());
}

}  // namespace

bool AnomalyTask::is_normal(std::string_view name) const {
  return std::find(normal.begin(), normal.end(), name) != normal.end();
}

std::vector<bool> AnomalyTask::normal_of(std::span<const std::string> classes) const {
  std::vector<bool> of;
  for (const std::string& name : classes) of.push_back(is_normal(name));
  return of;
}

Evaluation evaluate_alarms(std::span<const double> scores, std::span<const int> labels,
                           std::span<const std::int32_t> recording, const std::vector<bool>& normal, double threshold) {
  std::vector<int> is;
  std::vector<int> alarm;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    is.push_back(normal[static_cast<std::size_t>(labels[i])] ? 0 : 1);
    alarm.push_back(scores[i] > threshold ? 1 : 0);
  }
  return evaluate_predictions(is, alarm, recording, 2);
}

double threshold_of(std::span<const double> normal, double rate) {
  if (normal.empty()) return 0;
  std::vector<double> sorted(normal.begin(), normal.end());
  std::sort(sorted.begin(), sorted.end());
  const auto above = static_cast<std::size_t>(std::max(rate, 0.0) * static_cast<double>(sorted.size()));
  return sorted[sorted.size() - 1 - std::min(above, sorted.size() - 1)];
}

Detection evaluate_detection(std::span<const double> scores, std::span<const int> labels,
                             std::span<const std::int32_t> recording, const std::vector<bool>& normal, double threshold,
                             const DetectionOptions& options) {
  MOTE_CHECK(scores.size() == labels.size() && scores.size() == recording.size());
  Detection result;
  result.partial_rate = options.partial_rate;
  result.threshold = threshold;
  std::map<std::int32_t, std::size_t> known[2];
  std::vector<Scored> sides[2];
  std::map<int, std::vector<Scored>> kinds;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const std::size_t side = normal[static_cast<std::size_t>(labels[i])] ? 0 : 1;
    const std::size_t place = known[side].emplace(recording[i], known[side].size()).first->second;
    sides[side].push_back({scores[i], side == 1, place});
    if (side == 1) kinds[labels[i]].push_back(sides[side].back());
  }
  result.normal = static_cast<std::int64_t>(sides[0].size());
  result.anomalous = static_cast<std::int64_t>(sides[1].size());
  result.false_alarms = share_above(sides[0], threshold);
  result.hits = share_above(sides[1], threshold);

  const auto with_normal = [&](const std::vector<Scored>& anomalous) {
    std::vector<Scored> sorted = sides[0];
    sorted.insert(sorted.end(), anomalous.begin(), anomalous.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const Scored& a, const Scored& b) { return a.score > b.score; });
    return sorted;
  };
  const std::vector<Scored> sorted = with_normal(sides[1]);
  if (sorted.empty()) return result;
  result.histogram = histogram_of(sorted);
  for (const auto& [label, entries] : kinds) {
    const Areas areas = areas_of(with_normal(entries), options.partial_rate, [](const Scored&) { return 1.0; });
    result.kinds.push_back(
        {label, static_cast<std::int64_t>(entries.size()), areas.whole, share_above(entries, threshold)});
  }
  if (sides[0].empty() || sides[1].empty()) return result;
  std::vector<RankedExample> ranked;
  for (const Scored& entry : sorted) ranked.push_back({entry.score, entry.anomalous});
  result.curve = roc_curve(std::move(ranked));
  const std::size_t recordings[2] = {known[0].size(), known[1].size()};
  add_areas(sorted, recordings, options.partial_rate, result);
  return result;
}

}  // namespace mote
