// See scaled_channels_m4.h.
#include "kernels/scaled_channels_m4.h"

#include <algorithm>

namespace mote::kernels {
namespace {

/// A channel whose output is always `value` (dead ones often have sums beyond what Rescale takes).
ScaledChannel constant_channel(std::int32_t value, std::int32_t zero_point, int fraction) {
  constexpr std::int32_t kQuarter = 1 << 30;  // the high word of 4 * x * 2^30 is x
  return {{kQuarter, 0, 0}, (value - zero_point) * (1 << fraction) * 4, true};
}

/// Sums far from zero that reach only a few steps need no true offset, which find_rescale insists on: any offset that
/// puts these steps in their places does. For outputs whose results below the zero point are clamped away.
std::optional<Rescale> rescale_few_steps(QuantizedMultiplier m, std::int32_t zero_point, ops::Int8Range range,
                                         SumRange sums, int fraction) {
  const auto output = [&](std::int64_t sum) {
    const std::int64_t y =
        zero_point + std::int64_t{multiply_by_quantized_multiplier(static_cast<std::int32_t>(sum), m)};
    return std::clamp<std::int64_t>(y, range.min, range.max);
  };
  const int shift = 7 - m.shift - fraction;  // for v = 256 * sum
  if (m.shift > 0 || shift < 0 || shift > 30) return {};
  const std::int64_t ideal = m.multiplier >> shift;
  for (std::int64_t multiplier = std::max<std::int64_t>(ideal - 4, 1); multiplier <= ideal + 4; ++multiplier) {
    // Every step from y - 1 to y, at the first sum that gives y, bounds the offset from both sides.
    std::int64_t least = INT32_MIN;
    std::int64_t most = INT32_MAX;
    std::int64_t below = sums.min;
    for (std::int64_t y = output(sums.min) + 1; y <= output(sums.max); ++y) {
      std::int64_t reached = sums.max;
      while (reached - below > 1) {
        const std::int64_t middle = below + (reached - below) / 2;
        (output(middle) >= y ? reached : below) = middle;
      }
      const std::int64_t level = ((y - zero_point) * (1 << fraction) - (1 << (fraction - 1))) << 32;
      const std::int64_t value = level >= 0 ? (level + multiplier - 1) / multiplier : -(-level / multiplier);
      least = std::max(least, value - 256 * reached);
      most = std::min(most, value - 256 * reached + 255);
    }
    if (least > most) continue;
    const Rescale found{static_cast<std::int32_t>(multiplier), static_cast<std::int32_t>(least + (most - least) / 2),
                        0};
    const auto agrees = [&](std::int64_t sum) {
      const std::int64_t v = 256 * sum + found.offset;
      return v >= INT32_MIN && v <= INT32_MAX &&
             std::clamp<std::int64_t>(apply_rescale(found, zero_point, static_cast<std::int32_t>(sum), fraction),
                                      range.min, range.max) == output(sum);
    };
    // Both ends as well: what lies beyond the last step must not reach another.
    if (agrees(sums.min) && agrees(sums.max)) return found;
  }
  return {};
}

std::optional<ScaledChannel> scaled(QuantizedMultiplier m, std::int32_t bias, SumRange sums, std::int32_t zero_point,
                                    ops::Int8Range range, int fraction) {
  const auto output = [&](std::int64_t sum) {
    const std::int64_t y =
        zero_point + std::int64_t{multiply_by_quantized_multiplier(static_cast<std::int32_t>(sum), m)};
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(y, range.min, range.max));
  };
  const std::int32_t lowest = output(sums.min);
  if (m.shift <= 0 && lowest == output(sums.max)) return constant_channel(lowest, zero_point, fraction);
  auto rescale = find_rescale(m, zero_point, range, sums, fraction);
  if (!rescale && !rescale_signed(zero_point, range)) rescale = rescale_few_steps(m, zero_point, range, sums, fraction);
  if (!rescale || rescale->negative < 0 || rescale->negative >= 1 << 23) return {};
  // Modulo 2^32, as the device adds: only the finished sum has to fit.
  const std::int64_t start = std::int64_t{256} * bias + rescale->offset;
  return ScaledChannel{*rescale, static_cast<std::int32_t>(static_cast<std::uint32_t>(start)), false};
}

}  // namespace

std::optional<std::vector<ScaledChannel>> scaled_channels(std::span<const std::int8_t> weights,
                                                          std::span<const std::int32_t> bias,
                                                          std::span<const QuantizedMultiplier> multipliers,
                                                          std::int32_t zero_point, ops::Int8Range range, int fraction) {
  std::vector<ScaledChannel> found;
  const std::size_t taps = weights.size() / multipliers.size();
  for (std::size_t c = 0; c < multipliers.size(); ++c) {
    SumRange sums{bias[c], bias[c]};
    for (const std::int32_t w : weights.subspan(c * taps, taps)) {
      sums.min += w > 0 ? -128 * w : 127 * w;
      sums.max += w > 0 ? 127 * w : -128 * w;
    }
    const auto one = scaled(multipliers[c], bias[c], sums, zero_point, range, fraction);
    if (!one) return {};
    found.push_back(*one);
  }
  return found;
}

}  // namespace mote::kernels
