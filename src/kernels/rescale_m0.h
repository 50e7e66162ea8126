// Requantisation with two 32-bit products, bit for bit TFLite's, for cores that cannot multiply to 64 bits: found by
// search at compile time. device/cortex_m0/mote_m0_rescale.h applies it to a sum of inputs times weights, which has no
// bias yet:
//   x = sum + shift; outside 0 <= x < width the result is -128 or 127; inside
//   v = x * high + (x * low >> low_bits) + offset;  if (v < round) v -= negative;  y = v >> fraction
// with 0 <= low < 2^low_bits: that is x * (high * 2^low_bits + low) >> low_bits exactly. `round` is the zero point and
// a half. Only sums between the first and the last step of TFLite's staircase are inside, so that x is small and the
// multiplier may have up to 32 bits. As in rescale_m4.h a line that puts each of the (at most 255) steps at its sum is
// as good as TFLite's two roundings; `negative` stands for halves being rounded away from zero.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kernels/rescale_m4.h"

namespace mote {

/// What all channels of a layer share.
struct RescaleBitsM0 {
  int low_bits = 0;  ///< 0..16
  int fraction = 0;  ///< 1..24
};

struct RescaleM0 {
  std::int32_t shift = 0;
  std::uint32_t width = 0;
  std::uint16_t high = 0, low = 0;
  std::int32_t offset = 0;
  std::int32_t negative = 0;  ///< >= 0; 0 where results below the zero point are clamped away
};

/// One output channel: the output is zero point + TFLite's scaling of sum + bias, and `sums` are those it can reach.
struct ChannelM0 {
  QuantizedMultiplier multiplier;
  std::int32_t bias = 0;
  SumRange sums;
};

/// Channels of int8 inputs: `weights` are [channels][taps], `bias` has the input's zero point folded.
std::vector<ChannelM0> channels_m0(std::span<const std::int8_t> weights, std::span<const std::int32_t> bias,
                                   std::span<const QuantizedMultiplier> multipliers);

/// The finest bits with which nothing overflows in any channel. Empty if there are none.
std::optional<RescaleBitsM0> finest_bits_m0(std::span<const ChannelM0> channels, std::int32_t zero_point,
                                            ops::Int8Range range);

/// Agrees with the channel's rule on every sum that it can reach, once clamped to `range`. Empty if no line does, or if
/// 32 bits are too few.
std::optional<RescaleM0> find_rescale_m0(const ChannelM0& channel, std::int32_t zero_point, ops::Int8Range range,
                                         RescaleBitsM0 bits);

/// All channels; empty if one has none.
std::optional<std::vector<RescaleM0>> find_rescales_m0(std::span<const ChannelM0> channels, std::int32_t zero_point,
                                                       ops::Int8Range range, RescaleBitsM0 bits);

/// `round` above.
constexpr std::int32_t round_m0(std::int32_t zero_point, int fraction) {
  return zero_point * (1 << fraction) + (1 << (fraction - 1));
}

/// Whether the layer is signed: `negative` is needed in some channel.
bool any_negative_m0(std::span<const RescaleM0> rescales);

/// The words that the device reads for this channel.
void append_rescale_m0(std::vector<std::uint32_t>& words, const RescaleM0& rescale, bool is_signed);

/// What the device computes; not clamped to an activation's range.
std::int8_t apply_rescale_m0(const RescaleM0& rescale, std::int32_t zero_point, std::int32_t sum, RescaleBitsM0 bits);

}  // namespace mote
