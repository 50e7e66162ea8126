// Every pass alone, and all of them, keep what random graphs compute: bit for bit in int8, to rounding in float.
#include "passes/pipeline.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>

#include "ir/graph_file.h"
#include "ir/verify.h"
#include "ops/execute.h"
#include "tests/passes/random_graph.h"

namespace mote {
namespace {

using testing::as_spans;
using testing::random_graph;
using testing::random_inputs;

void expect_close(const Bytes& a, const Bytes& b, const std::string& what) {
  ASSERT_EQ(a.size(), b.size()) << what;
  for (std::size_t i = 0; i + 4 <= a.size(); i += 4) {
    float x, y;
    std::memcpy(&x, a.data() + i, 4);
    std::memcpy(&y, b.data() + i, 4);
    ASSERT_NEAR(x, y, 2e-5F * std::max(1.0F, std::fabs(x))) << what << ", element " << i / 4;
  }
}

void expect_same_function(const Graph& before, const Graph& after, const std::string& what) {
  Executor old_run(before), new_run(after);
  for (std::uint64_t sample = 0; sample < 3; ++sample) {
    const auto inputs = random_inputs(before, sample);
    const auto expected = old_run.run(as_spans(inputs));
    const auto actual = new_run.run(as_spans(inputs));
    ASSERT_EQ(expected.size(), actual.size()) << what;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(before.tensor(before.outputs[i]).name, after.tensor(after.outputs[i]).name) << what;
      if (before.tensor(before.outputs[i]).type == DType::f32) {
        expect_close(expected[i], actual[i], what);
      } else {
        ASSERT_EQ(expected[i], actual[i]) << what << ", output " << i;
      }
    }
  }
}

std::int64_t macs_of(const Graph& graph) {
  std::int64_t sum = 0;
  for (const Node& node : graph.nodes)
    if (node.op->macs != nullptr) sum += node.op->macs(graph, node);
  return sum;
}

void check_seed(DType type, std::uint64_t seed, std::size_t& rewritten) {
  const testing::RandomGraphOptions options{.type = type, .layers = 8, .joins = seed % 3 == 0};
  const Graph graph = random_graph(seed, options);
  const auto verified = verify(graph);
  ASSERT_TRUE(verified.ok()) << "seed " << seed << ": " << verified.error().to_string();
  for (const auto& pass : passes::all()) {
    Graph alone = graph;
    const auto result = passes::run_passes({&pass, 1}, alone, {}, {});
    ASSERT_TRUE(result.ok()) << "seed " << seed << ": " << result.error().to_string();
    expect_same_function(graph, alone, fmt::format("seed {}, {}", seed, pass.name));
  }
  Graph whole = graph;
  const auto result = passes::run(whole, {});
  ASSERT_TRUE(result.ok()) << "seed " << seed << ": " << result.error().to_string();
  expect_same_function(graph, whole, fmt::format("seed {}, all passes", seed));
  rewritten += whole.nodes.size() < graph.nodes.size() ? 1U : 0U;
}

TEST(Pipeline, KeepsInt8GraphsBitForBit) {
  std::size_t rewritten = 0;
  for (std::uint64_t seed = 0; seed < 400 && !HasFatalFailure(); ++seed) check_seed(DType::i8, seed, rewritten);
  EXPECT_GT(rewritten, 200U);
}

TEST(Pipeline, KeepsFloatGraphs) {
  std::size_t rewritten = 0;
  for (std::uint64_t seed = 0; seed < 400 && !HasFatalFailure(); ++seed) check_seed(DType::f32, seed, rewritten);
  EXPECT_GT(rewritten, 200U);
}

/// The passes on concats, slices and pads, each alone on many graphs that have them, and how often it finds something.
TEST(Pipeline, JoinsAreRewrittenBitForBit) {
  std::map<std::string_view, int> rewritten;
  for (std::uint64_t seed = 1000; seed < 1500 && !HasFatalFailure(); ++seed) {
    const Graph graph = random_graph(
        seed, {.type = DType::i8, .layers = 9, .no_ops = seed % 2 == 0, .joins = true, .fours = seed % 3 == 0 ? 0 : 6});
    for (const auto& pass : passes::all()) {
      static constexpr std::array kJoins = {"merge_slices", "merge_concats", "fold_pad", "split_layers",
                                            "stack_layers"};
      if (std::find(kJoins.begin(), kJoins.end(), pass.name) == kJoins.end()) continue;
      Graph after = graph;
      const auto result = passes::run_passes({&pass, 1}, after, {}, {});
      ASSERT_TRUE(result.ok()) << "seed " << seed << ": " << result.error().to_string();
      expect_same_function(graph, after, fmt::format("seed {}, {}", seed, pass.name));
      EXPECT_LE(macs_of(after), macs_of(graph)) << "seed " << seed << ", " << pass.name;
      if (to_text(after, nullptr) != to_text(graph, nullptr)) ++rewritten[pass.name];
    }
    Graph whole = graph;
    ASSERT_TRUE(passes::run(whole, {}).ok());
    expect_same_function(graph, whole, fmt::format("seed {}, all passes", seed));
  }
  for (const auto& [name, graphs] : rewritten) {
    EXPECT_GT(graphs, 15) << name;
    RecordProperty(std::string(name), graphs);
  }
  EXPECT_EQ(rewritten.size(), 5U);
}

TEST(Pipeline, IsDeterministicAndReachesAFixedPoint) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Graph once = random_graph(seed, {.type = DType::i8, .layers = 8});
    Graph again = once;
    ASSERT_TRUE(passes::run(once, {}).ok());
    ASSERT_TRUE(passes::run(again, {}).ok());
    EXPECT_EQ(to_text(once, nullptr), to_text(again, nullptr)) << "seed " << seed;
  }
}

TEST(Pipeline, StopsAndDisables) {
  const Graph graph = random_graph(3, {.layers = 8});
  Graph stopped = graph;
  const auto records =
      passes::run(stopped, {}, {.stop_after = "fold_constants", .dump_dir = {}, .disable = {"remove_dead_nodes"}});
  ASSERT_TRUE(records.ok());
  ASSERT_EQ(records->size(), 1U);
  EXPECT_EQ((*records)[0].name, "fold_constants");
  EXPECT_EQ((*records)[0].nodes_before, graph.nodes.size());

  const auto unknown = passes::run(stopped, {}, {.stop_after = "fold_everything", .dump_dir = {}, .disable = {}});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, Code::BadInput);
  EXPECT_NE(unknown.error().what.find("fuse_activation"), std::string::npos) << "names what there is";
}

TEST(Pipeline, DumpsGraphsThatCanBeReadBack) {
  auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder.ok());
  Graph graph = random_graph(5, {.type = DType::i8, .layers = 8});
  ASSERT_TRUE(passes::run(graph, {}, {.stop_after = {}, .dump_dir = folder->path(), .disable = {}}).ok());
  const auto& last = passes::all().back();
  const auto path = folder->path() / fmt::format("{:02}.{}.mir", passes::all().size(), last.name);
  const auto loaded = load_graph(path, ops::find);
  ASSERT_TRUE(loaded.ok()) << loaded.error().to_string();
  EXPECT_EQ(to_text(*loaded, nullptr), to_text(graph, nullptr));
  EXPECT_TRUE(std::filesystem::exists(folder->path() / "00.input.mir"));
}

TEST(Pipeline, NamesThePassThatBrokeTheGraph) {
  static constexpr passes::PassDef kBad[] = {{"forget_a_producer", "", [](Graph& graph, const Target&) -> Result<void> {
                                                graph.nodes.pop_back();
                                                return {};
                                              }}};
  auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder.ok());
  const Graph graph = random_graph(7);
  Graph broken = graph;
  const auto result =
      passes::run_passes(kBad, broken, {}, {.stop_after = {}, .dump_dir = folder->path(), .disable = {}});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Code::Internal);
  const std::string message = result.error().to_string();
  EXPECT_NE(message.find("pass forget_a_producer broke the graph"), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos);
  const auto before = load_graph(folder->path() / "before.forget_a_producer.mir", ops::find);
  ASSERT_TRUE(before.ok()) << before.error().to_string();
  EXPECT_EQ(to_text(*before, nullptr), to_text(graph, nullptr));
  EXPECT_EQ(to_text(broken, nullptr), to_text(graph, nullptr)) << "the graph is left as it was before the pass";
}

}  // namespace
}  // namespace mote
