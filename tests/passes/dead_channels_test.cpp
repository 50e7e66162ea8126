// dead_channels and the interval analysis behind it, on networks small enough to see what must go and what must stay.
#include "passes/dead_channels.h"

#include <gtest/gtest.h>

#include "ir/text.h"
#include "ir/verify.h"
#include "ops/execute.h"
#include "passes/channel_intervals.h"
#include "tests/passes/random_graph.h"

namespace mote {
namespace {

using testing::as_spans;

const std::string kWindow =
    " dilation_h=1 dilation_w=1 pad_bottom={p} pad_left={p} pad_right={p} pad_top={p} stride_h=1 stride_w=1\n";

std::string with_padding(std::string text, int padding) {
  for (std::size_t at; (at = text.find("{p}")) != std::string::npos;) text.replace(at, 3, std::to_string(padding));
  return text;
}

/// x [1,4,4,2] -> pointwise to t [1,4,4,3] -> depthwise 3x3, padding 1 -> u -> pointwise to y [1,4,4,2].
/// Channel 1 of t has no weights: it is always `bias` / 4 (all scales are 1 but the first weights', which is 1/4).
Graph make_graph(int bias, const std::string& depthwise_channel_1, const std::string& activation = "none") {
  std::string taps;
  for (int tap = 0; tap < 9; ++tap)
    taps += "3 " + depthwise_channel_1.substr(static_cast<std::size_t>(tap) * 2, 2) + "-2 ";
  const std::string text =
      "mir 1 \"g\"\n"
      "tensor \"x\" i8 1x4x4x2 scale 1 zero 5\n"
      "tensor \"w1\" i8 3x1x1x2 scale 0.25 zero 0 = [1 2 0 0 -3 1]\n"
      "tensor \"b1\" i32 3 scale 0.25 zero 0 = [3 " +
      std::to_string(bias) +
      " -7]\n"
      "tensor \"t\" i8 1x4x4x3 scale 1 zero -10\n"
      "tensor \"wd\" i8 1x3x3x3 scale 0.25 zero 0 = [" +
      taps +
      "]\n"
      "tensor \"bd\" i32 3 scale 0.25 zero 0 = [1 20 3]\n"
      "tensor \"u\" i8 1x4x4x3 scale 1 zero 2\n"
      "tensor \"w2\" i8 2x1x1x3 scale 0.25 zero 0 = [2 7 1 -1 5 3]\n"
      "tensor \"y\" i8 1x4x4x2 scale 2 zero 0\n"
      "inputs (\"x\")\n"
      "node \"first\" conv2d (\"x\", \"w1\", \"b1\") -> (\"t\") activation=\"" +
      activation + "\"" + with_padding(kWindow, 0) +
      "node \"middle\" depthwise_conv2d (\"t\", \"wd\", \"bd\") -> (\"u\") activation=\"none\"" +
      with_padding(kWindow, 1) + "node \"last\" conv2d (\"u\", \"w2\") -> (\"y\") activation=\"none\"" +
      with_padding(kWindow, 0) + "outputs (\"y\")\n";
  auto graph = parse_graph(text, {}, ops::find);
  EXPECT_TRUE(graph.ok()) << graph.error().to_string();
  return graph.ok() ? std::move(graph).value() : Graph{};
}

/// Runs the pass, compares both graphs on random inputs, and returns the channels left of tensor "t".
std::int32_t channels_left(const Graph& before) {
  Graph after = before;
  EXPECT_TRUE(passes::dead_channels(after, {}).ok());
  const auto verified = verify(after);
  EXPECT_TRUE(verified.ok()) << verified.error().to_string() << "\n" << to_text(after, nullptr);
  if (!verified.ok()) return -1;
  Executor old_run(before), new_run(after);
  for (std::uint64_t s = 0; s < 10; ++s) {
    const auto inputs = testing::random_inputs(before, s);
    EXPECT_EQ(old_run.run(as_spans(inputs)), new_run.run(as_spans(inputs)));
  }
  for (const Tensor& t : after.tensors)
    if (t.name == "t") return t.shape[3];
  return -1;
}

const std::string kAnyTaps = "1 2 3 4 5 6 7 8 9 ";
const std::string kNoTaps = "0 0 0 0 0 0 0 0 0 ";
const std::string kCentreTap = "0 0 0 0 5 0 0 0 0 ";

TEST(DeadChannels, GoesWhenItsValueIsTheZeroPoint) { EXPECT_EQ(channels_left(make_graph(0, kAnyTaps)), 2); }

TEST(DeadChannels, StaysWhenPaddingMakesTheBorderDiffer) { EXPECT_EQ(channels_left(make_graph(40, kAnyTaps)), 3); }

TEST(DeadChannels, GoesWhenOnlyTheCentreIsRead) { EXPECT_EQ(channels_left(make_graph(40, kCentreTap)), 2); }

TEST(DeadChannels, GoesWhenTheDepthwiseLayerIgnoresIt) { EXPECT_EQ(channels_left(make_graph(40, kNoTaps)), 2); }

TEST(DeadChannels, GoesWhenEveryPositionSaturates) {
  // t is 127 there (its bias is far above), and the depthwise sums saturate at the border too.
  EXPECT_EQ(channels_left(make_graph(100000, kAnyTaps)), 2);
}

TEST(DeadChannels, GoesWhenAlwaysClamped) {
  Graph graph = make_graph(-100000, kAnyTaps, "relu");
  for (Tensor& t : graph.tensors)
    if (t.name == "w1") t.data = make_data(std::vector<std::int8_t>{1, 2, 100, -100, -3, 1});
  EXPECT_EQ(channels_left(graph), 2) << "has weights, but the bias is below anything they can make up";
}

TEST(DeadChannels, StaysWhenItIsAModelOutput) {
  Graph graph = make_graph(0, kAnyTaps);
  for (std::size_t t = 0; t < graph.tensors.size(); ++t)
    if (graph.tensors[t].name == "t") graph.outputs.push_back(static_cast<TensorId>(t));
  EXPECT_EQ(channels_left(graph), 3);
}

TEST(DeadChannels, AbsorbsIntoABiasThatWasNotThere) {
  Graph graph = make_graph(40, kCentreTap);
  ASSERT_TRUE(passes::dead_channels(graph, {}).ok());
  const Node& last = graph.nodes.back();
  ASSERT_EQ(last.inputs.size(), 3U);
  // t = 40 / 4 + zero point, u = (40 / 4 * 5 + 20) / 4 rounded + zero point: 18 above it.
  const auto bias = graph.tensor(last.inputs[2]).constant<std::int32_t>();
  EXPECT_EQ(bias[0], 7 * 18);
  EXPECT_EQ(bias[1], 5 * 18);
}

TEST(ChannelIntervals, HoldOnRandomGraphs) {
  int narrowed = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Graph graph = testing::random_graph(seed, {.type = DType::i8, .layers = 8});
    const auto intervals = passes::channel_intervals(graph);
    Executor executor(graph);
    for (std::uint64_t s = 0; s < 4; ++s) {
      executor.run(as_spans(testing::random_inputs(graph, s)));
      for (std::size_t t = 0; t < graph.tensors.size(); ++t) {
        const auto& known = intervals[t];
        if (known.empty() || graph.tensors[t].is_constant()) continue;
        const auto values = executor.value(static_cast<TensorId>(t));
        for (std::size_t i = 0; i < values.size(); ++i) {
          const auto& interval = known[i % known.size()];
          const auto value = static_cast<std::int8_t>(values[i]);
          ASSERT_TRUE(value >= interval.low && value <= interval.high)
              << "seed " << seed << ", " << graph.tensors[t].name << ", channel " << i % known.size() << ": "
              << int{value} << " outside [" << int{interval.low} << ", " << int{interval.high} << "]";
        }
        for (const auto& interval : known) narrowed += interval.low > -128 || interval.high < 127 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(narrowed, 1000);
}

/// The random graphs that pipeline_test compares do lose channels, in convolutions as well as in depthwise layers.
TEST(DeadChannels, FindsThemInRandomGraphs) {
  int slimmer_conv = 0, slimmer_depthwise = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Graph before = testing::random_graph(seed, {.type = DType::i8, .layers = 8});
    Graph after = before;
    ASSERT_TRUE(passes::dead_channels(after, {}).ok());
    ASSERT_EQ(before.nodes.size(), after.nodes.size());
    for (std::size_t n = 0; n < before.nodes.size(); ++n) {
      const bool slimmer =
          after.tensor(after.nodes[n].outputs[0]).elements() < before.tensor(before.nodes[n].outputs[0]).elements();
      slimmer_conv += slimmer && before.nodes[n].op == &ops::conv2d ? 1 : 0;
      slimmer_depthwise += slimmer && before.nodes[n].op == &ops::depthwise_conv2d ? 1 : 0;
    }
  }
  EXPECT_GT(slimmer_conv, 50);
  EXPECT_GT(slimmer_depthwise, 20);
}

}  // namespace
}  // namespace mote
