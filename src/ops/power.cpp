// See power.h.
#include "ops/power.h"

#include <algorithm>
#include <cmath>

#include "ops/operands.h"

namespace mote::ops {

PowerScale power_scale(const Tensor& out) {
  int exponent = 0;
  const double fraction = std::frexp(1.0 / static_cast<double>(scale_of(out)), &exponent);
  return {static_cast<std::int32_t>(std::min(fraction * 0x1p31, 0x1p31 - 1)), exponent};
}

std::int8_t power_step(std::uint32_t power, std::int32_t exponent, const PowerScale& scale, std::int32_t zero) {
  const std::int32_t down = 31 - scale.shift - exponent;  // positive: scales below 2^-40 are refused
  if (down > 63) return static_cast<std::int8_t>(zero);
  const std::uint64_t product = std::uint64_t{power} * static_cast<std::uint32_t>(scale.mantissa);
  const std::uint64_t steps = (product + (std::uint64_t{1} << (down - 1))) >> down;
  return static_cast<std::int8_t>(
      std::min(static_cast<std::int32_t>(std::min<std::uint64_t>(steps, 1024)) + zero, 127));
}

std::int8_t energy_step(std::uint64_t energy, std::int32_t exponent, const PowerScale& scale, std::int32_t zero) {
  for (; energy >> 32 != 0; energy >>= 1) ++exponent;
  return power_step(static_cast<std::uint32_t>(energy), exponent, scale, zero);
}

}  // namespace mote::ops
