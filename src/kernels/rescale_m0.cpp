// The search: for a multiplier, every step of the staircase bounds the offset from both sides; multipliers next to the
// true scale are tried until bounds are left that hold for all steps.
#include "kernels/rescale_m0.h"

#include <algorithm>
#include <cmath>

namespace mote {
namespace {

double scale_of(QuantizedMultiplier m) { return std::ldexp(static_cast<double>(m.multiplier), m.shift - 31); }

/// TFLite's staircase over the sums that a channel reaches.
class Staircase {
 public:
  Staircase(const ChannelM0& channel, std::int32_t zero_point, ops::Int8Range range)
      : channel_(channel), zero_point_(zero_point), range_(range) {
    lowest = output(channel.sums.min);
    highest = output(channel.sums.max);
    // The left shift of large scales may wrap: only one sum is safe then.
    known = channel.multiplier.shift <= 0 || channel.multiplier.multiplier == 0 || channel.sums.min == channel.sums.max;
    if (!known || lowest == highest) return;
    first = lowest == range.min ? step(lowest + 1, channel.sums.min) : channel.sums.min;
    end = highest == range.max ? step(highest, channel.sums.min) : channel.sums.max + 1;
  }

  std::int64_t output(std::int64_t sum) const {
    const auto all = static_cast<std::int32_t>(sum + channel_.bias);
    const std::int64_t y = zero_point_ + std::int64_t{multiply_by_quantized_multiplier(all, channel_.multiplier)};
    return std::clamp<std::int64_t>(y, range_.min, range_.max);
  }

  /// The first sum above `low` with an output of at least y; there must be one, and that of `low` must be less.
  std::int64_t step(std::int64_t y, std::int64_t low) const {
    std::int64_t high = channel_.sums.max;
    while (high - low > 1) {
      const std::int64_t middle = low + (high - low) / 2;
      (output(middle) >= y ? high : low) = middle;
    }
    return high;
  }

  bool known = false;
  std::int64_t lowest = 0, highest = 0;
  /// Sums from `first` and below `end` need arithmetic: what is beyond is saturated. Both 0 for a constant.
  std::int64_t first = 0, end = 0;

 private:
  ChannelM0 channel_;
  std::int32_t zero_point_;
  ops::Int8Range range_;
};

/// A sum less `first`, and whether v must reach `level` there or stay below it.
struct Demand {
  std::int64_t x = 0;
  std::int64_t level = 0;
  bool reached = false;
};

/// Offsets that are still possible.
struct Interval {
  std::int64_t min = INT32_MIN;
  std::int64_t max = INT32_MAX;
  bool empty() const { return min > max; }
  std::int64_t middle() const { return min + (max - min) / 2; }

  void require(std::int64_t product, const Demand& demand) {
    if (demand.reached)
      min = std::max(min, demand.level - product);
    else
      max = std::min(max, demand.level - product - 1);
  }
};

std::vector<Demand> demands_of(const Staircase& stairs, int fraction) {
  std::vector<Demand> demands;
  const auto demand = [&](std::int64_t sum, std::int64_t y, bool reached) {
    demands.push_back({sum - stairs.first, y * (std::int64_t{1} << fraction), reached});
  };
  const std::int64_t at_first = stairs.output(stairs.first), at_last = stairs.output(stairs.end - 1);
  demand(stairs.first, at_first, true);
  std::int64_t low = stairs.first;
  for (std::int64_t y = at_first + 1; y <= at_last; ++y) {
    const std::int64_t reached = stairs.step(y, low);
    demand(reached, y, true);
    demand(reached - 1, y, false);
    low = reached - 1;
  }
  demand(stairs.end - 1, at_last + 1, false);
  return demands;
}

class Search {
 public:
  Search(const Staircase& stairs, std::int32_t zero_point, ops::Int8Range range, RescaleBitsM0 bits)
      : demands_(demands_of(stairs, bits.fraction)),
        zero_(std::int64_t{zero_point} * (std::int64_t{1} << bits.fraction)),
        round_(round_m0(zero_point, bits.fraction)),
        is_signed_(rescale_signed(zero_point, range)),
        bits_(bits) {}

  /// shift and width are left to the caller.
  std::optional<RescaleM0> run(double scale) const {
    const std::int64_t ideal = std::llround(std::ldexp(scale, bits_.low_bits + bits_.fraction));
    for (std::int64_t i = 0; i <= 2 * kRadius; ++i) {
      const std::int64_t multiplier = ideal + (i % 2 == 0 ? i / 2 : -(i + 1) / 2);
      if (multiplier <= 0 || multiplier >> (16 + bits_.low_bits) != 0) continue;
      if (const auto found = with_multiplier(multiplier)) return found;
    }
    return {};
  }

 private:
  static constexpr std::int64_t kRadius = 100;

  std::int64_t product(std::int64_t x, std::int64_t multiplier) const { return (x * multiplier) >> bits_.low_bits; }

  std::optional<RescaleM0> with_multiplier(std::int64_t multiplier) const {
    Interval upper, lower;  // offsets for results above the zero point, and for the others
    for (const Demand& demand : demands_)
      (demand.level > zero_ ? upper : lower).require(product(demand.x, multiplier), demand);
    if (upper.empty() || lower.empty()) return {};
    RescaleM0 found;
    found.high = static_cast<std::uint16_t>(multiplier >> bits_.low_bits);
    found.low = static_cast<std::uint16_t>(multiplier & ((1 << bits_.low_bits) - 1));
    const Interval both{std::max(upper.min, lower.min), std::min(upper.max, lower.max)};
    if (!both.empty()) {
      found.offset = static_cast<std::int32_t>(both.middle());
      return found;
    }
    if (!is_signed_) return {};
    found.offset = static_cast<std::int32_t>(upper.middle());
    const std::int64_t negative = upper.middle() - lower.middle();
    if (negative < 0 || negative > INT32_MAX) return {};
    found.negative = static_cast<std::int32_t>(negative);
    for (const Demand& demand : demands_) {  // v itself says which side it is on
      std::int64_t v = product(demand.x, multiplier) + found.offset;
      if (v < round_) v -= negative;
      if ((v >= demand.level) != demand.reached) return {};
    }
    return found;
  }

  std::vector<Demand> demands_;
  std::int64_t zero_, round_;
  bool is_signed_;
  RescaleBitsM0 bits_;
};

bool low_fits(std::int64_t width, int low_bits) { return (width - 1) * ((1 << low_bits) - 1) <= UINT32_MAX; }

}  // namespace

std::vector<ChannelM0> channels_m0(std::span<const std::int8_t> weights, std::span<const std::int32_t> bias,
                                   std::span<const QuantizedMultiplier> multipliers) {
  std::vector<ChannelM0> channels;
  const std::size_t taps = weights.size() / multipliers.size();
  for (std::size_t c = 0; c < multipliers.size(); ++c) {
    ChannelM0 channel{multipliers[c], bias[c], {}};
    for (const std::int32_t w : weights.subspan(c * taps, taps)) {
      channel.sums.min += w > 0 ? -128 * w : 127 * w;
      channel.sums.max += w > 0 ? 127 * w : -128 * w;
    }
    channels.push_back(channel);
  }
  return channels;
}

std::optional<RescaleBitsM0> finest_bits_m0(std::span<const ChannelM0> channels, std::int32_t zero_point,
                                            ops::Int8Range range) {
  RescaleBitsM0 bits{16, 24};
  for (const ChannelM0& c : channels) {
    const Staircase stairs(c, zero_point, range);
    if (!stairs.known) return {};
    while (bits.low_bits > 0 && !low_fits(stairs.end - stairs.first, bits.low_bits)) --bits.low_bits;
    if (stairs.lowest == stairs.highest) continue;
    while (bits.fraction > 1 && std::ldexp(scale_of(c.multiplier), bits.fraction) > 65500.0) --bits.fraction;
  }
  return bits;
}

std::optional<RescaleM0> find_rescale_m0(const ChannelM0& channel, std::int32_t zero_point, ops::Int8Range range,
                                         RescaleBitsM0 bits) {
  const Staircase stairs(channel, zero_point, range);
  if (!stairs.known) return {};
  if (stairs.lowest == stairs.highest) {
    RescaleM0 constant;
    constant.shift = static_cast<std::int32_t>(-channel.sums.min);
    constant.width = UINT32_MAX;
    constant.offset = static_cast<std::int32_t>(stairs.lowest * (std::int64_t{1} << bits.fraction));
    return constant;
  }
  RescaleM0 rescale;
  if (stairs.end > stairs.first) {
    if (!low_fits(stairs.end - stairs.first, bits.low_bits)) return {};
    const auto found = Search(stairs, zero_point, range, bits).run(scale_of(channel.multiplier));
    if (!found) return {};
    rescale = *found;
  }
  rescale.shift = static_cast<std::int32_t>(-stairs.first);
  rescale.width = static_cast<std::uint32_t>(stairs.end - stairs.first);
  return rescale;
}

std::optional<std::vector<RescaleM0>> find_rescales_m0(std::span<const ChannelM0> channels, std::int32_t zero_point,
                                                       ops::Int8Range range, RescaleBitsM0 bits) {
  std::vector<RescaleM0> found;
  for (const ChannelM0& channel : channels) {
    const auto one = find_rescale_m0(channel, zero_point, range, bits);
    if (!one) return {};
    found.push_back(*one);
  }
  return found;
}

bool any_negative_m0(std::span<const RescaleM0> rescales) {
  return std::any_of(rescales.begin(), rescales.end(), [](const RescaleM0& r) { return r.negative != 0; });
}

void append_rescale_m0(std::vector<std::uint32_t>& words, const RescaleM0& rescale, bool is_signed) {
  words.push_back(static_cast<std::uint32_t>(rescale.shift));
  words.push_back(rescale.width);
  if (is_signed) words.push_back(static_cast<std::uint32_t>(rescale.negative));
  words.push_back(std::uint32_t{rescale.high} << 16 | rescale.low);
  words.push_back(static_cast<std::uint32_t>(rescale.offset));
}

std::int8_t apply_rescale_m0(const RescaleM0& rescale, std::int32_t zero_point, std::int32_t sum, RescaleBitsM0 bits) {
  const std::int64_t x = std::int64_t{sum} + rescale.shift;
  if (x < 0) return -128;
  if (x >= rescale.width) return 127;
  std::int64_t v = x * rescale.high + ((x * rescale.low) >> bits.low_bits) + rescale.offset;
  if (v < round_m0(zero_point, bits.fraction)) v -= rescale.negative;
  return static_cast<std::int8_t>(v >> bits.fraction);
}

}  // namespace mote
