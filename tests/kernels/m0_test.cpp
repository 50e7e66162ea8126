// Every kernel of device/cortex_m0 against its operator's reference on host and chip (chip_cases.h), and the rescale
// that they share against TFLite's arithmetic on every sum.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/kernels.h"
#include "kernels/rescale_m0.h"
#include "tests/kernels/chip_cases.h"
#include "tests/kernels/dense_cases.h"
#include "tests/ops/case_maker.h"

namespace mote {
namespace {

using testing::OpCase;

const Board& pico() {
  static const Board board = load_board("pico").value();
  return board;
}

const std::vector<OpCase>& all_cases() {
  static const std::vector<OpCase> cases = [] {
    std::vector<OpCase> list = testing::dense_cases();
    for (const OpCase& test : testing::op_cases()) list.push_back(test);
    for (std::uint64_t seed = 1; seed <= 300; ++seed) list.push_back(testing::random_case(seed));
    return list;
  }();
  return cases;
}

class M0Kernel : public ::testing::TestWithParam<const KernelDef*> {};

TEST_P(M0Kernel, AgreesWithReferenceOnHostAndChip) {
  testing::expect_reference_on_host_and_chip(*GetParam(), pico(), all_cases());
}

INSTANTIATE_TEST_SUITE_P(Kernels, M0Kernel, ::testing::ValuesIn(testing::kernels_of_folder("cortex_m0")),
                         [](const auto& test) { return std::string(test.param->name); });

void expect_exact(const RescaleM0& rescale, const ChannelM0& channel, std::int32_t zero_point, ops::Int8Range range,
                  RescaleBitsM0 bits) {
  for (std::int64_t sum = channel.sums.min; sum <= channel.sums.max; ++sum) {
    const auto s = static_cast<std::int32_t>(sum);
    const std::int64_t y =
        zero_point + std::int64_t{multiply_by_quantized_multiplier(s + channel.bias, channel.multiplier)};
    const std::int32_t got =
        std::clamp<std::int32_t>(apply_rescale_m0(rescale, zero_point, s, bits), range.min, range.max);
    ASSERT_EQ(got, std::clamp<std::int64_t>(y, range.min, range.max))
        << "sum " << sum << " bias " << channel.bias << " multiplier " << channel.multiplier.multiplier << " shift "
        << channel.multiplier.shift << " zero point " << zero_point;
  }
}

TEST(RescaleM0, EverySumOfARange) {
  testing::Random random(6);
  int found = 0, negative = 0;
  for (int i = 0; i < 160; ++i) {
    const double scale = std::exp2(static_cast<double>(random.real(-13.0F, -1.0F)));
    const std::int32_t zero_point = random.chance(40) ? -128 : random.integer(-128, 127);
    const ops::Int8Range range = random.chance(30) ? ops::Int8Range{zero_point, 127} : ops::Int8Range{-128, 127};
    const ChannelM0 channel{quantize_multiplier(scale),
                            random.integer(-40000, 40000),
                            {-random.integer(0, 150000), random.integer(0, 150000)}};
    const auto bits = finest_bits_m0({&channel, 1}, zero_point, range);
    ASSERT_TRUE(bits);
    const auto rescale = find_rescale_m0(channel, zero_point, range, *bits);
    if (!rescale) continue;
    ++found;
    negative += rescale->negative != 0 ? 1 : 0;
    EXPECT_TRUE(rescale_signed(zero_point, range) || rescale->negative == 0);
    expect_exact(*rescale, channel, zero_point, range, *bits);
  }
  EXPECT_GE(found, 152);  // not finding one is allowed, but must be rare
  EXPECT_GE(negative, 20);
}

TEST(RescaleM0, ConstantChannels) {
  const ChannelM0 dead{quantize_multiplier(1e-9), 1000, {-500000, 500000}};
  const auto rescale = find_rescale_m0(dead, 7, {-128, 127}, {12, 24});
  ASSERT_TRUE(rescale);
  for (const std::int32_t sum : {-500000, -1, 0, 500000}) EXPECT_EQ(apply_rescale_m0(*rescale, 7, sum, {12, 24}), 7);
  const ChannelM0 one_step{quantize_multiplier(0.5), 0, {0, 1}};
  const auto step = find_rescale_m0(one_step, -128, {-128, -127}, {16, 16});
  ASSERT_TRUE(step);
  EXPECT_EQ(std::min<int>(apply_rescale_m0(*step, -128, 0, {16, 16}), -127), -128);
  EXPECT_EQ(std::min<int>(apply_rescale_m0(*step, -128, 1, {16, 16}), -127), -127);
}

TEST(RescaleM0, LeftShiftsAreRefused) {
  EXPECT_FALSE(finest_bits_m0(std::vector{ChannelM0{quantize_multiplier(3.0), 0, {-50, 50}}}, 0, {-128, 127}));
}

}  // namespace
}  // namespace mote
