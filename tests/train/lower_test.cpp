// The float graph by LibTorch against Mote's own reference: forward on random and named networks, backward by finite
// differences.
#include "train/lower.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "data/random.h"
#include "ops/execute.h"
#include "ops/ops.h"
#include "tests/passes/random_graph.h"
#include "train/network.h"
#include "train/networks.h"

namespace mote {
namespace {

std::vector<std::vector<float>> random_inputs(const Graph& graph, std::uint64_t seed) {
  std::vector<std::vector<float>> inputs;
  Random random(seed);
  for (const TensorId id : graph.inputs) {
    inputs.emplace_back(static_cast<std::size_t>(graph.tensor(id).elements()));
    for (float& value : inputs.back()) value = static_cast<float>(random.normal());
  }
  return inputs;
}

std::vector<std::vector<float>> by_reference(const Graph& graph, const std::vector<std::vector<float>>& inputs) {
  std::vector<std::span<const std::uint8_t>> bytes;
  for (const auto& input : inputs)
    bytes.emplace_back(reinterpret_cast<const std::uint8_t*>(input.data()), input.size() * sizeof(float));
  std::vector<std::vector<float>> outputs;
  for (const Bytes& output : Executor(graph).run(bytes)) {
    const auto* values = reinterpret_cast<const float*>(output.data());
    outputs.emplace_back(values, values + output.size() / sizeof(float));
  }
  return outputs;
}

void expect_agreement(const Graph& graph, std::uint64_t seed) {
  const auto inputs = random_inputs(graph, seed);
  const auto torch = run_with_torch(graph, inputs);
  ASSERT_TRUE(torch.ok()) << torch.error().to_string();
  const auto reference = by_reference(graph, inputs);
  ASSERT_EQ(torch->size(), reference.size());
  for (std::size_t o = 0; o < reference.size(); ++o) {
    ASSERT_EQ((*torch)[o].size(), reference[o].size());
    float largest = 1;
    for (const float value : reference[o]) largest = std::max(largest, std::fabs(value));
    for (std::size_t i = 0; i < reference[o].size(); ++i)
      ASSERT_NEAR((*torch)[o][i], reference[o][i], 1e-5F * largest) << "seed " << seed;
  }
}

TEST(Lower, RandomGraphsAgreeWithTheReference) {
  std::set<std::string_view> seen;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Graph graph = testing::RandomGraph(seed, {.type = DType::f32, .layers = 8, .joins = seed % 2 == 0}).make();
    for (const Node& node : graph.nodes) seen.insert(node.op->name);
    expect_agreement(graph, seed);
    if (HasFatalFailure()) return;
  }
  for (const OpDef* op : ops::all()) {
    if (op->name == "quantize" || op->name == "dequantize" || op->name == "relu6") continue;
    if (op->quant == QuantRule::signal || op->quant == QuantRule::signal_filter) continue;  // front_end_test.cpp
    if (op->stateful) continue;  // what a streaming pass makes of a trained network
    if (op->name == "normalise" || op->name == "resize_image") continue;
    if (op->name == "tree_ensemble" || op->name == "centre_distance" || op->name == "neighbour_votes" ||
        op->name == "gaussian_mixture")
      continue;  // not trained by gradients
    if (op->name == "sub" || op->name == "leaky_relu" || op->name == "transpose_conv")
      continue;                                                      // imported, not trained
    if (op->name == "gru" || op->name == "squared_error") continue;  // in the named networks
    EXPECT_TRUE(seen.contains(op->name)) << op->name << " was never drawn: this test does not cover it";
  }
}

TEST(Lower, NamedNetworksAgreeWithTheReference) {
  for (const NamedNetwork& named : named_networks()) {
    NetworkSpec spec;
    spec.type = named.name;
    for (const Shape& example : named.examples) {
      const auto graph = build_network("net", spec, {example, named.reconstructs ? 0 : 5}, 3);
      ASSERT_TRUE(graph.ok()) << named.name << ": " << graph.error().to_string();
      expect_agreement(*graph, 11);
    }
  }
}

TEST(Lower, GradientsAgreeWithFiniteDifferencesOfTheReference) {
  NetworkSpec spec;
  spec.type = "layers";
  spec.layers.resize(6);
  spec.layers[0] = {.type = "conv2d",
                    .name = "a",
                    .filters = 3,
                    .kernel = {3},
                    .stride = {2},
                    .batch_norm = true,
                    .activation = "relu6"};
  spec.layers[1] = {.type = "depthwise", .name = "b", .filters = 2, .kernel = {3}, .activation = "relu"};
  spec.layers[2] = {.type = "separable", .name = "c", .filters = 6, .kernel = {3}};
  spec.layers[3] = {.type = "add", .name = "d", .from = {"b", "c"}};
  spec.layers[4] = {.type = "average_pool", .kernel = {3}, .stride = {2}};
  spec.layers[5] = {.type = "dense", .filters = 4};
  auto built = build_network("net", spec, {{7, 6, 2}, 4}, 5);
  ASSERT_TRUE(built.ok()) << built.error().to_string();
  Graph graph = *built;
  const auto inputs = random_inputs(graph, 21);
  const std::vector<float> weights{1, -2, 0.5F, 3};
  const auto gradients = gradients_with_torch(graph, inputs, weights);
  ASSERT_TRUE(gradients.ok()) << gradients.error().to_string();
  const auto objective = [&] {
    double sum = 0;
    const auto output = by_reference(graph, inputs)[0];
    for (std::size_t i = 0; i < output.size(); ++i) sum += static_cast<double>(output[i] * weights[i]);
    return sum;
  };
  ASSERT_EQ(gradients->size(),
            11U);  // 5 weights, 4 biases (none before the batch norm), gamma, beta
  double total = 0;
  for (const Gradient& gradient : *gradients) {
    const auto original = graph.tensor(gradient.constant).data;
    for (std::size_t i = 0; i < gradient.values.size(); i += 1 + gradient.values.size() / 8) {
      constexpr float kStep = 2e-3F;
      const auto moved = [&](float step) {
        std::vector<float> values(original->size() / sizeof(float));
        std::copy_n(reinterpret_cast<const float*>(original->data()), values.size(), values.begin());
        values[i] += step;
        graph.tensor(gradient.constant).data = make_data(values);
        return objective();
      };
      const double difference = (moved(kStep) - moved(-kStep)) / (2 * static_cast<double>(kStep));
      EXPECT_NEAR(static_cast<double>(gradient.values[i]), difference, 2e-3 + 0.02 * std::fabs(difference))
          << graph.tensor(gradient.constant).name << "[" << i << "]";
      total += std::fabs(difference);
    }
    graph.tensor(gradient.constant).data = original;
  }
  EXPECT_GT(total, 0.1) << "a network that nothing moves shows nothing";
}

TEST(Lower, GradientsGoThroughRecurrence) {
  NetworkSpec spec;
  spec.type = "layers";
  spec.layers = {
      {.type = "gru", .filters = 3, .sequence = true}, {.type = "gru", .filters = 2}, {.type = "dense", .filters = 2}};
  auto built = build_network("net", spec, {{6, 2}, 2}, 5);
  ASSERT_TRUE(built.ok()) << built.error().to_string();
  Graph graph = *built;
  const auto inputs = random_inputs(graph, 21);
  const std::vector<float> weights{1, -2};
  const auto gradients = gradients_with_torch(graph, inputs, weights);
  ASSERT_TRUE(gradients.ok()) << gradients.error().to_string();
  ASSERT_EQ(gradients->size(), 8U);  // of each gru gates, their bias and recurrent weights; weights and bias
  for (const Gradient& gradient : *gradients) {
    const auto original = graph.tensor(gradient.constant).data;
    for (std::size_t i = 0; i < gradient.values.size(); i += 1 + gradient.values.size() / 6) {
      constexpr float kStep = 4e-3F;
      const auto moved = [&](float step) {
        std::vector<float> values(original->size() / sizeof(float));
        std::copy_n(reinterpret_cast<const float*>(original->data()), values.size(), values.begin());
        values[i] += step;
        graph.tensor(gradient.constant).data = make_data(values);
        const auto output = by_reference(graph, inputs)[0];
        return static_cast<double>(output[0] * weights[0] + output[1] * weights[1]);
      };
      const double difference = (moved(kStep) - moved(-kStep)) / (2 * static_cast<double>(kStep));
      EXPECT_NEAR(static_cast<double>(gradient.values[i]), difference, 1e-3 + 0.02 * std::fabs(difference))
          << graph.tensor(gradient.constant).name << "[" << i << "]";
    }
    graph.tensor(gradient.constant).data = original;
  }
}

TEST(Lower, RefusesIntegers) {
  const Graph graph = testing::RandomGraph(1, {.type = DType::i8, .layers = 4}).make();
  const auto run = run_with_torch(graph, random_inputs(graph, 1));
  ASSERT_FALSE(run.ok());
  EXPECT_EQ(run.error().code, Code::Unsupported);
}

}  // namespace
}  // namespace mote
