// The device's fixed-point arithmetic (mote_math.h) against the host's (fixed_point.h) and against exact arithmetic.
#include <gtest/gtest.h>

#include <cmath>

#include "ops/fixed_point.h"
#include "tests/passes/random_graph.h"

extern "C" {
#include "mote_math.h"
}

namespace mote::testing {
namespace {

const std::vector<std::int32_t>& edges() {
  static const std::vector<std::int32_t> values = {0,
                                                   1,
                                                   -1,
                                                   2,
                                                   -2,
                                                   3,
                                                   -3,
                                                   127,
                                                   -128,
                                                   255,
                                                   16256 /* -128 * -127 */,
                                                   -16256,
                                                   1 << 20,
                                                   -(1 << 20),
                                                   (1 << 30) - 1,
                                                   1 << 30,
                                                   -(1 << 30),
                                                   INT32_MAX - 1,
                                                   INT32_MAX,
                                                   INT32_MIN + 1,
                                                   INT32_MIN};
  return values;
}

/// round(a * b / 2^31), halves up. The quotient has 62 bits at most, which a long double holds exactly.
std::int32_t high_mul_exact(std::int32_t a, std::int32_t b) {
  const long double quotient = std::ldexp(static_cast<long double>(std::int64_t{a} * b), -31);
  return static_cast<std::int32_t>(std::floor(quotient + 0.5L));
}

/// round(x / 2^n), halves away from zero, on the magnitude.
std::int32_t rounding_shift_exact(std::int32_t x, int n) {
  const std::int64_t magnitude = x < 0 ? -std::int64_t{x} : std::int64_t{x};
  const std::int64_t rounded = n == 0 ? magnitude : (magnitude + (std::int64_t{1} << (n - 1))) >> n;
  return static_cast<std::int32_t>(x < 0 ? -rounded : rounded);
}

void check_pair(std::int32_t a, std::int32_t b) {
  if (a == INT32_MIN && b == INT32_MIN) return;  // saturates on the host, excluded on the device
  ASSERT_EQ(saturating_rounding_doubling_high_mul(a, b), high_mul_exact(a, b)) << a << " * " << b;
  ASSERT_EQ(mote_high_mul(a, b), high_mul_exact(a, b)) << a << " * " << b;
}

void check_shift(std::int32_t x, int n) {
  ASSERT_EQ(rounding_divide_by_pot(x, n), rounding_shift_exact(x, n)) << x << " >> " << n;
  ASSERT_EQ(mote_rounding_shift_right(x, n), rounding_shift_exact(x, n)) << x << " >> " << n;
}

TEST(FixedPoint, HighMultiplicationIsExact) {
  for (const std::int32_t a : edges())
    for (const std::int32_t b : edges()) check_pair(a, b);
  Random random(1);
  for (int i = 0; i < 200000; ++i)
    check_pair(random.integer(INT32_MIN / 2, INT32_MAX / 2), static_cast<std::int32_t>(random.bits()));
}

TEST(FixedPoint, RoundingShiftIsExact) {
  Random random(2);
  for (int n = 0; n <= 31; ++n) {
    for (const std::int32_t x : edges()) check_shift(x, n);
    for (int i = 0; i < 2000; ++i) check_shift(static_cast<std::int32_t>(random.bits()), n);
    // Exact halves, where the rounding direction shows.
    for (int k = -3; k <= 3 && n > 0 && n < 29; ++k) check_shift(k * (1 << n) + (1 << (n - 1)), n);
  }
}

TEST(FixedPoint, DeviceScalesAsTheHost) {
  Random random(3);
  for (int i = 0; i < 200000; ++i) {
    const QuantizedMultiplier m = {random.integer(1 << 30, INT32_MAX), random.integer(-31, 30)};
    const std::int32_t x = random.chance(20) ? edges()[static_cast<std::size_t>(random.integer(0, 20))]
                                             : static_cast<std::int32_t>(random.bits());
    ASSERT_EQ(mote_scale(x, m.multiplier, m.shift), multiply_by_quantized_multiplier(x, m))
        << x << " " << m.multiplier << " " << m.shift;
  }
}

TEST(FixedPoint, ShiftsOfNegativeNumbersRoundDown) {
  EXPECT_EQ(mote_shift_right(-1, 1), -1);
  EXPECT_EQ(mote_shift_right(-5, 1), -3);
  EXPECT_EQ(mote_shift_right(INT32_MIN, 31), -1);
  EXPECT_EQ(mote_shift_right(INT32_MAX, 31), 0);
}

TEST(QuantizeMultiplier, IsTheNearestFraction) {
  Random random(4);
  for (int i = 0; i < 20000; ++i) {
    const double real = std::exp2(static_cast<double>(random.real(-29.0F, 28.0F)));
    const QuantizedMultiplier m = quantize_multiplier(real);
    ASSERT_GE(m.multiplier, 1 << 30);
    ASSERT_NEAR(std::ldexp(static_cast<double>(m.multiplier), m.shift - 31) / real, 1.0, 0x1p-31);
  }
}

TEST(QuantizeMultiplier, Edges) {
  EXPECT_EQ(quantize_multiplier(0.0).multiplier, 0);
  EXPECT_EQ(quantize_multiplier(1e-30).multiplier, 0);
  EXPECT_EQ(quantize_multiplier(1.0).multiplier, 1 << 30);
  EXPECT_EQ(quantize_multiplier(1.0).shift, 1);
  EXPECT_EQ(quantize_multiplier(1.0 - 0x1p-40).multiplier, 1 << 30);  // rounds up to the next power of two
  EXPECT_EQ(quantize_multiplier(1.0 - 0x1p-40).shift, 1);
}

}  // namespace
}  // namespace mote::testing
