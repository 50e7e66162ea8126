// find_rescale against TFLite's arithmetic on every sum of a range, for multipliers, ranges and zero points at random
// and at the ends.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/rescale_m4.h"
#include "tests/passes/random_graph.h"

namespace mote {
namespace {

std::int32_t expected(QuantizedMultiplier m, std::int32_t zero_point, ops::Int8Range range, std::int32_t sum) {
  const std::int64_t y = zero_point + std::int64_t{multiply_by_quantized_multiplier(sum, m)};
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(y, range.min, range.max));
}

void expect_exact(const Rescale& rescale, QuantizedMultiplier m, std::int32_t zero_point, ops::Int8Range range,
                  SumRange sums, int fraction) {
  for (std::int64_t sum = sums.min; sum <= sums.max; ++sum) {
    const auto s = static_cast<std::int32_t>(sum);
    const std::int32_t got =
        std::clamp<std::int32_t>(apply_rescale(rescale, zero_point, s, fraction), range.min, range.max);
    ASSERT_EQ(got, expected(m, zero_point, range, s))
        << "sum " << sum << " multiplier " << m.multiplier << " shift " << m.shift << " zero point " << zero_point
        << " fraction " << fraction;
  }
}

TEST(Rescale, EverySumOfARange) {
  testing::Random random(5);
  int found = 0;
  for (int i = 0; i < 120; ++i) {
    const double scale = std::exp2(static_cast<double>(random.real(-9.5F, -5.0F)));
    const QuantizedMultiplier m = quantize_multiplier(scale);
    const std::int32_t zero_point = random.chance(40) ? -128 : random.integer(-128, 127);
    const ops::Int8Range range = random.chance(30) ? ops::Int8Range{zero_point, 127} : ops::Int8Range{-128, 127};
    const SumRange sums{-random.integer(0, 90000), random.integer(0, 90000)};
    const int fraction = random.chance(50) ? 12 : 9;
    const auto rescale = find_rescale(m, zero_point, range, sums, fraction);
    if (!rescale) continue;
    ++found;
    EXPECT_TRUE(rescale_signed(zero_point, range) || rescale->negative == 0);
    expect_exact(*rescale, m, zero_point, range, sums, fraction);
  }
  EXPECT_GE(found, 115);  // not finding one is allowed, but must be rare
}

TEST(Rescale, LargeScalesNeedFewerFractionBits) {
  const QuantizedMultiplier m = quantize_multiplier(0.3);
  EXPECT_FALSE(find_rescale(m, 0, {-128, 127}, {-5000, 5000}, 12));
  const auto rescale = find_rescale(m, 0, {-128, 127}, {-5000, 5000}, 8);
  ASSERT_TRUE(rescale);
  expect_exact(*rescale, m, 0, {-128, 127}, {-5000, 5000}, 8);
}

TEST(Rescale, SumsBeyond23BitsAreRefused) {
  EXPECT_FALSE(find_rescale(quantize_multiplier(0.001), 0, {-128, 127}, {-9000000, 9000000}));
}

TEST(Rescale, ConstantResults) {
  const QuantizedMultiplier tiny = quantize_multiplier(1e-9);
  EXPECT_EQ(constant_result(tiny, 7, {-128, 127}, {-1000000, 1000000}), std::int8_t{7});
  EXPECT_EQ(constant_result(tiny, -128, {-128, 127}, {-1073741824, -1073741824}), std::int8_t{-128});
  EXPECT_FALSE(constant_result(quantize_multiplier(0.01), 7, {-128, 127}, {-1000, 1000}));
  EXPECT_EQ(constant_result(quantize_multiplier(0.01), 7, {-128, 127}, {50000, 60000}), std::int8_t{127});
}

}  // namespace
}  // namespace mote
