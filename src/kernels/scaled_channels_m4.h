// What the Cortex-M4 kernels with exact rescaling need to know of every output channel.
// Where it stands: between rescale_m4 (one channel) and the kernels' packing.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "kernels/rescale_m4.h"

namespace mote::kernels {

struct ScaledChannel {
  Rescale rescale;
  std::int32_t bias = 0;  ///< times 256, the rescale's offset included
  bool constant = false;  ///< no sum that it can reach moves the output: its weights count as zero
};

/// `weights` are [channels][taps], `bias` has the input's zero point folded (folded_bias), inputs are any int8. Empty
/// if one channel has no exact rescale.
std::optional<std::vector<ScaledChannel>> scaled_channels(std::span<const std::int8_t> weights,
                                                          std::span<const std::int32_t> bias,
                                                          std::span<const QuantizedMultiplier> multipliers,
                                                          std::int32_t zero_point, ops::Int8Range range,
                                                          int fraction = kRescaleFraction);

}  // namespace mote::kernels
