// duplicate_channels, with dead_channels behind it: what must be found, what must be left alone, and random networks
// with duplicates planted, bit for bit.
#include "passes/duplicate_channels.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ir/text.h"
#include "ir/verify.h"
#include "ops/execute.h"
#include "passes/dead_channels.h"
#include "tests/passes/random_graph.h"

namespace mote {
namespace {

using testing::as_spans;

void expect_same(const Graph& before, const Graph& after, const std::string& what) {
  Executor one(before), other(after);
  for (std::uint64_t sample = 0; sample < 3; ++sample) {
    const auto inputs = testing::random_inputs(before, sample);
    ASSERT_EQ(one.run(as_spans(inputs)), other.run(as_spans(inputs))) << what;
  }
}

/// x 2 -> pointwise t 3 -> depthwise 3x3 u 3 -> pointwise y 1; channels 0 and 2 are the same but for what is given.
/// How many channels of t are left.
std::int32_t channels_left(int bias, int tap, int last_weight) {
  const std::string window =
      " dilation_h=1 dilation_w=1 pad_bottom={0} pad_left={0} pad_right={0} pad_top={0} stride_h=1 stride_w=1\n";
  std::string taps;
  for (int i = 0; i < 9; ++i) taps += fmt::format("{} {} {} ", i * 3 - 7, 5 - i, i * 3 - 7 + (i == 4 ? tap : 0));
  const std::string form =
      "mir 1 \"g\"\n"
      "tensor \"x\" i8 1x4x4x2 scale 1 zero 5\n"
      "tensor \"w1\" i8 3x1x1x2 scale 0.25 zero 0 = [1 2 4 -3 1 2]\n"
      "tensor \"b1\" i32 3 scale 0.25 zero 0 = [3 9 {}]\n"
      "tensor \"t\" i8 1x4x4x3 scale 1 zero -10\n"
      "tensor \"wd\" i8 1x3x3x3 scale 0.25 zero 0 = [{}]\n"
      "tensor \"u\" i8 1x4x4x3 scale 9 zero 2\n"
      "tensor \"w2\" i8 1x1x1x3 scale 0.25 zero 0 = [60 -7 {}]\n"
      "tensor \"y\" i8 1x4x4x1 scale 20 zero 0\n"
      "inputs (\"x\")\n"
      "node \"first\" conv2d (\"x\", \"w1\", \"b1\") -> (\"t\") activation=\"none\"" +
      fmt::format(fmt::runtime(window), 0) +
      "node \"middle\" depthwise_conv2d (\"t\", \"wd\") -> (\"u\") activation=\"none\"" +
      fmt::format(fmt::runtime(window), 1) + "node \"last\" conv2d (\"u\", \"w2\") -> (\"y\") activation=\"none\"" +
      fmt::format(fmt::runtime(window), 0) + "outputs (\"y\")\n";
  const std::string text = fmt::format(fmt::runtime(form), bias, taps, last_weight);
  const auto graph = parse_graph(text, {}, ops::find);
  EXPECT_TRUE(graph.ok()) << graph.error().to_string();
  if (!graph) return -1;
  Graph after = *graph;
  EXPECT_TRUE(passes::duplicate_channels(after, {}).ok());
  EXPECT_TRUE(passes::dead_channels(after, {}).ok());
  EXPECT_TRUE(verify(after).ok());
  expect_same(*graph, after, "small");
  for (const Tensor& tensor : after.tensors)
    if (tensor.name == "t") return tensor.shape.back();
  return 0;
}

TEST(DuplicateChannels, GoTogetherThroughDepthwiseLayers) { EXPECT_EQ(channels_left(3, 0, 67), 2); }

TEST(DuplicateChannels, StayWhereAnythingDiffers) {
  EXPECT_EQ(channels_left(4, 0, 67), 3) << "bias";
  EXPECT_EQ(channels_left(3, 1, 67), 3) << "a tap of the layer between";
  EXPECT_EQ(channels_left(3, 0, 68), 3) << "60 + 68 is no int8 weight";
}

/// Every layer's second output channel becomes its first; how many layers had two.
int plant(Graph& graph) {
  int planted = 0;
  for (const Node& node : graph.nodes) {
    if (node.op->weight_input < 0) continue;
    Tensor& weights = graph.tensor(node.inputs[1]);
    const auto axis = static_cast<std::size_t>(node.op->weight_axis);
    const auto channels = static_cast<std::size_t>(weights.shape[axis]);
    if (channels < 2) continue;
    const auto old = weights.constant<std::int8_t>();
    std::vector<std::int8_t> values(old.begin(), old.end());
    const std::size_t inner = axis == 0 ? values.size() / channels : 1;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (i / inner % channels == 1) values[i] = values[i - inner];
    for (std::int8_t& v : values) v = static_cast<std::int8_t>(v / 2);  // so that sums of two fit
    weights.data = make_data(values);
    if (weights.quant.per_channel()) weights.quant.scale[1] = weights.quant.scale[0];
    if (node.inputs.size() > 2 && node.inputs[2] != kNoTensor) {
      Tensor& bias = graph.tensor(node.inputs[2]);
      const auto before = bias.constant<std::int32_t>();
      std::vector<std::int32_t> biases(before.begin(), before.end());
      biases[1] = biases[0];
      bias.data = make_data(biases);
      if (bias.quant.per_channel()) bias.quant.scale[1] = bias.quant.scale[0];
    }
    ++planted;
  }
  return planted;
}

TEST(DuplicateChannels, OfRandomNetworksAreFoundAndExact) {
  int slimmer = 0, planted = 0;
  for (std::uint64_t seed = 0; seed < 150 && !HasFatalFailure(); ++seed) {
    Graph graph = testing::random_graph(seed, {.type = DType::i8, .layers = 8, .dead_percent = 0, .blocks = true});
    planted += plant(graph);
    ASSERT_TRUE(verify(graph)) << "seed " << seed;
    Graph without = graph;
    Graph with = graph;
    ASSERT_TRUE(passes::dead_channels(without, {}));
    ASSERT_TRUE(passes::duplicate_channels(with, {}));
    ASSERT_TRUE(passes::dead_channels(with, {}));
    ASSERT_TRUE(verify(with)) << "seed " << seed;
    expect_same(graph, with, fmt::format("seed {}", seed));
    const auto weights = [](const Graph& g) {
      std::int64_t sum = 0;
      for (const Tensor& tensor : g.tensors)
        if (tensor.is_constant()) sum += tensor.elements();
      return sum;
    };
    EXPECT_LE(weights(with), weights(without)) << "seed " << seed;
    slimmer += weights(with) < weights(without) ? 1 : 0;
  }
  EXPECT_GT(planted, 200);
  EXPECT_GT(slimmer, 20);
}

}  // namespace
}  // namespace mote
