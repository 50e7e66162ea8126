// See scaled_channels_m4.h.
#include "kernels/scaled_channels_m4.h"

#include <algorithm>

namespace mote::kernels {
namespace {

/// A channel whose output is always `value` (dead ones often have sums beyond what Rescale takes).
ScaledChannel constant_channel(std::int32_t value, std::int32_t zero_point) {
  constexpr std::int32_t kQuarter = 1 << 30;  // the high word of 4 * x * 2^30 is x
  return {{kQuarter, 0, 0}, (value - zero_point) * (1 << kRescaleFraction) * 4, true};
}

std::optional<ScaledChannel> scaled(QuantizedMultiplier m, std::int32_t bias, SumRange sums, std::int32_t zero_point,
                                    ops::Int8Range range) {
  const auto output = [&](std::int64_t sum) {
    const std::int64_t y =
        zero_point + std::int64_t{multiply_by_quantized_multiplier(static_cast<std::int32_t>(sum), m)};
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(y, range.min, range.max));
  };
  const std::int32_t lowest = output(sums.min);
  if (m.shift <= 0 && lowest == output(sums.max)) return constant_channel(lowest, zero_point);
  const auto rescale = find_rescale(m, zero_point, range, sums);
  if (!rescale || rescale->negative < 0 || rescale->negative >= 1 << 23) return {};
  return ScaledChannel{*rescale, 256 * bias + rescale->offset, false};
}

}  // namespace

std::optional<std::vector<ScaledChannel>> scaled_channels(std::span<const std::int8_t> weights,
                                                          std::span<const std::int32_t> bias,
                                                          std::span<const QuantizedMultiplier> multipliers,
                                                          std::int32_t zero_point, ops::Int8Range range) {
  std::vector<ScaledChannel> found;
  const std::size_t taps = weights.size() / multipliers.size();
  for (std::size_t c = 0; c < multipliers.size(); ++c) {
    SumRange sums{bias[c], bias[c]};
    for (const std::int32_t w : weights.subspan(c * taps, taps)) {
      sums.min += w > 0 ? -128 * w : 127 * w;
      sums.max += w > 0 ? 127 * w : -128 * w;
    }
    const auto one = scaled(multipliers[c], bias[c], sums, zero_point, range);
    if (!one) return {};
    found.push_back(*one);
  }
  return found;
}

}  // namespace mote::kernels
