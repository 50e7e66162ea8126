// Every kernel of device/cortex_m4 against its operator's reference on host and chip (chip_cases.h): the shared list of
// cases, random ones, and shapes made for these kernels here.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "ir/int4.h"
#include "kernels/kernels.h"
#include "ops/ops.h"
#include "tests/kernels/chip_cases.h"
#include "tests/kernels/dense_cases.h"
#include "tests/kernels/window_cases.h"
#include "tests/ops/case_maker.h"
#include "tests/ops/precision_cases.h"

namespace mote {
namespace {

using testing::OpCase;

const Board& m4() {
  static const Board board = load_board("nano33ble").value();
  return board;
}

const std::vector<OpCase>& all_cases() {
  static const std::vector<OpCase> cases = [] {
    std::vector<OpCase> list = testing::dense_cases();
    for (const OpCase& test : testing::window_cases()) list.push_back(test);
    for (const OpCase& test : testing::op_cases()) list.push_back(test);
    for (std::uint64_t seed = 1; seed <= 300; ++seed) list.push_back(testing::random_case(seed));
    for (const OpCase& test : testing::dense_cases()) {
      if (auto made = testing::int4_case(test)) list.push_back(std::move(*made));
      if (auto made = testing::int16_case(test)) list.push_back(std::move(*made));
    }
    for (const OpCase& test : testing::precision_cases()) list.push_back(test);
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
    if (has_int4(test.graph) || test.graph.tensor(test.graph.outputs[0]).type == DType::i16) {
      for (const KernelDef* def : {&kernels::conv2d_s8w4_quad, &kernels::conv2d_s16_pairs})
        if (def->op == node.op && def->applies(test.graph, node, target))
          used.insert(def->lower(test.graph, node, target).kernel);
      continue;
    }
    for (const KernelDef* def : {&kernels::add_linear_s8, &kernels::depthwise_3x3_s8, &kernels::depthwise_taps_s8,
                                 &kernels::winograd_2x2_s8, &kernels::winograd_4x4_s8})
      if (def->op == node.op && def->applies(test.graph, node, target))
        used.insert(def->lower(test.graph, node, target).kernel);
  }
  for (const char* name : {"mote_add_linear_s8",
                           "mote_add_linear_signed_s8",
                           "mote_depthwise_3x3_s8_plain_7",
                           "mote_depthwise_3x3_s8_plain_9",
                           "mote_depthwise_3x3_s8_signed_7",
                           "mote_depthwise_3x3_s8_signed_9",
                           "mote_depthwise_3x3_stride2_s8_plain_7",
                           "mote_depthwise_3x3_stride2_s8_plain_9",
                           "mote_depthwise_3x3_stride2_s8_signed_7",
                           "mote_depthwise_3x3_stride2_s8_signed_9",
                           "mote_depthwise_taps_s8_plain_7",
                           "mote_depthwise_taps_s8_plain_9",
                           "mote_depthwise_taps_s8_signed_7",
                           "mote_depthwise_taps_s8_signed_9",
                           "mote_winograd_2x2_s8_plain_9",
                           "mote_winograd_2x2_s8_plain_11",
                           "mote_winograd_2x2_s8_signed_9",
                           "mote_winograd_2x2_s8_signed_11",
                           "mote_winograd_4x4_s8_plain_9",
                           "mote_winograd_4x4_s8_plain_11",
                           "mote_winograd_4x4_s8_signed_9",
                           "mote_winograd_4x4_s8_signed_11",
                           "mote_conv2d_s8w4_quad",
                           "mote_conv2d_s8w4_quad_signed",
                           "mote_conv2d_s8w4_quad_coarse",
                           "mote_conv2d_s8w4_quad_signed_coarse",
                           "mote_conv2d_s16_pairs",
                           "mote_conv2d_s16_pairs_relu"})
    EXPECT_TRUE(used.contains(name)) << name;
}

INSTANTIATE_TEST_SUITE_P(Kernels, M4Kernel, ::testing::ValuesIn(testing::kernels_of_folder("cortex_m4")),
                         [](const auto& test) { return std::string(test.param->name); });

}  // namespace
}  // namespace mote
