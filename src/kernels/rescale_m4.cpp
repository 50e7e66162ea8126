// The search: every step of the staircase is a bound on the multiplier once the offset is chosen; the bounds are
// intersected.
#include "kernels/rescale_m4.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace mote {
namespace {

/// A demand on one sum: at least `level` (reached), or below it.
struct Demand {
  std::int64_t sum = 0;
  std::int64_t level = 0;  ///< (y - zero point - 1/2) * 2^(fraction + 32): what v * multiplier must reach or stay below
  bool reached = false;
};

std::int64_t divide_down(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}
std::int64_t divide_up(std::int64_t a, std::int64_t b) { return -divide_down(-a, b); }

struct Interval {
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int32_t>::max();
  bool empty() const { return min > max; }

  /// Keeps the multipliers with v * multiplier >= level (reached) or < level.
  void require(std::int64_t v, const Demand& demand) {
    const std::int64_t level =
        demand.reached ? demand.level : demand.level - 1;  // v * multiplier <= level, if not reached
    const bool at_least = demand.reached == (v > 0);
    if (v == 0) {
      if (demand.reached ? level > 0 : level < 0) max = -1;
    } else if (at_least) {
      min = std::max(min, divide_up(level, v));
    } else {
      max = std::min(max, divide_down(level, v));
    }
  }
};

std::int64_t result(QuantizedMultiplier m, std::int32_t zero_point, ops::Int8Range range, std::int64_t sum) {
  const std::int64_t y = zero_point + std::int64_t{multiply_by_quantized_multiplier(static_cast<std::int32_t>(sum), m)};
  return std::clamp<std::int64_t>(y, range.min, range.max);
}

class Search {
 public:
  Search(QuantizedMultiplier m, std::int32_t zero_point, ops::Int8Range range, SumRange sums, int fraction)
      : m_(m),
        zero_point_(zero_point),
        range_(range),
        sums_(sums),
        fraction_(fraction),
        signed_(rescale_signed(zero_point, range)) {}

  std::optional<Rescale> run() {
    constexpr std::int64_t kMost =
        (std::int64_t{1} << 23) - 4;  // 256 times that, offset and negative stay within 32 bits
    if (sums_.min < -kMost || sums_.max > kMost) return {};
    if (m_.shift > 0 && m_.multiplier != 0) return {};
    demand_steps();
    // The first rounding moves the steps by half a unit of the product sum * multiplier / 2^31: 128 * 2^31 / multiplier
    // here.
    const std::int64_t centre = m_.shift < 0 && m_.multiplier > 0 ? (std::int64_t{1} << 38) / m_.multiplier : 0;
    for (std::int64_t i = 0; i <= 2 * kRadius; ++i) {
      const std::int64_t offset = centre + zigzag(i);
      Interval positive;
      for (const Demand& demand : demands_)
        if (const std::int64_t v = 256 * demand.sum + offset; v >= 0 || !signed_) positive.require(v, demand);
      if (positive.empty()) continue;
      if (!signed_) return found(positive, offset, 0);
      for (std::int64_t k = 0; k <= 2 * kRadius; ++k) {
        const std::int64_t negative = 2 * centre + zigzag(k);
        if (negative < 0) continue;
        Interval both = positive;
        for (const Demand& demand : demands_)
          if (const std::int64_t v = 256 * demand.sum + offset; v < 0) both.require(v - negative, demand);
        if (!both.empty()) return found(both, offset, negative);
      }
    }
    return {};
  }

 private:
  static constexpr std::int64_t kRadius = 64;  // offsets tried on both sides of where theory has them

  static std::int64_t zigzag(std::int64_t i) { return i % 2 == 0 ? i / 2 : -(i + 1) / 2; }

  std::int64_t output(std::int64_t sum) const { return result(m_, zero_point_, range_, sum); }

  void demand(std::int64_t sum, std::int64_t y, bool reached) {
    demands_.push_back({sum, (2 * (y - zero_point_) - 1) * (std::int64_t{1} << (31 + fraction_)), reached});
  }

  void demand_steps() {
    const std::int64_t lowest = output(sums_.min);
    const std::int64_t highest = output(sums_.max);
    if (lowest > range_.min) demand(sums_.min, lowest, true);
    std::int64_t low = sums_.min;  // its output is below y
    for (std::int64_t y = lowest + 1; y <= highest; ++y) {
      std::int64_t high = sums_.max;
      while (high - low > 1) {
        const std::int64_t middle = low + (high - low) / 2;
        (output(middle) >= y ? high : low) = middle;
      }
      demand(high, y, true);
      demand(high - 1, y, false);
    }
    if (highest < range_.max) demand(sums_.max, highest + 1, false);
  }

  /// The multiplier of the interval that is closest to the true scale.
  Rescale found(const Interval& interval, std::int64_t offset, std::int64_t negative) const {
    const int shift = fraction_ - 7 + m_.shift;  // scale * 2^(24 + fraction), scale = multiplier * 2^(shift - 31)
    const std::int64_t ideal = shift >= 0 ? std::int64_t{m_.multiplier} << std::min(shift, 16)
                                          : std::int64_t{m_.multiplier} >> std::min(-shift, 40);
    const std::int64_t chosen = std::clamp(ideal, interval.min, interval.max);
    return {static_cast<std::int32_t>(chosen), static_cast<std::int32_t>(offset), static_cast<std::int32_t>(negative)};
  }

  QuantizedMultiplier m_;
  std::int32_t zero_point_;
  ops::Int8Range range_;
  SumRange sums_;
  int fraction_;
  bool signed_;
  std::vector<Demand> demands_;
};

}  // namespace

std::optional<Rescale> find_rescale(QuantizedMultiplier m, std::int32_t zero_point, ops::Int8Range range, SumRange sums,
                                    int fraction) {
  return Search(m, zero_point, range, sums, fraction).run();
}

std::optional<std::int8_t> constant_result(QuantizedMultiplier m, std::int32_t zero_point, ops::Int8Range range,
                                           SumRange sums) {
  if (sums.min != sums.max && m.shift > 0) return {};  // the left shift may wrap in between
  const std::int64_t lowest = result(m, zero_point, range, sums.min);
  if (lowest != result(m, zero_point, range, sums.max)) return {};
  return static_cast<std::int8_t>(lowest);
}

std::int8_t apply_rescale(const Rescale& rescale, std::int32_t zero_point, std::int32_t sum, int fraction) {
  std::int64_t v = std::int64_t{256} * sum + rescale.offset;
  if (v < 0) v -= rescale.negative;
  const std::int64_t product = (v * rescale.multiplier) >> 32;
  return static_cast<std::int8_t>(
      std::clamp<std::int64_t>((product + rescale_round(zero_point, fraction)) >> fraction, -128, 127));
}

}  // namespace mote
