// See softmax.h. Formats: Qa.b has a integer bits and b fractional bits below the sign.
#include <algorithm>
#include <bit>
#include <cmath>

#include "ops/fixed_point.h"
#include "ops/softmax.h"

namespace mote::ops {
namespace {

constexpr int kDiffIntegerBits = 5;
constexpr int kDiffFractionBits = 31 - kDiffIntegerBits;
constexpr int kSumIntegerBits = 12;
constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();

std::int32_t mul(std::int32_t a, std::int32_t b) { return saturating_rounding_doubling_high_mul(a, b); }

/// x * 2^exponent, saturating.
std::int32_t shift_left_saturating(std::int32_t x, int exponent) {
  const std::int64_t wide = std::int64_t{x} * (std::int64_t{1} << exponent);
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(wide, std::numeric_limits<std::int32_t>::min(), kMax));
}

/// exp(a) for a in [-1/4, 0), both Q0.31: a Taylor polynomial of degree 4 around -1/8.
std::int32_t exp_on_last_quarter(std::int32_t a) {
  constexpr std::int32_t kExpMinusEighth = 1895147668;
  constexpr std::int32_t kOneThird = 715827883;
  const std::int32_t x = a + (std::int32_t{1} << 28);
  const std::int32_t x2 = mul(x, x);
  const std::int32_t x3 = mul(x2, x);
  const std::int32_t x4 = mul(x2, x2);
  const std::int32_t x4_over_4 = rounding_divide_by_pot(x4, 2);
  const std::int32_t higher = rounding_divide_by_pot(mul(x4_over_4 + x3, kOneThird) + x2, 1);
  return kExpMinusEighth + mul(kExpMinusEighth, x + higher);
}

/// exp(a) for a <= 0 in Q5.26, as Q0.31: the last quarter by polynomial, the rest by one factor exp(-2^k) per set bit.
std::int32_t exp_on_negative(std::int32_t a) {
  if (a == 0) return kMax;
  constexpr std::int32_t kQuarter = std::int32_t{1} << (kDiffFractionBits - 2);
  const std::int32_t last = (a & (kQuarter - 1)) - kQuarter;
  std::int32_t result = exp_on_last_quarter(shift_left_saturating(last, kDiffIntegerBits));
  const std::int32_t rest = last - a;
  constexpr std::array<std::int32_t, 7> kFactors = {1672461947, 1302514674, 790015084, 290630308,
                                                    39332535,   720401,     242};
  for (std::size_t i = 0; i < kFactors.size(); ++i)  // exp(-1/4), exp(-1/2), ..., exp(-16)
    if ((rest & (std::int32_t{1} << (kDiffFractionBits - 2 + static_cast<int>(i)))) != 0)
      result = mul(result, kFactors[i]);
  return result;
}

double diff_multiplier(double beta, double scale) {
  return std::min(beta * scale * static_cast<double>(std::int64_t{1} << kDiffFractionBits), 2147483647.0);
}

}  // namespace

bool softmax_scale_is_legal(double beta, double scale) { return diff_multiplier(beta, scale) > 1.0; }

ExpTable softmax_exp_table(double beta, double scale) {
  const QuantizedMultiplier m = quantize_multiplier(diff_multiplier(beta, scale));
  // Differences below `lowest` would leave Q5.26.
  const double reach = 31.0 * static_cast<double>(std::int64_t{1} << kDiffFractionBits) /
                       static_cast<double>(std::int64_t{1} << m.shift);
  const auto lowest = static_cast<std::int64_t>(std::floor(reach));
  ExpTable table{};
  for (std::int32_t d = 0; d < 256 && d <= lowest; ++d)
    table[static_cast<std::size_t>(d)] = exp_on_negative(multiply_by_quantized_multiplier(-d, m));
  return table;
}

SoftmaxReciprocal softmax_reciprocal(std::int32_t sum) {
  // sum = (1 + x) * 2^k with x in [0, 1): Newton's iteration for 1 / ((1 + x) / 2) in Q2.29, from 48/17 - 32/17 * (1 +
  // x) / 2.
  const int leading = std::countl_zero(static_cast<std::uint32_t>(sum));
  const auto x = static_cast<std::int32_t>((static_cast<std::uint32_t>(sum) << leading) - (std::uint32_t{1} << 31));
  const std::int64_t one_plus_x = std::int64_t{x} + kMax;
  const auto half = static_cast<std::int32_t>((one_plus_x + 1) / 2);
  constexpr std::int32_t k48Over17 = 1515870810;
  constexpr std::int32_t kMinus32Over17 = -1010580540;
  std::int32_t y = k48Over17 + mul(half, kMinus32Over17);
  for (int i = 0; i < 3; ++i) {
    const std::int32_t error = (std::int32_t{1} << 29) - mul(half, y);
    y += shift_left_saturating(mul(y, error), 2);
  }
  return {shift_left_saturating(y, 1), kSumIntegerBits - leading};
}

}  // namespace mote::ops
