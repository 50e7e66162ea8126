// From physical units to what the network is fed: (x - offset) * gain per channel, then limited to [-clip, clip].
// Where it stands: fitted on the training part alone; applied to every part, on the chip by one multiplication a value
// (docs/data.md).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace mote {

struct Normalisation {
  std::vector<float> offset;  ///< per channel, in the channel's unit
  std::vector<float> gain;    ///< per channel, 1/unit
  float clip = 0;             ///< 0: not limited

  /// `values` is a whole number of rows of offset.size() channels.
  void apply(std::span<float> values) const;
  bool operator==(const Normalisation&) const = default;
};

/// - "none": as it is;
/// - "range": divided by the channel's full scale, so that 0 stays 0 and values lie in [-1, 1]; the full scale is the
/// `percentile` of |x|,
///   rounded up to two digits, and what is beyond saturates, in training as on the chip;
/// - "standard": mean 0, deviation 1, limited to [-6, 6].
/// A channel that never changes from 0 (range) or its mean (standard) keeps gain 1. BadInput for another kind.
Result<Normalisation> fit_normalisation(const std::string& kind, double percentile, const Dataset& data,
                                        std::span<const std::int32_t> which);

}  // namespace mote
