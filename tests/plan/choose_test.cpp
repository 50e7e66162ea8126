// Kernel choice under a flash limit against trying every combination, on random int8 networks for a Cortex-M4, where
// most nodes have several kernels of different sizes. And what balanced may do for RAM.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "plan/plan.h"
#include "tests/passes/random_graph.h"

namespace mote {
namespace {

Target cortex_m4() {
  Target target;
  target.name = "cortex_m4";
  target.folders = {"cortex_m4", "portable"};
  target.features = {"dsp", "unaligned"};
  for (const std::string& folder : target.folders)
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(MOTE_TEST_SOURCE_DIR) / "device" / folder))
      if (entry.path().extension() == ".c") target.sources.push_back(entry.path().filename().string());
  return target;
}

struct Cost {
  std::int64_t bytes = 0;
  std::int64_t instructions = 0;
};

Cost cost_of(const KernelChoice& choice, const std::vector<std::size_t>& taken) {
  Cost cost;
  for (std::size_t n = 0; n < taken.size(); ++n) {
    if (choice.options[n].empty()) continue;
    const KernelCall& call = choice.options[n][taken[n]].call;
    cost.bytes += constant_bytes(call);
    cost.instructions += call.instructions;
  }
  return cost;
}

/// Calls visit with every combination of kernels that do one node each.
template <typename Visit>
void every_choice(const KernelChoice& choice, std::vector<std::size_t>& taken, std::size_t n, Visit visit) {
  if (n == choice.options.size()) return visit(cost_of(choice, taken));
  taken[n] = 0;
  if (choice.options[n].empty()) return every_choice(choice, taken, n + 1, visit);
  for (std::size_t k = 0; k < choice.options[n].size(); ++k) {
    if (choice.options[n][k].def->fuses) continue;
    taken[n] = k;
    every_choice(choice, taken, n + 1, visit);
  }
}

TEST(Choose, FastestThatFitsAFlashLimit) {
  const Target target = cortex_m4();
  int compared = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Graph graph = testing::random_graph(seed, {.type = DType::i8, .layers = 5, .no_ops = false});
    PlanOptions options;
    options.budget.optimize = Optimize::speed;
    const auto fastest = choose_kernels(graph, target, options);
    ASSERT_TRUE(fastest) << fastest.error().to_string();
    std::int64_t smallest = INT64_MAX;
    std::vector<std::size_t> taken(graph.nodes.size(), 0);
    every_choice(*fastest, taken, 0, [&](const Cost& cost) { smallest = std::min(smallest, cost.bytes); });
    const std::int64_t most = cost_of(*fastest, fastest->taken).bytes;
    for (const int percent : {0, 20, 50, 80, 99}) {
      options.budget.flash_bytes = std::max<std::int64_t>(1, smallest + (most - smallest) * percent / 100);
      const auto limited = choose_kernels(graph, target, options);
      ASSERT_TRUE(limited);
      const Cost got = cost_of(*limited, limited->taken);
      std::int64_t best = INT64_MAX;
      every_choice(*limited, taken, 0, [&](const Cost& cost) {
        if (cost.bytes <= options.budget.flash_bytes) best = std::min(best, cost.instructions);
      });
      EXPECT_LE(got.bytes, std::max(options.budget.flash_bytes, smallest)) << "seed " << seed;
      EXPECT_EQ(got.instructions, best) << "seed " << seed << " at " << options.budget.flash_bytes << " bytes";
      compared += most > smallest ? 1 : 0;
    }
  }
  EXPECT_GT(compared, 60);
}

TEST(Choose, BalancedSpendsLittleForRam) {
  const Target target = cortex_m4();
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Graph graph = testing::random_graph(seed, {.type = DType::i8, .layers = 6});
    const auto plan_for = [&](Optimize optimize) {
      PlanOptions options;
      options.budget.optimize = optimize;
      return make_plan(graph, target, options);
    };
    const auto balanced = plan_for(Optimize::balanced), ram = plan_for(Optimize::ram);
    if (!balanced) continue;  // a constant output
    ASSERT_TRUE(ram);
    EXPECT_LE(ram->arena_bytes, balanced->arena_bytes) << "seed " << seed;
  }
}

}  // namespace
}  // namespace mote
