// The kernel for layers whose weights are mostly zero: bit for bit the reference's result, alone and in whole networks;
// fewer bytes than any dense kernel where most weights are zero, and never chosen where they are not.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "board/board.h"
#include "kernels/kernels.h"
#include "ops/ops.h"
#include "plan/plan.h"
#include "tests/kernels/chip_cases.h"
#include "tests/kernels/run_kernel.h"
#include "tests/ops/case_maker.h"

namespace mote::testing {
namespace {

/// The case with `percent` of its weights set to zero, and its first output without any.
OpCase thinned(OpCase test, int percent, Random& random) {
  Tensor& weights = test.graph.tensor(test.graph.nodes[0].inputs[1]);
  std::vector<std::int8_t> values(weights.constant<std::int8_t>().begin(), weights.constant<std::int8_t>().end());
  const std::size_t first = values.size() / static_cast<std::size_t>(weights.shape[0]);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (i < first || random.chance(percent)) values[i] = 0;
  weights.data = make_data(values);
  return test;
}

OpCase dense_layer(Random& random, const std::string& name, bool convolution, std::int32_t inputs,
                   std::int32_t outputs) {
  CaseMaker maker(name, convolution ? ops::conv2d : ops::fully_connected, random.bits());
  Shape weights = {outputs, inputs};
  if (convolution) {
    for (const char* one : {"stride_h", "stride_w", "dilation_h", "dilation_w"}) maker.attr(one, 1);
    for (const char* side : {"pad_top", "pad_left", "pad_bottom", "pad_right"}) maker.attr(side, 0);
    maker.input(DType::i8, {1, random.integer(1, 4), random.integer(1, 4), inputs}, {0.05F, random.integer(-128, 127)});
    weights = {outputs, 1, 1, inputs};
  } else {
    maker.attr("keep_dims", 0).input(DType::i8, {random.integer(1, 4), inputs}, {0.05F, random.integer(-128, 127)});
  }
  std::vector<float> scales;
  const std::int32_t count = random.chance(50) ? outputs : 1;
  for (std::int32_t o = 0; o < count; ++o) scales.push_back(random.real(0.001F, 0.004F));
  maker.weights_s8(weights, scales, 0);
  if (random.chance(80))
    maker.bias_s32(outputs, 20000);
  else
    maker.absent();
  maker.attr("activation", random.chance(50) ? "relu" : "none");
  maker.output_quant({0.05F * 0.002F * 74.0F * 10.0F, random.integer(-128, 127)});
  return maker.make();
}

std::vector<OpCase> sparse_cases() {
  std::vector<OpCase> cases;
  Random random(77);
  for (int i = 0; i < 40; ++i) {
    const int percent = std::vector<int>{55, 80, 97, 100}[static_cast<std::size_t>(i % 4)];
    const std::int32_t inputs = i % 5 == 0 ? random.integer(500, 900) : random.integer(8, 70);  // gaps above 255 too
    cases.push_back(thinned(dense_layer(random, fmt::format("sparse_{}", i), i % 2 == 0, inputs, random.integer(1, 13)),
                            percent, random));
  }
  return cases;
}

const KernelDef& kernel(std::string_view name) {
  for (const KernelDef* def : kernels::all())
    if (def->name == name) return *def;
  std::abort();
}

TEST(Sparse, AgreesWithReference) {
  std::int64_t longest = 0;
  int ran = 0;
  for (const OpCase& test : sparse_cases()) {
    const Node& node = test.graph.nodes[0];
    const KernelDef& def = kernel(node.op == &ops::conv2d ? "pointwise_s8_sparse" : "fully_connected_s8_sparse");
    if (!def.applies(test.graph, node, host_target())) continue;
    const Bytes expected = run_reference(test);
    EXPECT_EQ(run_apart(def, test), expected) << test.name;
    EXPECT_EQ(run_overlapping(def, test), expected) << test.name << ", overlapping";
    const auto call = def.lower(test.graph, node, host_target());
    longest = std::max(longest, static_cast<std::int64_t>(call.constants[1].bytes.size()));
    ++ran;
  }
  EXPECT_GT(ran, 35);
  EXPECT_GT(longest, 200);
}

TEST(Sparse, AgreesWithReferenceOnTheChip) {
  const auto board = load_board("nano33ble");
  ASSERT_TRUE(board);
  for (const char* name : {"pointwise_s8_sparse", "fully_connected_s8_sparse"}) {
    std::vector<OpCase> cases;
    for (const OpCase& test : sparse_cases())
      if (test.graph.nodes[0].op == kernel(name).op) cases.push_back(test);
    expect_reference_on(*board, kernel(name), cases, 12);
  }
}

/// Which kernel a Cortex-M4 takes for a layer of 256 to 64 with so many zeros.
std::string chosen(int percent, Optimize optimize, std::vector<std::string> without = {}) {
  Random random(5);
  const OpCase test = thinned(dense_layer(random, "layer", false, 256, 64), percent, random);
  const auto board = load_board("nano33ble");
  EXPECT_TRUE(board);
  PlanOptions options;
  options.budget.optimize = optimize;
  options.disabled_kernels = std::move(without);
  const auto choice = choose_kernels(test.graph, board->target.target, options);
  EXPECT_TRUE(choice);
  return std::string(choice->options[0][choice->taken[0]].def->name);
}

TEST(Sparse, IsChosenWhereItWins) {
  EXPECT_EQ(chosen(80, Optimize::size), "fully_connected_s8_sparse");
  EXPECT_NE(chosen(80, Optimize::size, {"fully_connected_s8_sparse"}), "fully_connected_s8_sparse");
  EXPECT_NE(chosen(30, Optimize::size), "fully_connected_s8_sparse") << "pairs would take more than the weights";
  EXPECT_NE(chosen(60, Optimize::speed), "fully_connected_s8_sparse") << "walking costs more than it saves";
  EXPECT_EQ(chosen(97, Optimize::speed), "fully_connected_s8_sparse");
}

}  // namespace
}  // namespace mote::testing
