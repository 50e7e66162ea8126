// See pack.h.
#include "kernels/pack.h"

#include <algorithm>

namespace mote::kernels {

std::vector<std::int32_t> folded_bias(const Tensor* bias, std::span<const std::int8_t> weights, std::int32_t channels,
                                      std::int32_t in_zero) {
  std::vector<std::int32_t> folded = padded_bias<std::int32_t>(bias, round_up_to_4(channels));
  const std::size_t taps = weights.size() / static_cast<std::size_t>(channels);
  for (std::size_t o = 0; o < static_cast<std::size_t>(channels); ++o) {
    std::int32_t sum = 0;
    for (std::size_t t = 0; t < taps; ++t) sum += weights[o * taps + t];
    folded[o] -= in_zero * sum;
  }
  return folded;
}

void set_multipliers(CallBuilder& call, std::span<const QuantizedMultiplier> multipliers) {
  const auto same = [&](const QuantizedMultiplier& m) {
    return m.multiplier == multipliers[0].multiplier && m.shift == multipliers[0].shift;
  };
  const bool one = std::all_of(multipliers.begin(), multipliers.end(), same);
  std::vector<std::int32_t> multiplier;
  std::vector<std::int8_t> shift;
  for (const QuantizedMultiplier& m : multipliers.first(one ? 1 : multipliers.size())) {
    multiplier.push_back(m.multiplier);
    shift.push_back(static_cast<std::int8_t>(m.shift));
  }
  call.set("channel_step", one ? 0 : 1).constant("multiplier", multiplier).constant("shift", shift);
}

}  // namespace mote::kernels
