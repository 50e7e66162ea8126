// Requantisation in three instructions instead of about ten, bit for bit TFLite's: found by search at compile time.
// Where it stands: kernels for cores with SMMLA (Cortex-M4 and up) pack what find_rescale gives; device/cortex_m4
// applies it:
//   v = 256 * sum + offset;  if (v < 0) v -= negative;  y = (((v * multiplier) >> 32) + round) >> fraction, saturated
//   to int8,
// that is SMMLA and SSAT. TFLite's result is a staircase of at most 255 steps over the sums that a channel can reach; a
// multiplier and an offset that put every step at the very sum where TFLite has it are as good as TFLite's own double
// rounding. The offset stands for the first rounding (half a unit of the intermediate product), `negative` for halves
// being rounded away from zero.
#pragma once

#include <cstdint>
#include <optional>

#include "ops/activation.h"
#include "ops/fixed_point.h"

namespace mote {

/// Bits of the result behind the point. More keep more bits of the multiplier, and so serve smaller scales; `fraction`
/// bits need a scale below 2^(7 - fraction). 9 suits scales from 2^-11 to 2^-2.
inline constexpr int kRescaleFraction = 9;

/// The sums (bias and zero points included) that a channel can reach, both ends included.
struct SumRange {
  std::int64_t min = 0;
  std::int64_t max = 0;
};

struct Rescale {
  std::int32_t multiplier = 0;  ///< >= 0
  std::int32_t offset = 0;      ///< in 1/256 of a sum
  std::int32_t negative = 0;    ///< the same; 0 where results below the zero point are clamped away
};

/// What all channels of a layer share: `round` above.
constexpr std::int32_t rescale_round(std::int32_t zero_point, int fraction = kRescaleFraction) {
  return zero_point * (1 << fraction) + (1 << (fraction - 1));
}

/// Whether `negative` is needed at all for an output of this zero point and range.
constexpr bool rescale_signed(std::int32_t zero_point, ops::Int8Range range) { return range.min < zero_point; }

/// Agrees with clamp(zero_point + multiply_by_quantized_multiplier(sum, m), range) for every sum in `sums`, once
/// clamped to `range` (which saturation does where it is the whole of int8). Empty where no such numbers exist: |sum|
/// near 2^23, a scale too large or too small for `fraction`, or bad luck.
std::optional<Rescale> find_rescale(QuantizedMultiplier m, std::int32_t zero_point, ops::Int8Range range, SumRange sums,
                                    int fraction = kRescaleFraction);

/// The one result that all sums lead to, if it is one.
std::optional<std::int8_t> constant_result(QuantizedMultiplier m, std::int32_t zero_point, ops::Int8Range range,
                                           SumRange sums);

/// What the device computes, saturated to int8 but not clamped to an activation's range.
std::int8_t apply_rescale(const Rescale& rescale, std::int32_t zero_point, std::int32_t sum,
                          int fraction = kRescaleFraction);

}  // namespace mote
