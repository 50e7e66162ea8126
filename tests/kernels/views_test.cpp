// Concats and slices, in place or copied, planned and executed whole: random networks with joins along all axes under
// each option on and off, by the portable kernels on this machine and a few on the emulated Cortex-M4, give the
// reference's outputs bit for bit. And what views save on small networks of the kinds that join: figures in
// docs/plan.md.
#include "plan/views.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ops/execute.h"
#include "passes/pipeline.h"
#include "plan/check_memory.h"
#include "plan/optimisations.h"
#include "tests/kernels/chip_cases.h"
#include "tests/kernels/plan_runner.h"
#include "tests/kernels/run_kernel.h"
#include "tests/passes/random_graph.h"

namespace mote::testing {
namespace {

const std::vector<std::vector<std::string>> kOff = {
    {}, {"concat_views"}, {"slice_views"}, {"concat_views", "slice_views"}};

Graph network(std::uint64_t seed) {
  const std::int32_t fours = seed % 3 == 0 ? 0 : 6;
  return random_graph(seed, {.type = DType::i8, .layers = 9, .no_ops = seed % 2 == 0, .joins = true, .fours = fours});
}

TEST(ViewsRun, RandomNetworksGiveTheReferencesOutputs) {
  int views = 0, copies = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    const Graph graph = network(seed);
    const auto inputs = random_inputs(graph, seed);
    const auto expected = Executor(graph).run(as_spans(inputs));
    for (const auto& off : kOff)
      for (const Optimize optimize : {Optimize::speed, Optimize::ram})
        for (const bool in_place : {true, false}) {
          PlanOptions options;
          options.budget.optimize = optimize;
          options.disabled_kernels = off;
          if (!in_place) options.disabled_kernels.emplace_back(kOverlaps);
          const auto plan = make_plan(graph, host_target(), options);
          ASSERT_TRUE(plan) << "seed " << seed << ": " << plan.error().to_string();
          ASSERT_TRUE(check_memory(*plan, graph));
          PlanRunner runner(*plan);
          ASSERT_EQ(runner.run(inputs), expected)
              << fmt::format("seed {}, without {}, in place {}", seed, fmt::join(off, ", "), in_place);
          for (const Buffer& buffer : plan->buffers) views += buffer.within >= 0 ? 1 : 0;
          for (const Step& step : plan->steps)
            if (off.empty() && step.op == "concat" && step.kernel == "mote_concat_1") ++copies;
          for (const Buffer& buffer : plan->buffers) ASSERT_TRUE(off.size() < 2 || buffer.within < 0);
        }
  }
  EXPECT_GT(views, 800);
  EXPECT_GT(copies, 20) << "some operands of a concat cannot be in place";
}

/// Views that the planner takes together are also safe alone, in any combination.
TEST(ViewsRun, AnySubsetOfViewsIsSafe) {
  int planned = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Graph graph = network(seed);
    auto choice = choose_kernels(graph, host_target(), {});
    ASSERT_TRUE(choice);
    if (choice->views.empty()) continue;
    Random random(seed);
    const Views all = choice->views;
    for (int round = 0; round < 3; ++round) {
      choice->views.clear();
      for (const BufferView& view : all)
        if (random.chance(60)) choice->views.push_back(view);
      const auto plan = lay_out(graph, host_target(), {}, *choice);
      ASSERT_TRUE(plan);
      const auto safe = check_memory(*plan, graph);
      ASSERT_TRUE(safe) << "seed " << seed << ": " << safe.error().to_string();
      PlanRunner runner(*plan);
      const auto inputs = random_inputs(graph, seed);
      ASSERT_EQ(runner.run(inputs), Executor(graph).run(as_spans(inputs))) << "seed " << seed;
      ++planned;
    }
  }
  EXPECT_GT(planned, 150);
}

TEST(ViewsRun, M4KernelsWorkInPlace) {
  const Merged merged = networks_side_by_side("views", 300, network);
  const Board m4 = load_board("nano33ble").value();
  const Target& target = m4.target.target;
  for (const auto& off : {kOff[0], kOff[3]}) {
    PlanOptions options;
    options.budget.optimize = Optimize::speed;
    options.disabled_kernels = off;
    const auto plan = make_plan(merged.graph, target, options);
    ASSERT_TRUE(plan) << plan.error().to_string();
    const auto views = std::count_if(plan->buffers.begin(), plan->buffers.end(),
                                     [](const Buffer& buffer) { return buffer.within >= 0; });
    EXPECT_EQ(views == 0, !off.empty());
    check_plan(merged, plan, target, m4, "views on chip");
  }
}

}  // namespace
}  // namespace mote::testing
