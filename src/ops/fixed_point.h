// Fixed-point arithmetic of the integer references: exactly that of TensorFlow Lite Micro (gemmlowp's), double rounding
// included. Sources: Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
// Inference" (2018), section 2.2; gemmlowp's fixed-point conventions.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace mote {

/// real = multiplier * 2^-31 * 2^shift, with multiplier in [2^30, 2^31), or both 0.
struct QuantizedMultiplier {
  std::int32_t multiplier = 0;
  std::int32_t shift = 0;  ///< > 0: left
};

/// `real` >= 0 and finite. Tiny values become zero, as in TFLite's QuantizeMultiplier.
inline QuantizedMultiplier quantize_multiplier(double real) {
  if (real == 0.0) return {};
  int shift = 0;
  const double fraction = std::frexp(real, &shift);
  auto q = static_cast<std::int64_t>(std::round(fraction * 2147483648.0));
  if (q == (std::int64_t{1} << 31)) {
    q /= 2;
    ++shift;
  }
  if (shift < -31) return {};
  if (shift > 30) return {std::numeric_limits<std::int32_t>::max(), 30};
  return {static_cast<std::int32_t>(q), shift};
}

/// round(a * b / 2^31), halves up; saturates the one overflowing product.
inline std::int32_t saturating_rounding_doubling_high_mul(std::int32_t a, std::int32_t b) {
  if (a == b && a == std::numeric_limits<std::int32_t>::min()) return std::numeric_limits<std::int32_t>::max();
  const std::int64_t product = std::int64_t{a} * b;
  const std::int64_t nudge = product >= 0 ? (std::int64_t{1} << 30) : 1 - (std::int64_t{1} << 30);
  return static_cast<std::int32_t>((product + nudge) / (std::int64_t{1} << 31));
}

/// round(x / 2^exponent), halves away from zero; 0 <= exponent <= 31.
inline std::int32_t rounding_divide_by_pot(std::int32_t x, int exponent) {
  const auto mask = static_cast<std::int32_t>((std::int64_t{1} << exponent) - 1);
  const std::int32_t remainder = x & mask;
  const std::int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

/// x * real, with TFLM's double rounding. The left shift wraps like two's complement hardware does.
inline std::int32_t multiply_by_quantized_multiplier(std::int32_t x, QuantizedMultiplier m) {
  const int left = m.shift > 0 ? m.shift : 0;
  const int right = m.shift > 0 ? 0 : -m.shift;
  const auto shifted = static_cast<std::int32_t>(static_cast<std::uint32_t>(x) << left);
  return rounding_divide_by_pot(saturating_rounding_doubling_high_mul(shifted, m.multiplier), right);
}

/// The multiplier cut to Q0.15, and the right shift (8..46) that belongs to it.
inline QuantizedMultiplier reduced_multiplier(QuantizedMultiplier m) {
  return {m.multiplier < 0x7fff0000 ? (m.multiplier + (1 << 15)) >> 16 : 0x7fff, 15 - m.shift};
}

/// The same for the 64-bit sums of 16x8 layers, |x| < 2^47: the multiplier is cut to 16 bits and there is one rounding,
/// halves up. `m.shift` < 8.
inline std::int32_t multiply_wide_by_quantized_multiplier(std::int64_t x, QuantizedMultiplier m) {
  const QuantizedMultiplier r = reduced_multiplier(m);
  return static_cast<std::int32_t>((x * r.multiplier + (std::int64_t{1} << (r.shift - 1))) >> r.shift);
}

}  // namespace mote
