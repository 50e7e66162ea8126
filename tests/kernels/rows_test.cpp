// Kernels of the M4 that do two nodes at once (KernelDef::fuses), forced wherever they apply: on the emulated chip and,
// as C, on this machine, their outputs are the reference's bit for bit, and their memory plan is safe.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

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

/// Kernels that do two nodes at once, forced everywhere they apply.
TEST(M4Fused, RowsOfPointwiseAndDepthwiseAgreeWithReference) {
  Random random(31);
  Merged merged;
  merged.graph.name = "pairs";
  for (int i = 0; i < 24; ++i) {
    const auto [first, second] = random_pair(random);
    merge(merged, first);
    merge(merged, second);
    // The second's input becomes the first's output.
    Graph& graph = merged.graph;
    graph.nodes.back().inputs[0] = graph.nodes[graph.nodes.size() - 2].outputs[0];
    graph.inputs.pop_back();
    merged.inputs.pop_back();
    graph.outputs.erase(graph.outputs.end() - 2);
  }
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
    int fused = 0;
    for (std::size_t n = 0; n < choice->options.size(); ++n)
      for (std::size_t k = 0; k < choice->options[n].size(); ++k)
        if (choice->options[n][k].def->fuses) {
          choice->taken[n] = k;
          ++fused;
        }
    EXPECT_GE(fused, 16);
    const auto plan = lay_out(merged.graph, target, {}, *choice);
    ASSERT_TRUE(plan) << plan.error().to_string();
    EXPECT_EQ(plan->steps.size() + static_cast<std::size_t>(fused), merged.graph.nodes.size());
    const auto safe = check_memory(*plan);
    ASSERT_TRUE(safe) << safe.error().to_string();
    check_plan(merged, plan, target, on_chip ? m4 : host, on_chip ? "fused on chip" : "fused on host");
  }
}

}  // namespace
}  // namespace mote::testing
