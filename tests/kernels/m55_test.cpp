// Every kernel of device/cortex_m55 against its operator's reference on host and chip (chip_cases.h), and Helium's
// rounding against TFLite's.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

extern "C" {
#include "device/cortex_m55/mote_mve.h"
}
#include "kernels/kernels.h"
#include "ops/fixed_point.h"
#include "ops/ops.h"
#include "tests/kernels/chip_cases.h"
#include "tests/kernels/dense_cases.h"
#include "tests/ops/case_maker.h"

namespace mote {
namespace {

using testing::OpCase;

const Board& m55() {
  static const Board board = load_board("mps3-an547").value();
  return board;
}

/// Depthwise layers of 3x3: narrow and wide ones, odd sizes, either axis the longer, all strides and paddings.
OpCase depthwise(testing::Random& random, const std::string& name) {
  testing::CaseMaker maker(name, ops::depthwise_conv2d, random.bits());
  const std::int32_t stride = random.integer(1, 2);
  maker.attr("stride_h", stride).attr("stride_w", stride).attr("dilation_h", 1).attr("dilation_w", 1);
  for (const char* side : {"pad_top", "pad_left", "pad_bottom", "pad_right"})
    maker.attr(side, random.chance(60) ? 1 : random.integer(0, 2));
  const char* const activations[] = {"none", "relu", "relu", "relu6"};
  const std::string activation = activations[random.integer(0, 3)];
  maker.attr("activation", activation);
  const bool narrow = random.chance(40);
  const Shape in = {1, random.integer(3, 14), random.integer(3, 14),
                    narrow ? random.integer(1, 15) : random.integer(16, 50)};
  maker.input(DType::i8, in, {0.05F, random.integer(-128, 127)});
  std::vector<float> scales;
  for (std::int32_t c = 0; c < in[3]; ++c) scales.push_back(0.002F * random.real(0.25F, 2.0F));
  maker.weights_s8({1, 3, 3, in[3]}, scales, 3).bias_s32(in[3], 20000);
  maker.output_quant({0.05F * random.real(0.3F, 3.0F), activation == "none" ? random.integer(-128, 127) : -128});
  return maker.make();
}

const std::vector<OpCase>& all_cases() {
  static const std::vector<OpCase> cases = [] {
    std::vector<OpCase> list = testing::dense_cases();
    testing::Random random(55);
    for (int i = 0; i < 60; ++i) list.push_back(depthwise(random, fmt::format("depthwise_{}", i)));
    for (const OpCase& test : testing::op_cases()) list.push_back(test);
    for (std::uint64_t seed = 1; seed <= 300; ++seed) list.push_back(testing::random_case(seed));
    return list;
  }();
  return cases;
}

class M55Kernel : public ::testing::TestWithParam<const KernelDef*> {};

TEST_P(M55Kernel, AgreesWithReferenceOnHostAndChip) {
  testing::expect_reference_on_host_and_chip(*GetParam(), m55(), all_cases(), 48);
}

INSTANTIATE_TEST_SUITE_P(Kernels, M55Kernel, ::testing::ValuesIn(testing::kernels_of_folder("cortex_m55")),
                         [](const auto& test) { return std::string(test.param->name); });

/// A kernel's variants are functions of their own: none of them may go without a case.
TEST(M55Variants, HaveCases) {
  const Target& target = m55().target.target;
  std::set<std::string> used;
  for (const OpCase& test : all_cases()) {
    const Node& node = test.graph.nodes[0];
    for (const KernelDef* def : testing::kernels_of_folder("cortex_m55"))
      if (def->op == node.op && def->applies(test.graph, node, target))
        used.insert(def->lower(test.graph, node, target).kernel);
  }
  for (const char* name :
       {"mote_pointwise_s8_mve", "mote_pointwise_s8_mve_signed", "mote_conv2d_s8_mve", "mote_conv2d_s8_mve_signed",
        "mote_fully_connected_s8_mve", "mote_fully_connected_s8_mve_signed", "mote_depthwise_3x3_s8_mve",
        "mote_depthwise_3x3_s8_mve_any", "mote_depthwise_3x3_s8_mve_stride2", "mote_depthwise_3x3_s8_mve_stride2_any"})
    EXPECT_TRUE(used.contains(name)) << name;
}

/// Every sum within three products of a rounding's edge, for every shift: a signed layer's result is TFLite's, a plain
/// layer's is where neither is below zero.
TEST(M55Rounding, IsThatOfTflite) {
  testing::Random random(3);
  for (std::int32_t shift = 0; shift >= -31; --shift)
    for (int i = 0; i < 200; ++i) {
      const std::int32_t multiplier = i == 0 ? INT32_MAX : random.integer(1 << 30, INT32_MAX);
      for (int k = 0; k < 60; ++k) {
        // A half of an output step, in products; sums are about as large, or twice that.
        const double half = (random.integer(-150, 150) + 0.5) * std::exp2(-shift) * 2147483648.0 / multiplier;
        if (std::abs(half) > 2.1e9) continue;
        const auto sum = static_cast<std::int32_t>(half) + random.integer(-3, 3);
        const std::int32_t want = multiply_by_quantized_multiplier(sum, {multiplier, shift});
        const std::int32_t plain = mote_mve_scale(sum, multiplier, shift, 0);
        ASSERT_EQ(std::max(plain, 0), std::max(want, 0)) << sum << " * " << multiplier << " >> " << -shift;
        if (shift == 0) continue;
        ASSERT_EQ(mote_mve_scale(sum, multiplier, shift, 1), want) << sum << " * " << multiplier << " >> " << -shift;
      }
    }
}

}  // namespace
}  // namespace mote
