// Streaming models against the window models they were made from: bit for bit on random sequences, for random networks
// of layers that are local in time and some that are not. And why a model cannot be streamed.
#include "passes/stream.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "import/tflite.h"
#include "ir/text.h"
#include "ir/verify.h"
#include "ops/execute.h"
#include "tests/import/shared.h"
#include "tests/passes/random_graph.h"

namespace mote {
namespace {

using passes::stream;
using passes::StreamReport;
using testing::Random;

/// Runs both models over one random sequence and compares from warm-up on.
void expect_windows(const Graph& window, const Graph& streaming, const Streaming& how, const std::string& what) {
  const Tensor& frames = streaming.tensor(streaming.inputs[0]);
  const auto step_bytes = static_cast<std::size_t>(frames.bytes());
  Executor reference(window), steps(streaming);
  Random random(99);
  for (int start = 0; start < 2; ++start) {  // the second time from a reset
    steps.reset();
    Bytes sequence;
    for (std::int64_t s = 0; s < how.warm_up_steps + 7; ++s) {
      for (std::size_t i = 0; i < step_bytes; i += static_cast<std::size_t>(dtype_bytes(frames.type, 1))) {
        const float real = random.real(-2.0F, 2.0F);
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(&real);
        if (frames.type == DType::f32) {
          sequence.insert(sequence.end(), bytes, bytes + 4);
        } else {
          sequence.push_back(static_cast<std::uint8_t>(random.bits()));
        }
      }
      const auto got = steps.run({std::span(sequence).last(step_bytes)});
      if (s + 1 < how.warm_up_steps) continue;
      const Bytes input = passes::window_of_steps(window.tensor(window.inputs[0]), how.frames, sequence, s);
      ASSERT_EQ(got, reference.run({input})) << what << " at step " << s;
    }
  }
}

/// An int8 network over 1 x frames x width x channels, in text. Layers are drawn; most keep time local.
class TimeNetwork {
 public:
  explicit TimeNetwork(std::uint64_t seed) : random_(seed) {}

  Graph make() {
    width_ = random_.integer(1, 3);
    channels_ = random_.integer(1, 5);
    frames_ = random_.integer(9, 24);
    graph_.name = "time";
    x_ = tensor("x", {1, frames_, width_, channels_});
    graph_.inputs = {x_};
    for (int i = random_.integer(2, 6); i > 0; --i) layer();
    if (random_.chance(40)) head();
    graph_.outputs = {x_};
    return std::move(graph_);
  }

 private:
  const Shape& shape() const { return graph_.tensor(x_).shape; }

  TensorId tensor(const std::string& name, const Shape& shape) {
    return graph_.add(
        {graph_.unique_tensor_name(name), DType::i8, shape, {{0.1F}, {random_.integer(-128, 127)}, 0}, {}});
  }

  void node(const OpDef& op, std::vector<TensorId> inputs, Attributes attrs, const Shape& out, bool same = false) {
    const TensorId y = tensor("t", out);
    if (same) graph_.tensor(y).quant = graph_.tensor(inputs[0]).quant;
    graph_.nodes.push_back({&op, fmt::format("n{}", graph_.nodes.size()), std::move(inputs), {y}, std::move(attrs)});
    x_ = y;
  }

  Attributes window(std::int32_t stride, std::int32_t dilation, std::int32_t pad) const {
    Attributes attrs;
    attrs.set("activation", std::string("none"));
    attrs.set("stride_h", std::int64_t{stride});
    attrs.set("stride_w", std::int64_t{1});
    attrs.set("dilation_h", std::int64_t{dilation});
    attrs.set("dilation_w", std::int64_t{1});
    for (const char* side : {"pad_top", "pad_bottom"}) attrs.set(side, std::int64_t{pad});
    for (const char* side : {"pad_left", "pad_right"}) attrs.set(side, std::int64_t{0});
    return attrs;
  }

  TensorId weights(const Shape& shape, std::int32_t axis) {
    std::vector<std::int8_t> values(static_cast<std::size_t>(element_count(shape)));
    for (auto& v : values) v = static_cast<std::int8_t>(random_.integer(-127, 127));
    Quantization quant{{0.01F}, {0}, axis};
    return graph_.add({graph_.unique_tensor_name("w"), DType::i8, shape, quant, make_data(values)});
  }

  void convolution(bool depthwise) {
    const Shape in = shape();
    const std::int32_t dilation = random_.chance(25) ? 2 : 1;
    const std::int32_t taps = std::min(random_.integer(1, 4), (in[1] - 1) / dilation + 1);
    const std::int32_t stride = random_.chance(25) ? 2 : 1;
    const std::int32_t pad = random_.chance(6) ? 1 : 0;
    const std::int32_t out_c = depthwise ? in[3] : random_.integer(1, 5);
    const std::int32_t rows = (in[1] + 2 * pad - (taps - 1) * dilation - 1) / stride + 1;
    const TensorId w = depthwise ? weights({1, taps, 1, in[3]}, 3) : weights({out_c, taps, 1, in[3]}, 0);
    node(depthwise ? ops::depthwise_conv2d : ops::conv2d, {x_, w}, window(stride, dilation, pad),
         {1, rows, in[2], out_c});
    graph_.tensor(x_).quant.scale[0] = 0.1F;
  }

  void pool() {
    const Shape in = shape();
    const std::int32_t filter = std::min(random_.integer(1, 3), in[1]);
    const std::int32_t stride = random_.integer(1, 2);
    Attributes attrs;
    attrs.set("activation", std::string("none"));
    attrs.set("filter_h", std::int64_t{filter});
    attrs.set("filter_w", std::int64_t{1});
    attrs.set("stride_h", std::int64_t{stride});
    attrs.set("stride_w", std::int64_t{1});
    for (const char* side : {"pad_top", "pad_bottom", "pad_left", "pad_right"}) attrs.set(side, std::int64_t{0});
    node(random_.chance(50) ? ops::average_pool2d : ops::max_pool2d, {x_}, attrs,
         {1, (in[1] - filter) / stride + 1, in[2], in[3]}, true);
  }

  /// Two layers side by side, added or joined.
  void branches() {
    const TensorId from = x_;
    const Shape in = shape();
    const TensorId left = (node(ops::relu, {from}, {}, in), x_);
    node(ops::relu6, {from}, {}, in);
    const TensorId right = x_;
    Attributes attrs;
    if (random_.chance(50)) {
      attrs.set("activation", std::string("none"));
      return node(ops::add, {left, right}, attrs, in);
    }
    graph_.tensor(right).quant = graph_.tensor(left).quant;
    attrs.set("axis", std::int64_t{3});
    Shape out = in;
    out[3] *= 2;
    node(ops::concat, {left, right}, attrs, out, true);
  }

  void reshape() {
    const Shape in = shape();
    Attributes attrs;
    const Shape out = {1, in[1], 1, in[2] * in[3]};
    attrs.set("shape", std::vector<std::int64_t>(out.begin(), out.end()));
    node(ops::reshape, {x_}, attrs, out, true);
  }

  void cut() {
    const Shape in = shape();
    const std::int64_t first = random_.chance(20) && in[1] > 2 ? 1 : 0;  // along time: not local
    Attributes attrs;
    attrs.set("begin", std::vector<std::int64_t>{0, first, 0, in[3] - 1});
    attrs.set("size", std::vector<std::int64_t>{1, in[1] - first, in[2], 1});
    attrs.set("stride", std::vector<std::int64_t>{1, 1, 1, 1});
    attrs.set("drop", std::vector<std::int64_t>{});
    node(ops::slice, {x_}, attrs, {1, static_cast<std::int32_t>(in[1] - first), in[2], 1}, true);
  }

  void layer() {
    switch (random_.integer(0, 8)) {
      case 0:
      case 1:
      case 2:
        return convolution(false);
      case 3:
      case 4:
        return convolution(true);
      case 5:
        return pool();
      case 6:
        return branches();
      case 7:
        return reshape();
      default:
        return cut();
    }
  }

  void head() {
    const auto inputs = static_cast<std::int32_t>(element_count(shape()));
    Attributes attrs;
    attrs.set("activation", std::string("none"));
    attrs.set("keep_dims", std::int64_t{0});
    node(ops::fully_connected, {x_, weights({3, inputs}, 0)}, attrs, {1, 3});
  }

  Random random_;
  Graph graph_;
  TensorId x_ = kNoTensor;
  std::int32_t frames_ = 0, width_ = 0, channels_ = 0;
};

TEST(Stream, RandomNetworksGiveTheirWindowsOutputs) {
  int streamed = 0, cheaper = 0;
  for (std::uint64_t seed = 1; seed <= 150 && !HasFatalFailure(); ++seed) {
    const Graph window = TimeNetwork(seed).make();
    const auto sound = verify(window);
    ASSERT_TRUE(sound) << "seed " << seed << ": " << sound.error().to_string();
    for (const std::int32_t frames : {1, 2, 3, 4, 8}) {
      Graph made = window;
      const auto report = stream(made, frames);
      if (!report) {
        EXPECT_NE(report.error().code, Code::Internal) << report.error().to_string();
        EXPECT_EQ(to_text(made, nullptr), to_text(window, nullptr)) << "a refused graph is left as it was";
        continue;
      }
      ++streamed;
      cheaper += report->macs_step * 2 < report->macs_window ? 1 : 0;
      const std::string what = fmt::format("seed {}, {} frames", seed, frames);
      const auto result = verify(made);
      ASSERT_TRUE(result) << what << ": " << result.error().to_string();
      expect_windows(window, made, report->streaming, what);
    }
  }
  EXPECT_GT(streamed, 150);
  EXPECT_GT(cheaper, 100);
}

TEST(Stream, WakeWordModelKeepsItsFeatures) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  const auto bytes = read_file(shared_folder() / "models" / "mlperf_tiny" / "str_ww_ref_int8.tflite");
  ASSERT_TRUE(bytes);
  const auto window = import_tflite(*bytes, "ww");
  ASSERT_TRUE(window) << window.error().to_string();
  Graph made = *window;
  const auto report = stream(made, 1);
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_EQ(report->streaming, (Streaming{1, 30, 30}));
  EXPECT_LT(report->macs_step * 15, report->macs_window);
  EXPECT_TRUE(report->recomputed.empty());
  expect_windows(*window, made, report->streaming, "wake word");
}

std::string refusal(const std::string& text, std::int32_t frames) {
  auto graph = parse_graph(text, {}, ops::find);
  EXPECT_TRUE(graph.ok()) << graph.error().to_string();
  const auto report = stream(*graph, frames);
  return report.ok() ? "streamed" : report.error().to_string();
}

std::string conv(const char* in, const char* out, const char* stride, const char* pad) {
  return fmt::format(
      "mir 1 \"g\"\ntensor \"x\" i8 {} scale 0.1 zero 3\ntensor \"w\" i8 1x3x1x1 scale 0.01 zero 0 = [4 5 6]\n"
      "tensor \"y\" i8 {} scale 0.05 zero 0\ninputs (\"x\")\nnode \"conv\" conv2d (\"x\", \"w\") -> (\"y\") "
      "activation=\"none\" dilation_h=1 dilation_w=1 pad_bottom={} pad_left=0 pad_right=0 pad_top={} stride_h={} "
      "stride_w=1\noutputs (\"y\")\n",
      in, out, pad, pad, stride);
}

TEST(Stream, SaysWhyNot) {
  EXPECT_EQ(refusal(conv("1x9x1x1", "1x7x1x1", "1", "0"), 1), "streamed");
  EXPECT_NE(refusal(conv("1x9x1x1", "1x9x1x1", "1", "1"), 1).find("\"conv\" pads along time (by 1 and 1)"),
            std::string::npos);
  EXPECT_NE(refusal(conv("1x9x1x1", "1x4x1x1", "2", "0"), 1).find("take a multiple of 2 frames"), std::string::npos);
  EXPECT_EQ(refusal(conv("1x9x1x1", "1x4x1x1", "2", "0"), 2), "streamed");
  EXPECT_NE(refusal(conv("1x9x1x1", "1x7x1x1", "1", "0"), 9).find("take 1 to 8"), std::string::npos);
  EXPECT_NE(refusal("mir 1 \"g\"\ntensor \"x\" f32 1x4\ntensor \"y\" f32 1x4\ninputs (\"x\")\n"
                    "node \"r\" relu (\"x\") -> (\"y\")\noutputs (\"y\")\n",
                    1)
                .find("no axis of time"),
            std::string::npos);
}

}  // namespace
}  // namespace mote
