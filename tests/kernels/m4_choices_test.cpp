// A handful of random int8 networks, whole, on the emulated Cortex-M4: under every setting of the planner, without
// passes, and without some of the fast kernels, their outputs are the reference's bit for bit. All networks of a
// setting are one model, so that a setting costs one compilation and one run.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "board/board.h"
#include "board/project.h"
#include "board/run.h"
#include "emit/emit.h"
#include "kernels/kernels.h"
#include "ops/execute.h"
#include "passes/pipeline.h"
#include "plan/plan.h"
#include "tests/passes/random_graph.h"

namespace mote {
namespace {

using testing::as_spans;
using testing::random_graph;
using testing::random_inputs;

/// `part` beside what `into` holds.
void append(Graph& into, const Graph& part, const std::string& prefix) {
  const auto first = static_cast<TensorId>(into.tensors.size());
  const auto moved = [first](std::vector<TensorId> ids) {
    for (TensorId& id : ids) id = id == kNoTensor ? id : id + first;
    return ids;
  };
  for (Tensor tensor : part.tensors) {
    tensor.name = prefix + tensor.name;
    into.tensors.push_back(std::move(tensor));
  }
  for (Node node : part.nodes) {
    node.name = prefix + node.name;
    node.inputs = moved(node.inputs);
    node.outputs = moved(node.outputs);
    into.nodes.push_back(std::move(node));
  }
  for (const TensorId id : moved(part.inputs)) into.inputs.push_back(id);
  for (const TensorId id : moved(part.outputs)) into.outputs.push_back(id);
}

/// Networks that keep their outputs: the planner refuses constant ones.
const Graph& networks() {
  static const Graph graph = [] {
    Graph made;
    made.name = "networks";
    int count = 0;
    for (std::uint64_t seed = 100; count < 8; ++seed) {
      const Graph one = random_graph(
          seed, {.type = DType::i8, .layers = seed % 2 == 0 ? 4 : 7, .joins = seed % 2 == 0, .blocks = seed % 3 == 0});
      Graph after = one;
      bool fits = passes::run(after, {}).ok();
      for (const TensorId id : after.outputs) fits = fits && !after.tensor(id).is_constant();
      if (fits) append(made, one, fmt::format("g{}_", count++));
    }
    return made;
  }();
  return graph;
}

struct Setting {
  const char* name;
  Optimize optimize = Optimize::balanced;
  bool passes = true;
  int keep = 1;  ///< of the fast kernels only every keep-th, 0: none
};

class M4Choices : public ::testing::TestWithParam<Setting> {};

TEST_P(M4Choices, GiveTheReferencesOutputs) {
  const auto board = load_board("nano33ble");
  ASSERT_TRUE(board) << board.error().to_string();
  const Target& target = board->target.target;
  Graph graph = networks();
  passes::PipelineOptions pipeline;
  for (const auto& pass : passes::all())
    if (!GetParam().passes) pipeline.disable.emplace_back(pass.name);
  ASSERT_TRUE(passes::run(graph, target, pipeline));
  PlanOptions options;
  options.budget.optimize = GetParam().optimize;
  int fast = 0;
  for (const KernelDef* def : kernels::all())
    if (std::filesystem::exists(mote_home() / "device" / "cortex_m4" / def->source) &&
        (GetParam().keep == 0 || fast++ % GetParam().keep != 0))
      options.disabled_kernels.emplace_back(def->name);
  const auto plan = make_plan(graph, target, options);
  ASSERT_TRUE(plan) << plan.error().to_string();
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  auto writer = FolderWriter::create(folder->path() / "project");
  ASSERT_TRUE(writer);
  ASSERT_TRUE(emit(*plan, target, {board->name, "networks", {}}, *writer));
  ASSERT_TRUE(writer->commit());
  const auto project = load_project(folder->path() / "project");
  ASSERT_TRUE(project) << project.error().to_string();
  BuildOptions build_options;
  build_options.cache = folder->path() / "cache";
  const auto firmware = build(*project, *board, build_options);
  ASSERT_TRUE(firmware) << firmware.error().to_string();

  std::vector<Bytes> inputs(networks().inputs.size());
  std::vector<Bytes> expected(networks().outputs.size());
  Executor reference(networks());
  for (std::uint64_t sample = 0; sample < 3; ++sample) {
    const auto one = random_inputs(networks(), sample);
    for (std::size_t i = 0; i < one.size(); ++i) inputs[i].insert(inputs[i].end(), one[i].begin(), one[i].end());
    const auto out = reference.run(as_spans(one));
    for (std::size_t i = 0; i < out.size(); ++i) expected[i].insert(expected[i].end(), out[i].begin(), out[i].end());
  }
  const auto result = run(*firmware, inputs);
  ASSERT_TRUE(result) << result.error().to_string();
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(result->outputs[i], expected[i]) << graph.tensor(graph.outputs[i]).name;
}

INSTANTIATE_TEST_SUITE_P(Kernels, M4Choices,
                         ::testing::Values(Setting{.name = "speed", .optimize = Optimize::speed},
                                           Setting{.name = "size", .optimize = Optimize::size},
                                           Setting{.name = "ram", .optimize = Optimize::ram},
                                           Setting{.name = "no_passes", .passes = false},
                                           Setting{.name = "every_other_kernel", .keep = 2},
                                           Setting{.name = "portable_kernels", .keep = 0}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace mote
