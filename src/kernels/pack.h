// Packing of weights, biases and multipliers into the forms that the device kernels read. Zero points are folded here.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/graph.h"
#include "kernels/call.h"
#include "ops/fixed_point.h"

namespace mote::kernels {

/// `channels` rounded up to whole groups of four.
inline std::int32_t round_up_to_4(std::int32_t channels) { return (channels + 3) / 4 * 4; }

/// [channels][taps] -> [channels / 4 rounded up][taps][4]; absent channels are 0.
template <typename T>
std::vector<T> interleave4(std::span<const T> weights, std::int32_t channels) {
  const std::size_t taps = weights.size() / static_cast<std::size_t>(channels);
  std::vector<T> packed(static_cast<std::size_t>(round_up_to_4(channels)) * taps, T{0});
  for (std::size_t o = 0; o < static_cast<std::size_t>(channels); ++o)
    for (std::size_t t = 0; t < taps; ++t) packed[(o / 4 * taps + t) * 4 + o % 4] = weights[o * taps + t];
  return packed;
}

/// [taps][channels] -> [channels][taps].
template <typename T>
std::vector<T> channels_first(std::span<const T> weights, std::int32_t channels) {
  const auto count = static_cast<std::size_t>(channels);
  const std::size_t taps = weights.size() / count;
  std::vector<T> packed(weights.size());
  for (std::size_t t = 0; t < taps; ++t)
    for (std::size_t c = 0; c < count; ++c) packed[c * taps + t] = weights[t * count + c];
  return packed;
}

/// The bias (zeros if null) padded with zeros to `size`.
template <typename T>
std::vector<T> padded_bias(const Tensor* bias, std::int32_t size) {
  std::vector<T> padded(static_cast<std::size_t>(size), T{0});
  if (bias != nullptr) {
    const auto values = bias->constant<T>();
    for (std::size_t i = 0; i < values.size(); ++i) padded[i] = values[i];
  }
  return padded;
}

/// padded_bias with in_zero * (sum of the channel's weights) taken off; weights are [channels][taps]. Never overflows
/// on a verified node (ops/weighted.h).
std::vector<std::int32_t> folded_bias(const Tensor* bias, std::span<const std::int8_t> weights, std::int32_t channels,
                                      std::int32_t in_zero);

/// interleave4 with two weights a byte, each 8 more than it stands for (device/portable/mote_dot4.h): [channels / 4
/// rounded up][taps][2].
std::vector<std::uint8_t> interleave4_int4(std::span<const std::int8_t> weights, std::int32_t channels);

/// The int32 or int64 bias (zeros if null) padded with zeros to `size`.
std::vector<std::int64_t> padded_bias64(const Tensor* bias, std::int32_t size);

/// Fields channel_step, multiplier, shift: one entry if all channels agree.
void set_multipliers(CallBuilder& call, std::span<const QuantizedMultiplier> multipliers);
/// The same and `single`, for mote_requantize_s16: Q0.15 and right shifts where sums are wide (ops/weighted.h).
void set_multipliers16(CallBuilder& call, std::vector<QuantizedMultiplier> multipliers, bool wide);
/// act_min and act_max of an int16 node.
void set_int16_range(CallBuilder& call, const Graph& graph, const Node& node);

}  // namespace mote::kernels
