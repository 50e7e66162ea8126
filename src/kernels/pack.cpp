// See pack.h.
#include "kernels/pack.h"

#include <algorithm>

#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/weighted.h"

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

std::vector<std::uint8_t> interleave4_int4(std::span<const std::int8_t> weights, std::int32_t channels) {
  const std::vector<std::int8_t> bytes = interleave4(weights, channels);
  std::vector<std::uint8_t> packed;
  for (std::size_t i = 0; i < bytes.size(); i += 2)
    packed.push_back(static_cast<std::uint8_t>((bytes[i] + 8) | (bytes[i + 1] + 8) << 4));
  return packed;
}

std::vector<std::int64_t> padded_bias64(const Tensor* bias, std::int32_t size) {
  std::vector<std::int64_t> padded(static_cast<std::size_t>(size), 0);
  for (std::int64_t i = 0; bias != nullptr && i < bias->elements(); ++i)
    padded[static_cast<std::size_t>(i)] = ops::bias_element(bias, i);
  return padded;
}

void set_multipliers16(CallBuilder& call, std::vector<QuantizedMultiplier> multipliers, bool wide) {
  for (QuantizedMultiplier& m : multipliers)
    if (wide) m = reduced_multiplier(m);
  call.set("single", wide ? 1 : 0);
  set_multipliers(call, multipliers);
}

void set_int16_range(CallBuilder& call, const Graph& graph, const Node& node) {
  const ops::IntRange range = ops::integer_range(node.attrs.text("activation"), ops::output(graph, node));
  call.set("act_min", range.min).set("act_max", range.max);
}

}  // namespace mote::kernels
