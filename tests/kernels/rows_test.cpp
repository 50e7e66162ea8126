// Kernels that do two nodes at once (KernelDef::fuses), forced wherever they apply: on the emulated M4 and, as C, on
// this machine, their outputs are the reference's bit for bit, and their memory plan is safe.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "ir/text.h"
#include "ir/verify.h"
#include "ops/ops.h"
#include "plan/check_memory.h"
#include "plan/plan.h"
#include "tests/kernels/chip_cases.h"
#include "tests/ops/case_maker.h"

namespace mote::testing {
namespace {

void set_strides(CaseMaker& maker, std::int32_t stride) {
  maker.attr("stride_h", stride).attr("stride_w", stride).attr("dilation_h", 1).attr("dilation_w", 1);
}
void set_pads(CaseMaker& maker, std::int32_t top, std::int32_t left, std::int32_t bottom, std::int32_t right) {
  maker.attr("pad_top", top).attr("pad_left", left).attr("pad_bottom", bottom).attr("pad_right", right);
}

/// A 1x1 convolution of `in` and a depthwise layer behind it, each by itself a case.
std::pair<OpCase, OpCase> random_pair(Random& random) {
  const Shape in = {1, random.integer(1, 9), random.integer(1, 9), random.integer(1, 9)};
  const std::int32_t between = random.integer(4, 13);
  const QuantParams middle = {random.real(0.02F, 0.2F), random.chance(60) ? -128 : random.integer(-120, 100)};
  const char* const activation = middle.zero_point == -128 ? "relu" : "none";
  const auto scales = [&](std::int32_t count) {
    std::vector<float> made;
    for (std::int32_t c = 0; c < count; ++c) made.push_back(0.004F * random.real(0.5F, 2.0F));
    return made;
  };
  CaseMaker first("pointwise", ops::conv2d, random.bits());
  set_strides(first, 1);
  set_pads(first, 0, 0, 0, 0);
  first.attr("activation", std::string(activation)).input(DType::i8, in, {0.05F, random.integer(-128, 127)});
  first.weights_s8({between, 1, 1, in[3]}, scales(between), 0).bias_s32(between, 3000).output_quant(middle);

  CaseMaker second("depthwise", ops::depthwise_conv2d, random.bits());
  const std::int32_t kh = random.integer(1, 4), kw = random.integer(1, 4);
  set_strides(second, random.integer(1, std::min(2, kh)));
  second.attr("dilation_h", random.integer(1, 2)).attr("dilation_w", random.integer(1, 2));
  set_pads(second, random.integer(0, 2), random.integer(0, 2), 2 * kh, 2 * kw);
  second.attr("activation", std::string(random.chance(50) ? "relu6" : "none"));
  second.input(DType::i8, {1, in[1], in[2], between}, middle);
  second.weights_s8({1, kh, kw, between}, scales(between), 3).bias_s32(between, 3000);
  second.output_quant({random.real(0.02F, 0.1F), random.chance(50) ? -128 : random.integer(-100, 100)});
  return {first.make(), second.make()};
}

/// The second's input `side` becomes the first's output.
void join(Merged& merged, std::size_t side) {
  Graph& graph = merged.graph;
  const TensorId before = graph.nodes.back().inputs[side];
  const auto at = std::find(graph.inputs.begin(), graph.inputs.end(), before) - graph.inputs.begin();
  graph.nodes.back().inputs[side] = graph.nodes[graph.nodes.size() - 2].outputs[0];
  graph.inputs.erase(graph.inputs.begin() + at);
  merged.inputs.erase(merged.inputs.begin() + at);
  graph.outputs.erase(graph.outputs.end() - 2);
}

/// On the chip, and its kernels as C on this machine: every node takes one of the fused kernels that apply to it, each
/// in its turn, and all of `wanted` must have had theirs.
void expect_fused(Merged& merged, const std::set<std::string_view>& wanted) {
  merged.graph.name = "pairs";
  merged.graph.remove_unused_tensors();
  ASSERT_TRUE(verify(merged.graph));
  const Board m4 = load_board("nano33ble").value();
  const Board host = load_board("host").value();
  Target on_host = m4.target.target;  // its kernels as C for this machine
  on_host.name = host.target.target.name;
  for (const bool on_chip : {true, false}) {
    const Target target = on_chip ? m4.target.target : on_host;
    auto choice = choose_kernels(merged.graph, target, {});
    ASSERT_TRUE(choice) << choice.error().to_string();
    std::size_t fused = 0;
    std::map<std::string_view, int> taken;
    for (std::size_t n = 0; n < choice->options.size(); ++n) {
      std::vector<std::size_t> possible;
      for (std::size_t k = 0; k < choice->options[n].size(); ++k)
        if (choice->options[n][k].def->fuses) possible.push_back(k);
      if (possible.empty()) continue;
      choice->taken[n] = *std::min_element(possible.begin(), possible.end(), [&](std::size_t a, std::size_t b) {
        return taken[choice->options[n][a].def->name] < taken[choice->options[n][b].def->name];
      });
      ++taken[choice->options[n][choice->taken[n]].def->name];
      ++fused;
    }
    for (const std::string_view name : wanted) EXPECT_GE(taken[name], 4) << name;
    const auto plan = lay_out(merged.graph, target, {}, *choice);
    ASSERT_TRUE(plan) << plan.error().to_string();
    EXPECT_EQ(plan->steps.size() + fused, merged.graph.nodes.size());
    const auto safe = check_memory(*plan, merged.graph);
    ASSERT_TRUE(safe) << safe.error().to_string();
    check_plan(merged, plan, target, on_chip ? m4 : host, on_chip ? "fused on chip" : "fused on host");
  }
}

TEST(M4Fused, RowsOfPointwiseAndDepthwiseAgreeWithReference) {
  Random random(31);
  Merged merged;
  for (int i = 0; i < 24; ++i) {
    const auto [first, second] = random_pair(random);
    merge(merged, first);
    merge(merged, second);
    join(merged, 0);
  }
  expect_fused(merged, {"rows_pointwise_depthwise_s8"});
}

/// A convolution and an add of its output, either operand, to a tensor of its own; every third can take Winograd's
/// kernels, every third goes over pixels.
std::pair<OpCase, OpCase> random_sum(Random& random, int i, std::size_t side) {
  const std::int32_t most = i % 5 == 0 ? 24 : 9;
  const Shape in = {1, random.integer(1, most), random.integer(3, most), random.integer(i % 3 == 1 ? 4 : 1, 12)};
  const std::int32_t out_c = i % 4 == 1 ? in[3] : random.integer(1, i % 5 == 0 ? 40 : 13);
  const std::int32_t kh = i % 3 == 0 ? 1 : i % 3 == 1 ? 3 : random.integer(1, 3);
  const std::int32_t kw = i % 3 == 0 ? 1 : i % 3 == 1 ? 3 : random.integer(1, 3);
  const std::int32_t pad = i % 3 == 0 ? 0 : i % 3 == 1 ? 1 : random.integer(kh / 2, kh - 1);
  const std::int32_t stride = i % 3 == 2 ? random.integer(1, 2) : 1;
  const QuantParams middle = {random.real(0.03F, 0.2F), random.chance(60) ? -128 : random.integer(-120, 100)};
  std::vector<float> scales;
  for (std::int32_t c = 0; c < out_c; ++c) scales.push_back(0.004F * random.real(0.5F, 2.0F));
  CaseMaker first("convolution", ops::conv2d, random.bits());
  set_strides(first, stride);
  set_pads(first, pad, pad == 0 ? 0 : kw / 2, pad + (kh > in[1] ? kh : 0), pad == 0 ? 0 : kw / 2);
  first.attr("activation", std::string(random.chance(50) ? "relu" : "none"));
  first.input(DType::i8, in, {0.05F, random.integer(-128, 127)});
  first.weights_s8({out_c, kh, kw, in[3]}, scales, 0).bias_s32(out_c, 3000).output_quant(middle);
  OpCase made = first.make();
  const Shape out = made.graph.tensor(made.graph.outputs[0]).shape;

  CaseMaker second("sum", ops::add, random.bits());
  const QuantParams other = {middle.scale * random.real(0.5F, 2.0F), random.integer(-128, 127)};
  second.attr("activation", std::string(random.chance(50) ? "relu" : "none"));
  second.input(DType::i8, out, side == 0 ? middle : other).input(DType::i8, out, side == 0 ? other : middle);
  second.output_quant({middle.scale * random.real(0.8F, 1.5F), random.chance(50) ? -128 : random.integer(-100, 100)});
  return {std::move(made), second.make()};
}

TEST(M4Fused, SumsOfConvolutionsAgreeWithReference) {
  Random random(32);
  Merged merged;
  int own_input = 0;
  for (int i = 0; i < 60; ++i) {
    const auto side = static_cast<std::size_t>(random.integer(0, 1));
    const auto [first, second] = random_sum(random, i, side);
    merge(merged, first);
    merge(merged, second);
    join(merged, side);
    // Where it has the shape: the convolution's input as the other operand.
    Graph& graph = merged.graph;
    const TensorId input = graph.nodes[graph.nodes.size() - 2].inputs[0];
    if (i % 2 == 0 || graph.tensor(input).shape != graph.tensor(graph.outputs.back()).shape) continue;
    graph.nodes.back().inputs[1 - side] = input;
    graph.inputs.pop_back();
    merged.inputs.pop_back();
    ++own_input;
  }
  EXPECT_GE(own_input, 3);
  expect_fused(merged, {"rows_conv2d_add_s8", "rows_conv2d_add_s8_dual", "rows_pointwise_add_s8_dual",
                        "rows_winograd_2x2_add_s8", "rows_winograd_4x4_add_s8"});
}

/// Two residual blocks whose last convolution widens: their outputs are most of what the blocks need, and neither block
/// alone makes the arena smaller.
TEST(M4Fused, PlannerTakesSumsToSaveRam) {
  std::string text = "mir 1 \"blocks\"\ntensor \"x\" i8 1x16x16x16 scale 0.05 zero 0\n";
  std::string nodes;
  std::string x = "x";
  for (int block = 0; block < 2; ++block) {
    for (const auto& [name, shape, out] :
         {std::tuple("narrow", "4x1x1x16", "4"), std::tuple("wide", "16x1x1x4", "16")}) {
      std::string weights;
      for (int i = 0; i < 64; ++i) weights += std::to_string((i * 37 + block) % 200 - 100) + " ";
      const bool narrow = std::string(name) == "narrow";
      text += fmt::format("tensor \"w_{0}{1}\" i8 {2} scale 0.005 zero 0 = [{3}]\n", name, block, shape, weights);
      text += fmt::format("tensor \"{0}{1}\" i8 1x16x16x{2} scale 0.05 zero 0\n", name, block, out);
      nodes += fmt::format(
          "node \"{0}{1}\" conv2d (\"{2}\", \"w_{0}{1}\") -> (\"{0}{1}\") activation=\"none\" dilation_h=1 "
          "dilation_w=1 pad_bottom=0 pad_left=0 pad_right=0 pad_top=0 stride_h=1 stride_w=1\n",
          name, block, narrow ? x : fmt::format("narrow{}", block));
    }
    text += fmt::format("tensor \"sum{}\" i8 1x16x16x16 scale 0.07 zero 0\n", block);
    nodes += fmt::format("node \"sum{0}\" add (\"{1}\", \"wide{0}\") -> (\"sum{0}\") activation=\"none\"\n", block, x);
    x = fmt::format("sum{}", block);
  }
  const auto graph = parse_graph(text + "inputs (\"x\")\n" + nodes + "outputs (\"sum1\")\n", {}, ops::find);
  ASSERT_TRUE(graph) << graph.error().to_string();
  const Target target = load_board("nano33ble").value().target.target;
  PlanOptions options;
  options.disabled_kernels = {"row_chains"};  // which would do all of it in one step
  const auto with = make_plan(*graph, target, options);
  options.disabled_kernels = {"row_chains", "rows_pointwise_add_s8_dual", "rows_conv2d_add_s8_dual",
                              "rows_conv2d_add_s8"};
  const auto without = make_plan(*graph, target, options);
  ASSERT_TRUE(with && without);
  EXPECT_EQ(with->steps.size(), 4U);
  EXPECT_EQ(without->steps.size(), 6U);
  EXPECT_GE(without->arena_bytes, 8192) << "x and the block's output";
  EXPECT_LE(with->arena_bytes, 4096 + 1024 + 512)
      << "x, in whose place the output is made, what is between, and a piece";
}

}  // namespace
}  // namespace mote::testing
