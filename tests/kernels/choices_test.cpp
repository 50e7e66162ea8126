// Random int8 networks, whole: every pass off in turn, every portable kernel off in turn, outputs overlapping inputs or
// not; each such plan is executed as it stands, in one arena, by the device kernels on this machine, and must give the
// reference's outputs bit for bit. (tests/kernels/m4_choices_test.cpp does a few on the emulated chip.)
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "ops/execute.h"
#include "passes/pipeline.h"
#include "passes/stream.h"
#include "plan/check_memory.h"
#include "plan/optimisations.h"
#include "plan/plan.h"
#include "tests/kernels/plan_runner.h"
#include "tests/kernels/run_kernel.h"
#include "tests/passes/random_graph.h"

namespace mote::testing {
namespace {

/// Kernels that other plans of the graph could do without.
std::set<std::string> kernels_used(const Graph& graph) {
  std::set<std::string> names, needed;
  const auto choice = choose_kernels(graph, host_target(), {});
  if (!choice) return names;
  for (std::size_t n = 0; n < choice->options.size(); ++n) {
    if (choice->options[n].empty()) continue;
    const KernelDef* taken = choice->options[n][choice->taken[n]].def;
    const bool replaceable = std::any_of(choice->options[n].begin(), choice->options[n].end(),
                                         [&](const auto& option) { return option.def != taken && !option.def->fuses; });
    (replaceable ? names : needed).emplace(taken->name);
  }
  for (const std::string& name : needed) names.erase(name);
  return names;
}

void expect_reference(const Graph& original, const Graph& graph, const PlanOptions& options, const std::string& what) {
  const auto plan = make_plan(graph, host_target(), options);
  ASSERT_TRUE(plan) << what << ": " << plan.error().to_string();
  PlanRunner runner(*plan);
  Executor reference(original);
  for (std::uint64_t sample = 0; sample < 2; ++sample) {
    const auto inputs = random_inputs(original, sample);
    ASSERT_EQ(runner.run(inputs), reference.run(as_spans(inputs))) << what << ", sample " << sample;
  }
}

/// Every node that a fused kernel could do along does so; how many did.
int expect_reference_fused(const Graph& original, const std::string& what) {
  auto choice = choose_kernels(original, host_target(), {});
  if (!choice) return 0;
  int fused = 0;
  for (std::size_t n = 0; n < choice->options.size(); ++n)
    for (std::size_t k = 0; k < choice->options[n].size(); ++k)
      if (choice->options[n][k].def->fuses && !choice->options[n][choice->taken[n]].def->fuses) {
        choice->taken[n] = k;
        ++fused;
      }
  if (fused == 0) return 0;
  const auto plan = lay_out(original, host_target(), {}, *choice);
  EXPECT_TRUE(plan && check_memory(*plan, original)) << what;
  if (!plan) return 0;
  PlanRunner runner(*plan);
  Executor reference(original);
  const auto inputs = random_inputs(original, 0);
  EXPECT_EQ(runner.run(inputs), reference.run(as_spans(inputs))) << what;
  return fused;
}

/// A model output may be a constant once passes have run; the planner refuses that.
bool has_constant_output(const Graph& graph) {
  for (const TensorId id : graph.outputs)
    if (graph.tensor(id).is_constant()) return true;
  return false;
}

/// Four of five weights become zero, so that sparse kernels have something to win.
void thin_out(Graph& graph, std::uint64_t seed) {
  Random random(seed);
  for (const Node& node : graph.nodes) {
    if (node.op->weight_input < 0) continue;
    Tensor& weights = graph.tensor(node.inputs[static_cast<std::size_t>(node.op->weight_input)]);
    std::vector<std::int8_t> values(weights.constant<std::int8_t>().begin(), weights.constant<std::int8_t>().end());
    for (std::int8_t& value : values)
      if (random.chance(80)) value = 0;
    weights.data = make_data(values);
  }
}

TEST(Choices, EveryPassAndKernelOffInTurnGivesTheSameOutputs) {
  std::set<std::string> kernels;
  int plans = 0;
  for (std::uint64_t seed = 0; seed < 60 && !HasFatalFailure(); ++seed) {
    Graph original =
        random_graph(seed, {.type = DType::i8, .layers = 7, .joins = seed % 2 == 0, .blocks = seed % 5 == 0});
    if (seed % 3 == 0) thin_out(original, seed);
    std::vector<std::string> off = {""};
    for (const auto& pass : passes::all()) off.emplace_back(pass.name);
    for (const std::string& pass : off) {
      Graph graph = original;
      passes::PipelineOptions pipeline;
      if (!pass.empty()) pipeline.disable = {pass};
      ASSERT_TRUE(passes::run(graph, host_target(), pipeline));
      if (has_constant_output(graph)) continue;
      for (const bool in_place : {true, false}) {
        PlanOptions options;
        if (!in_place) options.disabled_kernels.emplace_back(kOverlaps);
        expect_reference(original, graph, options,
                         fmt::format("seed {}, without {}, in place {}", seed, pass, in_place));
        ++plans;
      }
    }
    for (const Optimize optimize : {Optimize::size, Optimize::speed, Optimize::ram}) {
      PlanOptions options;
      options.budget.optimize = optimize;
      expect_reference(original, original, options,
                       fmt::format("seed {}, optimize {}", seed, static_cast<int>(optimize)));
    }
    for (const std::string& kernel : kernels_used(original)) {
      PlanOptions options;
      options.disabled_kernels = {kernel};
      expect_reference(original, original, options, fmt::format("seed {}, without {}", seed, kernel));
      kernels.insert(kernel);
    }
  }
  EXPECT_GT(plans, 500);
  EXPECT_GE(kernels.size(), 2U) << "the portable depthwise kernels stand in for each other";
  EXPECT_TRUE(kernels.contains("pointwise_s8_sparse") || kernels.contains("fully_connected_s8_sparse"));
}

TEST(Choices, FusedKernelsGiveTheSameOutputs) {
  int fused = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    fused += expect_reference_fused(random_graph(seed, {.type = DType::i8, .layers = 9, .blocks = true}),
                                    fmt::format("seed {}", seed));
  EXPECT_GE(fused, 100);
}

}  // namespace
}  // namespace mote::testing
