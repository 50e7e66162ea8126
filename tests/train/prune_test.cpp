// Channel pruning on every named network: channels that nothing reads may go without changing the output, and the work
// falls as asked.
#include "train/prune.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "data/random.h"
#include "ops/execute.h"
#include "ops/ops.h"
#include "train/network.h"
#include "train/networks.h"

namespace mote {
namespace {

std::vector<Graph> networks() {
  std::vector<Graph> graphs;
  for (const NamedNetwork& named : named_networks()) {
    if (named.name == "gru") continue;  // a gate cannot lose a channel alone
    NetworkSpec spec;
    spec.type = named.name;
    spec.width = named.name.starts_with("mobilenet") ? 0.1 : 0.5;
    auto graph = build_network(std::string(named.name), spec, {named.examples[0], named.reconstructs ? 0 : 5}, 3);
    EXPECT_TRUE(graph.ok()) << graph.error().to_string();
    if (graph.ok()) graphs.push_back(std::move(*graph));
  }
  return graphs;
}

std::vector<float> run(const Graph& graph) {
  std::vector<float> input(static_cast<std::size_t>(graph.tensor(graph.inputs[0]).elements()));
  Random random(17);
  for (float& value : input) value = static_cast<float>(random.normal());
  const Bytes output =
      Executor(graph).run({{reinterpret_cast<const std::uint8_t*>(input.data()), input.size() * sizeof(float)}})[0];
  const auto* values = reinterpret_cast<const float*>(output.data());
  return {values, values + output.size() / sizeof(float)};
}

/// Sets what lies at `channel` along the axis to zero.
void silence(Graph& graph, const ChannelAxis& where, std::int32_t channel, std::int32_t channels) {
  Tensor& tensor = graph.tensor(where.constant);
  std::vector<float> values(tensor.constant<float>().begin(), tensor.constant<float>().end());
  std::int64_t inner = 1;
  for (std::size_t i = static_cast<std::size_t>(where.axis) + 1; i < tensor.shape.size(); ++i) inner *= tensor.shape[i];
  for (std::size_t i = 0; i < values.size(); ++i)
    if (static_cast<std::int64_t>(i) / inner % tensor.shape[static_cast<std::size_t>(where.axis)] % channels == channel)
      values[i] = 0;
  tensor.data = make_data(values);
}

TEST(Prune, ChannelsThatNothingReadsLeaveTheOutputAsItIs) {
  for (Graph& graph : networks()) {
    const auto groups = find_channel_groups(graph);
    ASSERT_FALSE(groups.empty()) << graph.name;
    std::vector<std::vector<std::int32_t>> keep;
    std::size_t removed = 0;
    Random random(5);
    for (const ChannelGroup& group : groups) {
      keep.emplace_back();
      for (std::int32_t c = 0; c < group.channels; ++c)
        if (random.uniform() < 0.6 || c == 0) keep.back().push_back(c);
      for (std::int32_t c = 0; c < group.channels; ++c) {
        if (std::binary_search(keep.back().begin(), keep.back().end(), c)) continue;
        for (const ChannelAxis& consumer : group.consumers) silence(graph, consumer, c, group.channels);
        ++removed;
      }
    }
    ASSERT_GT(removed, 0U);
    const auto pruned = keep_channels(graph, groups, keep);
    ASSERT_TRUE(pruned.ok()) << graph.name << ": " << pruned.error().to_string();
    EXPECT_LT(count_macs(*pruned), count_macs(graph));
    const auto before = run(graph);
    const auto after = run(*pruned);
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NEAR(before[i], after[i], 1e-5F) << graph.name;
  }
}

TEST(Prune, EveryHiddenLayerOfTheNamedNetworksIsInAGroup) {
  for (const Graph& graph : networks()) {
    std::size_t producers = 0;
    for (const ChannelGroup& group : find_channel_groups(graph)) producers += group.producers.size();
    const auto layers = std::count_if(graph.nodes.begin(), graph.nodes.end(), [](const Node& node) {
      return node.op->name == "conv2d" || node.op->name == "fully_connected";
    });
    EXPECT_EQ(static_cast<std::ptrdiff_t>(producers), layers - 1)
        << graph.name << ": all but the last may lose channels";
  }
}

TEST(Prune, TakesTheLeastImportantUntilTheWorkIsDown) {
  for (const Graph& graph : networks()) {
    const auto groups = find_channel_groups(graph);
    for (const Importance& importance : {importance_l1(graph, groups), importance_batch_norm(graph, groups)}) {
      const auto pruned = prune_channels(graph, importance, {0.5});
      ASSERT_TRUE(pruned.ok()) << pruned.error().to_string();
      const double left = static_cast<double>(count_macs(*pruned)) / static_cast<double>(count_macs(graph));
      EXPECT_LE(left, 0.5) << graph.name;
      EXPECT_GE(left, 0.1) << graph.name;
      for (const ChannelGroup& group : find_channel_groups(*pruned)) EXPECT_EQ(group.channels % 4, 0) << graph.name;
    }
  }
  // One group: the channel with the largest filters must survive, the one with the smallest must not.
  NetworkSpec spec;
  spec.type = "mlp";
  spec.channels = {16};
  Graph graph = *build_network("mlp", spec, {{4, 2}, 3}, 1);
  const auto groups = find_channel_groups(graph);
  ASSERT_EQ(groups.size(), 1U);
  std::vector<float> weights(16 * 8);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>((i / 8 * 7) % 16) + 1;
  graph.tensor(groups[0].producers[0].constant).data = make_data(weights);
  const auto pruned = prune_channels(graph, importance_l1(graph, groups), {0.25});
  ASSERT_TRUE(pruned.ok());
  const auto left = pruned->tensor(groups[0].producers[0].constant).constant<float>();
  ASSERT_EQ(left.size(), 32U);
  for (const float value : left) EXPECT_GE(value, 13);
}

/// 256 inputs, 32 and 32 channels, 3 classes: a channel of the first layer costs 288 multiply-accumulates, of the
/// next 35.
Graph two_hidden_layers() {
  NetworkSpec spec;
  spec.type = "mlp";
  spec.channels = {32, 32};
  return *build_network("mlp", spec, {{64, 4}, 3}, 1);
}

/// Of which the cost saved loses least: work per channel is not alike in all layers.
TEST(Prune, PrefersWhatSavesMost) {
  const Graph graph = two_hidden_layers();
  const auto groups = find_channel_groups(graph);
  ASSERT_EQ(groups.size(), 2U);
  Importance alike;
  for (const ChannelGroup& group : groups) alike[group.producers[0].constant] = std::vector<double>(32, 1.0);
  const auto pruned = prune_channels(graph, alike, {.fraction = 0.6, .across_layers = true});
  ASSERT_TRUE(pruned.ok());
  const auto left = find_channel_groups(*pruned);
  EXPECT_LT(left[0].channels, 24);
  EXPECT_EQ(left[1].channels, 32);
}

/// What was taken before a removal that saved more than was wanted comes back as far as it fits.
TEST(Prune, TakesNoMoreThanIsWanted) {
  const Graph graph = two_hidden_layers();
  const auto groups = find_channel_groups(graph);
  Importance importance;
  importance[groups[0].producers[0].constant] = std::vector<double>(32, 1.0);
  importance[groups[1].producers[0].constant] = std::vector<double>(32, 0.01);
  // Of 256 x 32 + 32 x 32 + 32 x 3 = 9,312 multiply-accumulates 7,915 may stay. The second layer goes first, down to 8
  // channels, which is not enough; with 28 channels in the first there is room for n where 7,168 + (28 + 3) n <= 7,915.
  const auto pruned = prune_channels(graph, importance, {.fraction = 0.85, .across_layers = true});
  ASSERT_TRUE(pruned.ok());
  const auto left = find_channel_groups(*pruned);
  EXPECT_EQ(left[0].channels, 28);
  EXPECT_EQ(left[1].channels, 24);
}

/// A front end costs what it costs: a target that no number of channels meets takes no more than it otherwise would.
TEST(Prune, DoesNotGiveAccuracyAwayForATargetOutOfReach) {
  const Graph graph = two_hidden_layers();
  const auto groups = find_channel_groups(graph);
  const auto widths = [&](double front_end) {
    const CostFn cost = [=](const Graph& g) { return static_cast<double>(count_macs(g)) + front_end; };
    const auto pruned = prune_channels(graph, importance_l1(graph, groups), {.fraction = 0.2, .cost = cost});
    EXPECT_TRUE(pruned.ok());
    std::vector<std::int32_t> left;
    for (const ChannelGroup& group : find_channel_groups(*pruned)) left.push_back(group.channels);
    return left;
  };
  EXPECT_EQ(widths(1e6), (std::vector<std::int32_t>{8, 8}));
  // Nor does the next step, of what is left of 32.
  const auto once = prune_channels(graph, importance_l1(graph, groups), {.fraction = 0.3});
  ASSERT_TRUE(once.ok());
  const CostFn constant = [](const Graph& g) { return static_cast<double>(count_macs(g)) + 1e6; };
  const auto twice = prune_channels(*once, importance_l1(*once, find_channel_groups(*once)),
                                    {.fraction = 0.2, .cost = constant, .widths = group_widths(graph)});
  ASSERT_TRUE(twice.ok());
  for (const auto& [producer, channels] : group_widths(*twice)) EXPECT_EQ(channels, 8) << producer;
  EXPECT_EQ(widths(600), (std::vector<std::int32_t>{4, 32})) << "within reach: four channels in the first alone";
}

}  // namespace
}  // namespace mote
