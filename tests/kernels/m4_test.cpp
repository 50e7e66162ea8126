// Every kernel of device/cortex_m4 against its operator's reference on host and chip (chip_cases.h): the shared list of
// cases, random ones, and shapes made for these kernels here.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "kernels/kernels.h"
#include "ops/ops.h"
#include "tests/kernels/chip_cases.h"
#include "tests/kernels/dense_cases.h"
#include "tests/ops/case_maker.h"

namespace mote {
namespace {

using testing::CaseMaker;
using testing::OpCase;

const Board& m4() {
  static const Board board = load_board("nano33ble").value();
  return board;
}

void set_window(CaseMaker& maker, testing::Random& random, std::int32_t stride, std::int32_t most_padding) {
  maker.attr("stride_h", stride).attr("stride_w", stride).attr("dilation_h", 1).attr("dilation_w", 1);
  for (const char* side : {"pad_top", "pad_left", "pad_bottom", "pad_right"})
    maker.attr(side, random.chance(60) ? 1 : random.integer(0, most_padding));
}

/// Scales of weights that differ by a factor of up to eight, and an output scale that uses the range.
OpCase random_convolution(testing::Random& random, std::string name, bool depthwise, float scale = 0) {
  const std::int32_t stride = depthwise ? random.integer(1, 2) : 1;
  const Shape in = {1, random.integer(3, 14), random.integer(3, 14),
                    depthwise ? random.integer(4, 13) : random.integer(4, 20)};
  const std::int32_t out_c = depthwise ? in[3] : random.integer(1, 20);
  CaseMaker maker(std::move(name), depthwise ? ops::depthwise_conv2d : ops::conv2d, random.bits());
  set_window(maker, random, stride, depthwise ? 2 : 1);
  const char* const activations[] = {"none", "relu", "relu", "relu6"};
  const std::string activation = activations[random.integer(0, 3)];
  maker.attr("activation", activation);
  maker.input(DType::i8, in, {0.05F, random.integer(-128, 127)});
  std::vector<float> scales;
  for (std::int32_t c = 0; c < out_c; ++c) scales.push_back(0.002F * random.real(0.25F, 2.0F));
  maker.weights_s8(depthwise ? Shape{1, 3, 3, out_c} : Shape{out_c, 3, 3, in[3]}, scales, depthwise ? 3 : 0);
  maker.bias_s32(out_c, 20000);
  const float taps = depthwise ? 9.0F : 9.0F * static_cast<float>(in[3]);
  const float fitting = 0.05F * 0.002F * 74.0F * 74.0F * std::sqrt(taps) / 40.0F;
  // `scale`: the largest from sums to outputs, 0 for one that uses the range.
  const float out_scale =
      scale > 0 ? 0.05F * *std::max_element(scales.begin(), scales.end()) / scale : fitting * random.real(0.3F, 3.0F);
  maker.output_quant({out_scale, activation == "none" ? random.integer(-128, 127) : -128});
  return maker.make();
}

/// Equal scales, and a sum of half a step where one operand is odd: halves of negative sums are rounded away from zero.
OpCase halves_add(testing::Random& random, std::string name, std::int32_t zero) {
  CaseMaker maker(std::move(name), ops::add, random.bits());
  maker.attr("activation", std::string("none"));
  maker.input(DType::i8, {1, 9, 29}, {0.25F, zero}).input(DType::i8, {1, 9, 29}, {0.25F, -zero});
  maker.output_quant({0.5F, random.integer(-20, 20)});
  return maker.make();
}

std::vector<OpCase> own_cases() {
  std::vector<OpCase> cases;
  testing::Random random(20);
  for (int i = 0; i < 40; ++i) cases.push_back(random_convolution(random, fmt::format("depthwise_{}", i), true));
  for (int i = 0; i < 20; ++i) {  // scales for other fractions than the usual one
    const float scale = i % 2 == 0 ? random.real(0.3F, 0.95F) : std::exp2(random.real(-14.0F, -11.0F));
    cases.push_back(random_convolution(random, fmt::format("depthwise_scaled_{}", i), true, scale));
    cases.push_back(random_convolution(random, fmt::format("conv_scaled_{}", i), false, scale));
  }
  for (int i = 0; i < 3; ++i) cases.push_back(halves_add(random, fmt::format("halves_{}", i), 7 * i));
  for (int i = 0; i < 30; ++i) cases.push_back(random_convolution(random, fmt::format("conv_{}", i), false));
  return cases;
}

const std::vector<OpCase>& all_cases() {
  static const std::vector<OpCase> cases = [] {
    std::vector<OpCase> list = testing::dense_cases();
    for (const OpCase& test : own_cases()) list.push_back(test);
    for (const OpCase& test : testing::op_cases()) list.push_back(test);
    for (std::uint64_t seed = 1; seed <= 300; ++seed) list.push_back(testing::random_case(seed));
    return list;
  }();
  return cases;
}

class M4Kernel : public ::testing::TestWithParam<const KernelDef*> {};

TEST_P(M4Kernel, AgreesWithReferenceOnHostAndChip) {
  testing::expect_reference_on_host_and_chip(*GetParam(), m4(), all_cases());
}

/// A kernel's variants are functions of their own: none of them may go without a case.
TEST(M4Variants, HaveCases) {
  const Target& target = m4().target.target;
  std::set<std::string> used;
  for (const OpCase& test : all_cases()) {
    const Node& node = test.graph.nodes[0];
    for (const KernelDef* def :
         {&kernels::add_linear_s8, &kernels::depthwise_3x3_s8, &kernels::winograd_2x2_s8, &kernels::winograd_4x4_s8})
      if (def->op == node.op && def->applies(test.graph, node, target))
        used.insert(def->lower(test.graph, node, target).kernel);
  }
  for (const char* name :
       {"mote_add_linear_s8", "mote_add_linear_signed_s8", "mote_depthwise_3x3_s8_plain_7",
        "mote_depthwise_3x3_s8_plain_9", "mote_depthwise_3x3_s8_signed_7", "mote_depthwise_3x3_s8_signed_9",
        "mote_depthwise_3x3_stride2_s8_plain_7", "mote_depthwise_3x3_stride2_s8_plain_9",
        "mote_depthwise_3x3_stride2_s8_signed_7", "mote_depthwise_3x3_stride2_s8_signed_9",
        "mote_winograd_2x2_s8_plain_9", "mote_winograd_2x2_s8_plain_11", "mote_winograd_2x2_s8_signed_9",
        "mote_winograd_2x2_s8_signed_11", "mote_winograd_4x4_s8_plain_9", "mote_winograd_4x4_s8_plain_11",
        "mote_winograd_4x4_s8_signed_9", "mote_winograd_4x4_s8_signed_11"})
    EXPECT_TRUE(used.contains(name)) << name;
}

INSTANTIATE_TEST_SUITE_P(Kernels, M4Kernel, ::testing::ValuesIn(testing::kernels_of_folder("cortex_m4")),
                         [](const auto& test) { return std::string(test.param->name); });

}  // namespace
}  // namespace mote
