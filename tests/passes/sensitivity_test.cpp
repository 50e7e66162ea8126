// Measured sensitivity to int4 weights, and the choice of layers under a budget of bytes.
#include "passes/sensitivity.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ops/ops.h"
#include "passes/pipeline.h"
#include "tests/passes/random_graph.h"

namespace mote {
namespace {

using passes::QuantizeOptions;

/// Three fully connected layers of 16 to 16. The weights of the middle one are multiples of a seventh of its largest:
/// 4 bits lose nothing there.
Graph three_layers() {
  testing::Random random(5);
  Graph graph;
  graph.name = "three";
  TensorId x = graph.add({"input", DType::f32, {1, 16}, {}, nullptr});
  graph.inputs = {x};
  for (int layer = 0; layer < 3; ++layer) {
    std::vector<float> weights(256);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      weights[i] = layer == 1 ? static_cast<float>(random.integer(-7, 7)) / 14.0F : random.real(-0.5F, 0.5F);
      if (layer == 1 && i % 16 == 0) weights[i] = 0.5F;
    }
    const TensorId w = graph.add({fmt::format("w{}", layer), DType::f32, {16, 16}, {}, make_data(weights)});
    const TensorId y = graph.add({fmt::format("y{}", layer), DType::f32, {1, 16}, {}, nullptr});
    Node node{&ops::fully_connected, fmt::format("dense_{}", layer), {x, w}, {y}, {}};
    node.attrs.set("activation", std::string("none"));
    node.attrs.set("keep_dims", std::int64_t{0});
    graph.nodes.push_back(std::move(node));
    x = y;
  }
  graph.outputs = {x};
  return graph;
}

std::vector<passes::Sample> samples_of(const Graph& graph, int count) {
  std::vector<passes::Sample> samples;
  for (int s = 0; s < count; ++s) samples.push_back(testing::random_inputs(graph, static_cast<std::uint64_t>(s)));
  return samples;
}

TEST(Sensitivity, FindsTheLayerThatFourBitsHold) {
  const Graph graph = three_layers();
  const auto samples = samples_of(graph, 8);
  const auto calibration = passes::calibrate(graph, samples);
  ASSERT_TRUE(calibration.ok());
  const auto report = passes::measure_sensitivity(graph, *calibration, samples);
  ASSERT_TRUE(report.ok()) << report.error().to_string();
  ASSERT_EQ(report->layers.size(), 3U);
  EXPECT_LT(report->base_error, 1e-3);
  EXPECT_LT(report->layers[1].error, report->layers[0].error / 20);
  EXPECT_LT(report->layers[1].error, report->layers[2].error / 20);
  EXPECT_GT(report->layers[0].error, 1e-3);
  EXPECT_EQ(report->layers[1].weights, 256);

  EXPECT_EQ(passes::weight_bytes(graph, {}), 768);
  const auto chosen = passes::choose_precision(graph, *report, 640);
  ASSERT_TRUE(chosen.ok());
  ASSERT_EQ(chosen->layers.size(), 1U);
  EXPECT_EQ(chosen->layers.at("dense_1").weights, 4);
  EXPECT_EQ(passes::weight_bytes(graph, *chosen), 640);
  EXPECT_TRUE(passes::quantize(graph, *calibration, *chosen).ok());
}

TEST(Sensitivity, ChoosesWithinTheBudgetOrSaysByHowMuchNot) {
  const Graph graph = three_layers();
  const auto samples = samples_of(graph, 4);
  const auto report = passes::measure_sensitivity(graph, *passes::calibrate(graph, samples), samples);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(passes::choose_precision(graph, *report, 768)->layers.empty());
  for (const std::int64_t bytes : {767, 640, 600, 512, 400, 384}) {
    const auto chosen = passes::choose_precision(graph, *report, bytes);
    ASSERT_TRUE(chosen.ok()) << bytes;
    EXPECT_LE(passes::weight_bytes(graph, *chosen), bytes);
    EXPECT_GT(passes::weight_bytes(graph, *chosen), bytes - 128) << "no layer is at 4 bits without need";
  }
  const auto none = passes::choose_precision(graph, *report, 383);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, Code::DoesNotFit);
  EXPECT_NE(none.error().to_string().find("384 bytes"), std::string::npos);
  EXPECT_FALSE(passes::measure_sensitivity(graph, {}, {}).ok());
}

}  // namespace
}  // namespace mote
