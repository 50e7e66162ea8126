// Every kernel of device/cortex_m0 against its operator's reference on host and chip (chip_cases.h), and the rescale
// that they share against TFLite's arithmetic on every sum.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "kernels/kernels.h"
#include "kernels/rescale_m0.h"
#include "ops/ops.h"
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

/// A depthwise layer of any window, often 3x3, with sums that use the output's range.
OpCase depthwise(testing::Random& random, std::string name) {
  testing::CaseMaker maker(std::move(name), ops::depthwise_conv2d, random.bits());
  const bool usual = random.chance(60);
  const std::int32_t filter_h = usual ? 3 : random.integer(1, 6), filter_w = usual ? 3 : random.integer(1, 6);
  const std::int32_t stride = random.integer(1, 2), channels = random.integer(2, 9);
  maker.attr("stride_h", stride).attr("stride_w", stride).attr("dilation_h", 1).attr("dilation_w", 1);
  for (const char* side : {"pad_top", "pad_left", "pad_bottom", "pad_right"}) maker.attr(side, random.integer(0, 2));
  const std::string activation = random.chance(50) ? "relu" : random.chance(30) ? "relu6" : "none";
  maker.attr("activation", activation);
  maker.input(DType::i8, {1, filter_h + random.integer(0, 12), filter_w + random.integer(0, 12), channels},
              {0.05F, random.integer(-128, 127)});
  std::vector<float> scales;
  for (std::int32_t c = 0; c < channels; ++c) scales.push_back(0.002F * random.real(0.25F, 2.0F));
  maker.weights_s8({1, filter_h, filter_w, channels}, scales, 3).bias_s32(channels, 20000);
  const float fitting = 0.0137F * std::sqrt(static_cast<float>(filter_h * filter_w));
  maker.output_quant({fitting * random.real(0.3F, 3.0F), activation == "none" ? random.integer(-128, 127) : -128});
  return maker.make();
}

/// Sums near the ends of what quads and octets can take apart: every product of the first sample is the largest.
OpCase farthest_sums() {
  constexpr std::int32_t kInputs = 510, kOutputs = 13;
  testing::CaseMaker maker("farthest_sums", ops::fully_connected, 1);
  maker.attr("keep_dims", 0).attr("activation", std::string("none")).input(DType::i8, {1, kInputs}, {0.05F, 0});
  maker.weights_s8({kOutputs, kInputs}, {0.002F}, 0).bias_s32(kOutputs, 20000).output_quant({6.4F, 3});
  OpCase test = maker.make();
  std::vector<std::int8_t> weights;
  for (std::int32_t o = 0; o < kOutputs; ++o)
    for (std::int32_t i = 0; i < kInputs; ++i)
      weights.push_back(o % 3 == 0 ? 127 : o % 3 == 1 ? -127 : static_cast<std::int8_t>(i < 40 * o ? 127 : -127));
  test.graph.tensors[static_cast<std::size_t>(test.graph.nodes[0].inputs[1])].data =
      make_data(std::span<const std::int8_t>(weights));
  std::fill(test.inputs[0].begin(), test.inputs[0].end(), std::uint8_t{0x80});
  return test;
}

const std::vector<OpCase>& all_cases() {
  static const std::vector<OpCase> cases = [] {
    std::vector<OpCase> list = {farthest_sums()};
    for (const OpCase& test : testing::dense_cases()) list.push_back(test);
    testing::Random random(40);
    for (int i = 0; i < 60; ++i) list.push_back(depthwise(random, "depthwise_" + std::to_string(i)));
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

/// A kernel's variants are functions of their own: none of them may go without a case.
TEST(M0Variants, HaveCases) {
  const Target& target = pico().target.target;
  std::set<std::string> used;
  for (const OpCase& test : all_cases()) {
    const Node& node = test.graph.nodes[0];
    for (const KernelDef* def : testing::kernels_of_folder("cortex_m0"))
      if (def->op == node.op && def->applies(test.graph, node, target))
        used.insert(def->lower(test.graph, node, target).kernel);
  }
  for (const char* name :
       {"mote_add_plane_s8", "mote_add_plane_signed_s8", "mote_conv2d_s8_quads", "mote_conv2d_s8_quads_signed",
        "mote_depthwise_3x3_s8_ring", "mote_depthwise_3x3_s8_ring_signed", "mote_depthwise_3x3_stride2_s8_ring",
        "mote_depthwise_3x3_stride2_s8_ring_signed", "mote_depthwise_s8_band", "mote_depthwise_s8_band_signed",
        "mote_fully_connected_s8_quads", "mote_fully_connected_s8_quads_signed", "mote_fully_connected_s8_bytes",
        "mote_fully_connected_s8_bytes_signed"})
    EXPECT_TRUE(used.contains(name)) << name;
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
