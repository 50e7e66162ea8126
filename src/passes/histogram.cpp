// See histogram.h.
#include "passes/histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mote::passes {
namespace {

constexpr int kLevels = 256;
constexpr int kGrid = 128;  ///< candidates for each end of a range

}  // namespace

Histogram::Histogram(Range whole) : counts_(kBins, 0) {
  low_ = std::min(0.0, double{whole.min});
  const double high = std::max(0.0, double{whole.max});
  width_ = std::max(high - low_, 1e-30) / kBins;
  zero_ = std::clamp(static_cast<int>(-low_ / width_), 0, kBins - 1);
}

void Histogram::add(std::span<const float> values) {
  for (const float v : values) {
    if (v == 0.0F) continue;
    const int bin = static_cast<int>((double{v} - low_) / width_);
    ++counts_[static_cast<std::size_t>(std::clamp(bin, 0, kBins - 1))];
    ++total_;
  }
}

Range Histogram::range(int first, int last) const {
  return {static_cast<float>(std::min(0.0, edge(first))), static_cast<float>(std::max(0.0, edge(last)))};
}

Range Histogram::by_percentile(double percentile) const {
  const double outside = static_cast<double>(total_) * (1.0 - percentile / 100.0);
  int first = 0;
  int last = kBins;
  // Where 0 is an end of the range nothing is to be won by moving it.
  double below = 0.0;
  while (first < zero_ && below + static_cast<double>(counts_[static_cast<std::size_t>(first)]) <= outside)
    below += static_cast<double>(counts_[static_cast<std::size_t>(first++)]);
  double above = 0.0;
  while (last > zero_ + 1 && above + static_cast<double>(counts_[static_cast<std::size_t>(last - 1)]) <= outside)
    above += static_cast<double>(counts_[static_cast<std::size_t>(--last)]);
  return range(first, last);
}

Range Histogram::by_mse() const {
  // Sums of 1, x and x^2 over the bins before each edge, so that any clipped end costs three look-ups.
  std::vector<double> n(kBins + 1, 0.0), x(kBins + 1, 0.0), xx(kBins + 1, 0.0);
  for (int b = 0; b < kBins; ++b) {
    const auto i = static_cast<std::size_t>(b);
    const double middle = edge(b) + width_ / 2;
    const auto count = static_cast<double>(counts_[i]);
    n[i + 1] = n[i] + count;
    x[i + 1] = x[i] + count * middle;
    xx[i + 1] = xx[i] + count * middle * middle;
  }
  const auto clipped = [&](std::size_t from, std::size_t to, double end) {
    return xx[to] - xx[from] - 2 * end * (x[to] - x[from]) + end * end * (n[to] - n[from]);
  };
  int best_first = 0, best_last = kBins;
  double best = std::numeric_limits<double>::infinity();
  const int above = kBins - zero_ - 1;
  for (int i = 0; i < kGrid; ++i) {
    const int first = zero_ * i / kGrid;
    if (i > 0 && zero_ == 0) break;
    for (int j = 0; j < kGrid; ++j) {
      const int last = kBins - above * j / kGrid;
      if (j > 0 && above == 0) break;
      const auto f = static_cast<std::size_t>(first);
      const auto l = static_cast<std::size_t>(last);
      const double low = std::min(0.0, edge(first));
      const double high = std::max(0.0, edge(last));
      const double step = (high - low) / (kLevels - 1);
      const double error = clipped(0, f, low) + clipped(l, kBins, high) + (n[l] - n[f]) * step * step / 12;
      if (error < best) {
        best = error;
        best_first = first;
        best_last = last;
      }
    }
  }
  return range(best_first, best_last);
}

double Histogram::divergence(int first, int last) const {
  // P: what was seen, the clipped values in the end bins. Q: the bins inside, spread evenly over those of a level that
  // hold anything.
  const auto at = [&](int b) { return static_cast<double>(counts_[static_cast<std::size_t>(b)]); };
  double below = 0.0, above = 0.0, inside = 0.0;
  for (int b = 0; b < kBins; ++b) (b < first ? below : b >= last ? above : inside) += at(b);
  if (inside <= 0) return std::numeric_limits<double>::infinity();
  const int bins = last - first;
  double sum = 0.0;
  for (int level = 0; level < std::min(kLevels, bins); ++level) {
    const int begin = first + static_cast<int>(std::int64_t{bins} * level / std::min(kLevels, bins));
    const int end = first + static_cast<int>(std::int64_t{bins} * (level + 1) / std::min(kLevels, bins));
    double held = 0.0;
    int used = 0;
    for (int b = begin; b < end; ++b) {
      held += at(b);
      used += at(b) > 0 ? 1 : 0;
    }
    for (int b = begin; b < end; ++b) {
      const double p =
          (at(b) + (b == first ? below : 0.0) + (b == last - 1 ? above : 0.0)) / static_cast<double>(total_);
      if (p <= 0) continue;
      const double q = std::max(used > 0 && at(b) > 0 ? held / used / inside : 0.0, 1e-9);
      sum += p * std::log(p / q);
    }
  }
  return sum;
}

Range Histogram::by_entropy() const {
  int first = 0, last = kBins;
  const int above = kBins - zero_ - 1;
  for (int round = 0; round < 2; ++round) {
    double best = std::numeric_limits<double>::infinity();
    int best_last = last;
    for (int j = 0; j < kGrid && (j == 0 || above > 0); ++j) {
      const int candidate = kBins - above * j / kGrid;
      if (candidate - first < kLevels / 2) break;
      if (const double d = divergence(first, candidate); d < best) best = d, best_last = candidate;
    }
    last = best_last;
    best = std::numeric_limits<double>::infinity();
    int best_first = first;
    for (int i = 0; i < kGrid && (i == 0 || zero_ > 0); ++i) {
      const int candidate = zero_ * i / kGrid;
      if (last - candidate < kLevels / 2) break;
      if (const double d = divergence(candidate, last); d < best) best = d, best_first = candidate;
    }
    first = best_first;
  }
  return range(first, last);
}

}  // namespace mote::passes
