// Concats and slices in place (plan/views.h): which there are, that they are no steps and no buffers of their own, that
// fit_ram gives them back where they cost RAM, and that the checker sees every way to break one.
#include "plan/views.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "ir/text.h"
#include "ops/ops.h"
#include "plan/check_memory.h"
#include "plan/optimisations.h"
#include "tests/passes/random_graph.h"

namespace mote {
namespace {

Target portable() {
  Target target;
  target.name = "portable";
  target.folders = {"portable"};
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(MOTE_TEST_SOURCE_DIR) / "device" / "portable"))
    if (entry.path().extension() == ".c") target.sources.push_back(entry.path().filename().string());
  return target;
}

Graph parsed(const std::string& body) {
  auto graph = parse_graph("mir 1 \"views\"\n" + body, {}, ops::find);
  EXPECT_TRUE(graph) << (graph ? "" : graph.error().to_string());
  return graph ? *graph : Graph{};
}

/// Two relus of the input side by side in one buffer; a relu of what they make.
const char* const kJoined = R"(
tensor "x" i8 1x2x2x4 scale 0.1 zero 0
tensor "a" i8 1x2x2x4 scale 0.1 zero 0
tensor "b" i8 1x2x2x4 scale 0.1 zero 0
tensor "c" i8 1x4x2x4 scale 0.1 zero 0
tensor "y" i8 1x4x2x4 scale 0.1 zero 0
inputs ("x")
node "relu_a" relu ("x") -> ("a")
node "relu_b" relu6 ("x") -> ("b")
node "join" concat ("a", "b") -> ("c") axis=1
node "last" relu ("c") -> ("y")
outputs ("y")
)";

const Buffer& named(const Plan& plan, const std::string& name) {
  for (const Buffer& buffer : plan.buffers)
    if (buffer.name == name) return buffer;
  ADD_FAILURE() << "no buffer " << name;
  return plan.buffers[0];
}

TEST(Views, OperandsAreWrittenInPlace) {
  const Graph graph = parsed(kJoined);
  const auto plan = make_plan(graph, portable());
  ASSERT_TRUE(plan) << plan.error().to_string();
  EXPECT_EQ(plan->steps.size(), 3U) << to_text(*plan);
  EXPECT_EQ(named(*plan, "b").offset, named(*plan, "a").offset + 16);
  EXPECT_EQ(named(*plan, "c").offset, named(*plan, "a").offset);
  EXPECT_EQ(named(*plan, "c").first, 0) << "the whole lives from its first part on";
  PlanOptions off;
  off.disabled_kernels = {std::string(kConcatViews)};
  const auto copied = make_plan(graph, portable(), off);
  ASSERT_TRUE(copied);
  EXPECT_EQ(copied->steps.size(), 4U);
  EXPECT_EQ(plan->arena_bytes, 32) << "b takes the input's place";
  EXPECT_LE(plan->arena_bytes, copied->arena_bytes);
}

TEST(Views, OnlyWhereBytesAreContiguousAndAligned) {
  std::string wide = kJoined;  // side by side in every row
  for (std::size_t at; (at = wide.find("1x4x2x4")) != std::string::npos;) wide.replace(at, 7, "1x2x4x4");
  wide.replace(wide.find("axis=1"), 6, "axis=2");
  EXPECT_TRUE(find_views(parsed(wide), portable(), {}).empty());
  Target wider = portable();
  wider.alignment = 32;
  EXPECT_TRUE(find_views(parsed(kJoined), wider, {}).empty()) << "b would stand at 16";
  EXPECT_EQ(find_views(parsed(kJoined), portable(), {}).size(), 2U);
}

TEST(Views, InputsAndSecondUsesAreCopied) {
  const Graph graph = parsed(R"(
tensor "x" i8 1x1x4 scale 0.1 zero 0
tensor "a" i8 1x1x4 scale 0.1 zero 0
tensor "k" i8 1x1x4 scale 0.1 zero 0 = [1 2 3 4]
tensor "c" i8 1x5x4 scale 0.1 zero 0
tensor "d" i8 1x2x4 scale 0.1 zero 0
inputs ("x")
node "relu" relu ("x") -> ("a")
node "join" concat ("a", "x", "k", "a", "a") -> ("c") axis=1
node "again" concat ("x", "a") -> ("d") axis=1
outputs ("c", "d")
)");
  const auto plan = make_plan(graph, portable());
  ASSERT_TRUE(plan) << plan.error().to_string();
  const Views views = find_views(graph, portable(), {});
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(views[0], (BufferView{1, 0, 1, 3, 0}));
  EXPECT_EQ(plan->steps.size(), 1U + 4U + 1U);
  for (const Step& step : plan->steps) EXPECT_GE(step.node, 0);
}

TEST(Views, SlicesAreReadInPlaceOfInputsToo) {
  const Graph graph = parsed(R"(
tensor "x" i8 1x4x4 scale 0.1 zero 0
tensor "s" i8 1x2x4 scale 0.1 zero 0
tensor "t" i8 1x8 scale 0.1 zero 0
tensor "u" i8 1x2x4 scale 0.1 zero 0
tensor "y" i8 1x8 scale 0.1 zero 0
inputs ("x")
node "cut" slice ("x") -> ("s") begin=[0 1 0] drop=[] size=[1 2 4] stride=[1 1 1]
node "flat" reshape ("s") -> ("t") shape=[1 8]
node "every_other" slice ("x") -> ("u") begin=[0 0 0] drop=[] size=[1 2 4] stride=[1 2 1]
node "relu" relu ("t") -> ("y")
outputs ("y", "u")
)");
  const auto plan = make_plan(graph, portable());
  ASSERT_TRUE(plan) << plan.error().to_string();
  EXPECT_EQ(plan->steps.size(), 2U);
  EXPECT_EQ(named(*plan, "s").offset, named(*plan, "x").offset + 4);
  EXPECT_EQ(plan->buffers[static_cast<std::size_t>(named(*plan, "s").within)].kind, BufferKind::input);
}

TEST(Views, AreGivenBackWhereTheyCostRam) {
  // "small" is made early and joined late: in place it keeps the room of "c" while the wide layers run.
  const Graph graph = parsed(R"(
tensor "x" i8 1x4 scale 0.1 zero 0
tensor "small" i8 1x4 scale 0.1 zero 0
tensor "wide" i8 1x396 scale 0.1 zero 0
tensor "wider" i8 1x396 scale 0.1 zero 0
tensor "long" i8 1x396 scale 0.1 zero 0
tensor "c" i8 1x400 scale 0.1 zero 0
inputs ("x")
node "relu" relu ("x") -> ("small")
node "pad" pad ("small") -> ("wide") after=[0 392] before=[0 0]
node "turn" transpose ("wide") -> ("wider") perm=[0 1]
node "back" transpose ("wider") -> ("long") perm=[0 1]
node "join" concat ("small", "long") -> ("c") axis=1
outputs ("c")
)");
  PlanOptions options;
  options.budget.optimize = Optimize::speed;
  const auto speed = make_plan(graph, portable(), options);
  options.budget.optimize = Optimize::ram;
  const auto ram = make_plan(graph, portable(), options);
  ASSERT_TRUE(speed && ram);
  EXPECT_GE(speed->arena_bytes, 1190) << to_text(*speed);
  EXPECT_LT(ram->arena_bytes, 810);
}

/// Plans of random networks with views in them.
struct Case {
  Graph graph;
  Plan plan;
};
std::vector<Case> cases() {
  std::vector<Case> made;
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    const Graph graph =
        testing::random_graph(seed, {.type = DType::i8, .layers = 8, .no_ops = false, .joins = true, .fours = 6});
    PlanOptions options;
    options.budget.optimize = Optimize::speed;
    const auto plan = make_plan(graph, portable(), options);
    EXPECT_TRUE(plan) << "seed " << seed << ": " << plan.error().to_string();
    if (!plan) continue;
    const bool any =
        std::any_of(plan->buffers.begin(), plan->buffers.end(), [](const Buffer& b) { return b.within >= 0; });
    if (any) made.push_back({graph, *plan});
  }
  return made;
}

TEST(Views, CheckerSeesEveryBrokenView) {
  int broken = 0, unread = 0;
  const auto all = cases();
  EXPECT_GT(all.size(), 40U);
  for (const Case& good : all) {
    ASSERT_TRUE(check_memory(good.plan, good.graph));
    for (std::size_t b = 0; b < good.plan.buffers.size(); ++b) {
      if (good.plan.buffers[b].within < 0) continue;
      // Four bytes away from where the graph says that it lies in its whole, up or down.
      for (const int by : {4, -4}) {
        Plan bad = good.plan;
        bad.buffers[b].offset += by;
        const auto checked = check_memory(bad, good.graph);
        ++broken;
        if (checked) ++unread;
      }
    }
  }
  EXPECT_GT(broken, 200);
  EXPECT_LE(unread, broken / 20) << "only what nobody reads may stand anywhere";
}

TEST(Views, CheckerSeesAWholeThatIsOverwritten) {
  const Graph graph = parsed(kJoined);
  const auto plan = make_plan(graph, portable());
  ASSERT_TRUE(plan);
  Plan bad = *plan;  // relu_b, which has no place of its own, on relu_a's
  for (Buffer& buffer : bad.buffers)
    if (buffer.name == "b") buffer.offset -= 16;
  const auto checked = check_memory(bad, graph);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().what.find("\"last\" reads byte 0 of \"c\""), std::string::npos) << checked.error().what;
  bad = *plan;  // without what writes b
  bad.steps.erase(bad.steps.begin() + 1);
  EXPECT_FALSE(check_memory(bad, graph));
  bad = *plan;  // another graph: b first
  Graph other = graph;
  std::swap(other.nodes[2].inputs[0], other.nodes[2].inputs[1]);
  EXPECT_FALSE(check_memory(bad, other));
}

}  // namespace
}  // namespace mote
