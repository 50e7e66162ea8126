// Layers by bands of rows (plan/rows.h), forced on random stretches of random networks with bands of several heights:
// the plan is safe, and its outputs are the reference's bit for bit, with the portable kernels on this machine and with
// the M4's on the emulated chip. And what the planner makes of a network for larger pictures.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "ops/execute.h"
#include "plan/check_memory.h"
#include "plan/optimisations.h"
#include "plan/rows.h"
#include "tests/kernels/chip_cases.h"
#include "tests/kernels/plan_runner.h"
#include "tests/kernels/run_kernel.h"
#include "tests/passes/random_graph.h"

namespace mote::testing {
namespace {

Graph network(std::uint64_t seed) {
  return random_graph(seed, {.type = DType::i8, .layers = 8, .no_ops = false, .softmax = false, .fours = 14});
}

/// Disjoint chains, each a random stretch that can be one; its band, too, is drawn.
RowChains random_chains(const Graph& graph, const Target& target, const KernelChoice& choice, Random& random) {
  const PlanOptions options;
  RowKernels kernels(graph, target, options);
  RowChains chains;
  for (std::size_t first = 0; first < graph.nodes.size(); ++first) {
    const std::size_t length = static_cast<std::size_t>(random.integer(2, 8));
    for (std::size_t last = std::min(graph.nodes.size(), first + length) - 1; last > first; --last) {
      const auto schedule = schedule_rows(graph, first, last, random.integer(1, 4));
      if (!schedule) continue;
      auto chain = kernels.lower(*schedule, choice);
      if (!chain) continue;
      chains.push_back(std::move(chain));
      first = last;
      break;
    }
  }
  return chains;
}

TEST(RowChains, RandomStretchesGiveTheReferencesOutputs) {
  int chained = 0, longest = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    const Graph graph = network(seed);
    Random random(seed);
    for (const bool in_place : {true, false}) {
      auto choice = choose_kernels(graph, host_target(), {});
      ASSERT_TRUE(choice);
      choice->chains = random_chains(graph, host_target(), *choice, random);
      for (const auto& chain : choice->chains)
        longest = std::max(longest, static_cast<int>(chain->schedule.last - chain->schedule.first) + 1);
      chained += static_cast<int>(choice->chains.size());
      PlanOptions options;
      if (!in_place) options.disabled_kernels.emplace_back(kOverlaps);
      const auto plan = lay_out(graph, host_target(), options, *choice);
      ASSERT_TRUE(plan) << plan.error().to_string();
      const auto safe = check_memory(*plan, graph);
      ASSERT_TRUE(safe) << "seed " << seed << ": " << safe.error().to_string();
      PlanRunner runner(*plan);
      Executor reference(graph);
      for (std::uint64_t sample = 0; sample < 2; ++sample) {
        const auto inputs = random_inputs(graph, sample);
        ASSERT_EQ(runner.run(inputs), reference.run(as_spans(inputs))) << "seed " << seed << ", sample " << sample;
      }
    }
  }
  EXPECT_GT(chained, 200);
  EXPECT_GE(longest, 6);
}

/// Every way to break a schedule that the checker must see: rows too early or too late, a ring too small, a lead too
/// short.
TEST(RowChains, CheckerFollowsEveryRow) {
  int broken = 0, unread = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Graph graph = network(seed);
    Random random(seed);
    auto choice = choose_kernels(graph, host_target(), {});
    ASSERT_TRUE(choice);
    choice->chains = random_chains(graph, host_target(), *choice, random);
    if (choice->chains.empty()) continue;
    const auto good = lay_out(graph, host_target(), {}, *choice);
    ASSERT_TRUE(good);
    for (std::size_t s = 0; s < good->steps.size(); ++s) {
      const Step& step = good->steps[s];
      for (std::size_t r = 0; r < step.rounds.size(); ++r)
        for (std::size_t c = 0; c < step.rounds[r].calls.size(); ++c) {
          const BandCall& call = step.rounds[r].calls[c];
          Plan bad = *good;
          BandCall& changed = bad.steps[s].rounds[r].calls[c];
          const std::string what = fmt::format("seed {} step {} round {} call {}", seed, s, r, c);
          changed.stretches[1].tensor += 4;  // reads, or moves, other rows than stand there
          EXPECT_FALSE(check_memory(bad, graph)) << what;
          bad = *good;  // what is written is said to be other rows: a later read misses them, if there is one
          bad.steps[s].rounds[r].calls[c].stretches[0].tensor += 4;
          if (check_memory(bad, graph)) ++unread;
          bad = *good;
          const std::int32_t ring = call.stretches[0].argument;
          bad.buffers[static_cast<std::size_t>(step.arguments[static_cast<std::size_t>(ring)].buffer)].bytes -= 4;
          const Stretch& out = call.stretches[0];
          const std::int64_t end = out.offset + (step.rounds[r].turns - 1) * out.offset_step + out.bytes;
          const Buffer& whole =
              good->buffers[static_cast<std::size_t>(step.arguments[static_cast<std::size_t>(ring)].buffer)];
          if (end == whole.bytes) {
            EXPECT_FALSE(check_memory(bad, graph)) << what;
          }
          ++broken;
        }
    }
  }
  EXPECT_GT(broken, 100);
  EXPECT_LT(unread, broken / 10) << "rows that a stride skips are computed all the same";
}

/// The first layers of a MobileNet over a picture of 160x160, whose widest tensors do not fit 64 KB.
Graph picture_network() {
  Graph graph;
  Random random(1);
  graph.name = "picture";
  graph.inputs = {graph.add({"picture", DType::i8, {1, 160, 160, 1}, {{0.008F}, {0}, 0}, nullptr})};
  TensorId x = graph.inputs[0];
  const auto layer = [&](const OpDef& op, std::int32_t out_c, std::int32_t k, std::int32_t stride) {
    const Tensor in = graph.tensor(x);
    const bool depthwise = &op == &ops::depthwise_conv2d;
    const Shape shape = depthwise ? Shape{1, k, k, out_c} : Shape{out_c, k, k, in.shape[3]};
    std::vector<std::int8_t> weights(static_cast<std::size_t>(element_count(shape)));
    for (auto& w : weights) w = static_cast<std::int8_t>(random.integer(-127, 127));
    std::vector<std::int32_t> biases(static_cast<std::size_t>(out_c));
    for (auto& b : biases) b = random.integer(-2000, 2000);
    const float scale = 0.01F, bias_scale = scale * in.quant.scale[0];
    const TensorId w =
        graph.add({graph.unique_tensor_name("w"), DType::i8, shape, {{scale}, {0}, 0}, make_data(weights)});
    const TensorId b =
        graph.add({graph.unique_tensor_name("b"), DType::i32, {out_c}, {{bias_scale}, {0}, 0}, make_data(biases)});
    Attributes attrs;
    for (const char* axis : {"h", "w"}) {
      attrs.set(std::string("dilation_") + axis, std::int64_t{1});
      attrs.set(std::string("stride_") + axis, std::int64_t{stride});
    }
    const std::int64_t total = k == 1 ? 0 : k - stride;  // TFLite's "same"
    attrs.set("pad_top", total / 2);
    attrs.set("pad_left", total / 2);
    attrs.set("pad_bottom", total - total / 2);
    attrs.set("pad_right", total - total / 2);
    attrs.set("activation", std::string("relu"));
    const std::string name = fmt::format("{}_{}", op.name, graph.nodes.size());
    const TensorId out = graph.add({name,
                                    DType::i8,
                                    {1, in.shape[1] / stride, in.shape[2] / stride, out_c},
                                    {{in.quant.scale[0] * 1.5F}, {-128}, 0},
                                    nullptr});
    graph.nodes.push_back({&op, name, {x, w, b}, {out}, attrs});
    x = out;
  };
  layer(ops::conv2d, 8, 3, 2);
  layer(ops::depthwise_conv2d, 8, 3, 1);
  layer(ops::conv2d, 16, 1, 1);
  layer(ops::depthwise_conv2d, 16, 3, 2);
  layer(ops::conv2d, 32, 1, 1);
  layer(ops::depthwise_conv2d, 32, 3, 2);
  layer(ops::conv2d, 32, 1, 1);
  graph.outputs = {x};
  return graph;
}

TEST(RowChains, APictureOf160RunsIn64Kilobytes) {
  const Graph graph = picture_network();
  PlanOptions options;
  options.disabled_kernels = {"row_chains"};
  const auto whole = make_plan(graph, host_target(), options);
  ASSERT_TRUE(whole);
  EXPECT_GT(whole->arena_bytes, 100000);
  options.budget.optimize = Optimize::speed;
  options.budget.ram_bytes = 40000;  // 64 KB less what else a firmware needs
  EXPECT_FALSE(make_plan(graph, host_target(), options));
  options.disabled_kernels = {};
  const auto plan = make_plan(graph, host_target(), options);
  ASSERT_TRUE(plan) << plan.error().to_string();
  EXPECT_LE(plan->arena_bytes, 40000);
  PlanRunner runner(*plan);
  const auto inputs = random_inputs(graph, 1);
  EXPECT_EQ(runner.run(inputs), Executor(graph).run(as_spans(inputs)));
}

/// Random networks side by side, with chains wherever they can be: one model, one compilation, one run.
TEST(RowChains, M4KernelsWorkOnBands) {
  Random random(7);
  const Merged merged = networks_side_by_side("chains", 200, network);
  const Board m4 = load_board("nano33ble").value();
  const Target& target = m4.target.target;
  auto choice = choose_kernels(merged.graph, target, {});
  ASSERT_TRUE(choice) << choice.error().to_string();
  choice->chains = random_chains(merged.graph, target, *choice, random);
  EXPECT_GE(choice->chains.size(), 12U);
  std::set<std::string> kernels;
  for (const auto& chain : choice->chains)
    for (const Part& part : chain->parts) kernels.insert(part.kernel);
  EXPECT_GE(kernels.size(), 6U);
  const auto plan = lay_out(merged.graph, target, {}, *choice);
  ASSERT_TRUE(plan) << plan.error().to_string();
  const auto safe = check_memory(*plan, merged.graph);
  ASSERT_TRUE(safe) << safe.error().to_string();
  check_plan(merged, plan, target, m4, "chains on chip");
}

}  // namespace
}  // namespace mote::testing
