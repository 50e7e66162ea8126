// Every kernel of device/cortex_m4 against its operator's reference, bit for bit, twice: its C form on the host and its
// assembly on the emulated Cortex-M4. The cases that a kernel applies to (the shared list, random ones, and shapes made
// for it here) become one model with a node each, so that a whole list costs one compilation and one run.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "board/board.h"
#include "board/project.h"
#include "board/run.h"
#include "emit/emit.h"
#include "kernels/kernels.h"
#include "ops/execute.h"
#include "ops/ops.h"
#include "plan/plan.h"
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

std::vector<const KernelDef*> kernels_of_this_folder() {
  std::vector<const KernelDef*> defs;
  const auto folder = std::filesystem::path(MOTE_TEST_SOURCE_DIR) / "device" / "cortex_m4";
  for (const KernelDef* def : kernels::all())
    if (std::filesystem::exists(folder / def->source)) defs.push_back(def);
  return defs;
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

/// A graph of all cases side by side, and two samples of every input: the case's own and another.
struct Merged {
  Graph graph;
  std::vector<Bytes> inputs;
  int count = 0;
};

void merge(Merged& into, const OpCase& test) {
  const std::string prefix = fmt::format("c{}_", into.count++);
  std::vector<TensorId> ids;
  for (Tensor tensor : test.graph.tensors) {
    tensor.name = prefix + tensor.name;
    ids.push_back(into.graph.add(std::move(tensor)));
  }
  const auto moved = [&](std::vector<TensorId> list) {
    for (TensorId& id : list) id = id == kNoTensor ? kNoTensor : ids[static_cast<std::size_t>(id)];
    return list;
  };
  Node node = test.graph.nodes[0];
  node.name = prefix + node.name;
  node.inputs = moved(node.inputs);
  node.outputs = moved(node.outputs);
  into.graph.nodes.push_back(node);
  for (const TensorId id : moved(test.graph.inputs)) into.graph.inputs.push_back(id);
  for (const TensorId id : moved(test.graph.outputs)) into.graph.outputs.push_back(id);
  testing::Random random(77);
  for (const Bytes& own : test.inputs) {
    Bytes both = own;
    for (std::size_t i = 0; i < own.size(); ++i) both.push_back(static_cast<std::uint8_t>(random.bits()));
    into.inputs.push_back(both);
  }
}

Bytes sample_of(const Bytes& both, int sample) {
  const auto half = static_cast<std::ptrdiff_t>(both.size() / 2);
  return {both.begin() + sample * half, both.begin() + (sample + 1) * half};
}

void expect_reference(const Merged& merged, const RunResult& run, const std::string& where) {
  ASSERT_EQ(run.samples, 2) << where;
  Executor reference(merged.graph);
  for (int sample = 0; sample < 2; ++sample) {
    std::vector<std::span<const std::uint8_t>> inputs;
    for (const Bytes& both : merged.inputs)
      inputs.push_back(std::span(both).subspan(static_cast<std::size_t>(sample) * both.size() / 2, both.size() / 2));
    const std::vector<Bytes> expected = reference.run(inputs);
    for (std::size_t o = 0; o < expected.size(); ++o)
      EXPECT_EQ(sample_of(run.outputs[o], sample), expected[o])
          << where << ": " << merged.graph.nodes[o].name << " sample " << sample;
  }
}

/// Plans with this kernel alone, emits, builds and runs.
void check(const Merged& merged, const KernelDef& def, const Target& target, const Board& board) {
  const std::string where = fmt::format("{} on {}", def.name, board.name);
  PlanOptions options;
  for (const KernelDef* other : kernels::all())
    if (other != &def) options.disabled_kernels.emplace_back(other->name);
  const auto plan = make_plan(merged.graph, target, options);
  ASSERT_TRUE(plan) << where << ": " << plan.error().to_string();
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  auto writer = FolderWriter::create(folder->path() / "project");
  ASSERT_TRUE(writer);
  ASSERT_TRUE(emit(*plan, target, {board.name, "cases", {}}, *writer));
  ASSERT_TRUE(writer->commit());
  const auto project = load_project(folder->path() / "project");
  ASSERT_TRUE(project) << project.error().to_string();
  BuildOptions build_options;
  build_options.cache = folder->path() / "cache";
  const auto firmware = build(*project, board, build_options);
  ASSERT_TRUE(firmware) << where << ": " << firmware.error().to_string();
  const auto result = run(*firmware, merged.inputs);
  ASSERT_TRUE(result) << where << ": " << result.error().to_string();
  expect_reference(merged, *result, where);
}

class M4Kernel : public ::testing::TestWithParam<const KernelDef*> {};

TEST_P(M4Kernel, AgreesWithReferenceOnHostAndChip) {
  const KernelDef& def = *GetParam();
  const Target& target = m4().target.target;
  Merged merged;
  merged.graph.name = "cases";
  std::int64_t bytes = 0;
  for (const OpCase& test : all_cases()) {
    if (test.graph.nodes[0].op != def.op || !def.applies(test.graph, test.graph.nodes[0], target)) continue;
    for (const Bytes& input : test.inputs) bytes += static_cast<std::int64_t>(input.size());
    for (const TensorId id : test.graph.outputs) bytes += test.graph.tensor(id).bytes();
    if (bytes > 180000 || merged.count == 80) break;
    merge(merged, test);
  }
  ASSERT_GE(merged.count, 3) << "no cases for " << def.name;

  check(merged, def, target, m4());
  if (HasFatalFailure()) return;
  // The same C files for this machine: a host target that looks into the M4's folder first.
  const auto host = load_board("host");
  ASSERT_TRUE(host);
  Target as_host = target;
  as_host.name = host->target.target.name;
  check(merged, def, as_host, *host);
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

INSTANTIATE_TEST_SUITE_P(Kernels, M4Kernel, ::testing::ValuesIn(kernels_of_this_folder()),
                         [](const auto& test) { return std::string(test.param->name); });

}  // namespace
}  // namespace mote
