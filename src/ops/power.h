// From fixed-point powers, which share an exponent, to steps of an int8 output. Where it stands: power_spectrum and
// band_powers; device/portable/mote_spectrum.c repeats it.
#pragma once

#include "ir/graph.h"

namespace mote::ops {

/// 1 / scale of the output as mantissa * 2^(shift - 31), the mantissa in [2^30, 2^31).
struct PowerScale {
  std::int32_t mantissa = 0, shift = 0;
};
/// Smaller scales are refused: about -120 dB of full scale in one step.
inline constexpr float kLeastPowerScale = 0x1p-40F;
PowerScale power_scale(const Tensor& out);

/// power * 2^exponent in steps of the output, rounded once. exponent is below -20.
std::int8_t power_step(std::uint32_t power, std::int32_t exponent, const PowerScale& scale, std::int32_t zero);
/// The same of an energy of up to 64 bits, of which the highest 32 count.
std::int8_t energy_step(std::uint64_t energy, std::int32_t exponent, const PowerScale& scale, std::int32_t zero);

}  // namespace mote::ops
