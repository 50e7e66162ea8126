// How the values of one activation are distributed, and what a range of 256 steps would make of them.
// Where it stands: calibrate.cpp fills one a tensor on its second run through the samples.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "passes/quant_params.h"

namespace mote::passes {

/// Equal bins over a range. Zeros are left out: every range represents them exactly, and behind a relu they would drown
/// the rest.
class Histogram {
 public:
  static constexpr int kBins = 4096;
  explicit Histogram(Range whole);

  void add(std::span<const float> values);
  bool empty() const { return total_ == 0; }

  /// Leaves out (100 - percentile) % of the values at each end.
  Range by_percentile(double percentile) const;
  /// The least mean squared error of rounding (step^2 / 12) and clipping, over a grid of ends.
  Range by_mse() const;
  /// The least divergence of what 256 steps can express from what was seen, one end after the other.
  Range by_entropy() const;

 private:
  double edge(int bin) const { return low_ + width_ * bin; }
  /// Bins [first, last) as a range that includes 0.
  Range range(int first, int last) const;
  /// Kullback-Leibler divergence when only bins [first, last) are told apart, in 256 levels.
  double divergence(int first, int last) const;

  double low_ = 0.0;
  double width_ = 1.0;
  int zero_ = 0;  ///< the bin with 0
  std::vector<std::int64_t> counts_;
  std::int64_t total_ = 0;
};

}  // namespace mote::passes
