// Corners that random graphs hardly reach: where a rewrite would be right but for the last bit, it is not made.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ir/text.h"
#include "ops/ops.h"
#include "passes/dead_channels.h"
#include "passes/fold_pad.h"
#include "passes/remove_no_ops.h"

namespace mote {
namespace {

Graph parse(const std::string& text) {
  auto graph = parse_graph(text, {}, ops::find);
  EXPECT_TRUE(graph.ok()) << graph.error().to_string();
  return graph.ok() ? std::move(graph).value() : Graph{};
}

Graph padded_convolution(const std::string& scale_after_pad) {
  return parse(fmt::format(
      "mir 1 \"g\"\ntensor \"x\" i8 1x2x2x1 scale 0.1 zero 3\ntensor \"p\" i8 1x4x4x1 scale {} zero 3\n"
      "tensor \"w\" i8 1x1x1x1 scale 0.01 zero 0 = [4]\ntensor \"y\" i8 1x4x4x1 scale 0.05 zero 0\ninputs (\"x\")\n"
      "node \"pad\" pad (\"x\") -> (\"p\") after=[0 1 1 0] before=[0 1 1 0]\n"
      "node \"conv\" conv2d (\"p\", \"w\") -> (\"y\") activation=\"none\" dilation_h=1 dilation_w=1 pad_bottom=0 "
      "pad_left=0 "
      "pad_right=0 pad_top=0 stride_h=1 stride_w=1\noutputs (\"y\")\n",
      scale_after_pad));
}

TEST(FoldPad, LeavesAScaleThatDiffersInItsLastBits) {
  Graph same = padded_convolution("0.1");
  ASSERT_TRUE(passes::fold_pad(same, {}).ok());
  EXPECT_EQ(same.nodes.size(), 1U);
  Graph close = padded_convolution("0.1000001");
  ASSERT_TRUE(passes::fold_pad(close, {}).ok());
  EXPECT_EQ(close.nodes.size(), 2U) << "the convolution's multiplier would change";
}

/// Of three outputs with a scale each the next layer reads one. One output alone would have one scale for the whole
/// layer, for which fully_connected rounds the product of scales otherwise.
TEST(DeadChannels, LeavesTwoOutputsOfAFullyConnectedLayerWithAScaleEach) {
  Graph graph = parse(
      "mir 1 \"g\"\ntensor \"x\" i8 1x2 scale 0.1 zero 3\n"
      "tensor \"w1\" i8 3x2 axis 0 scale [0.01 0.02 0.03] zero 0 = [1 2 3 4 5 6]\ntensor \"h\" i8 1x3 scale 0.2 zero "
      "0\n"
      "tensor \"w2\" i8 2x3 scale 0.01 zero 0 = [0 7 0 0 -9 0]\ntensor \"y\" i8 1x2 scale 0.2 zero 0\ninputs (\"x\")\n"
      "node \"a\" fully_connected (\"x\", \"w1\") -> (\"h\") activation=\"none\" keep_dims=0\n"
      "node \"b\" fully_connected (\"h\", \"w2\") -> (\"y\") activation=\"none\" keep_dims=0\noutputs (\"y\")\n");
  ASSERT_TRUE(passes::dead_channels(graph, {}).ok());
  EXPECT_EQ(graph.tensor(graph.nodes[0].outputs[0]).shape, (Shape{1, 2}));
  EXPECT_EQ(graph.tensor(graph.nodes[0].inputs[1]).quant.scale.size(), 2U);
}

TEST(RemoveNoOps, KeepsTheNamesOfPorts) {
  const std::string head = "mir 1 \"g\"\ntensor \"x\" f32 2\ntensor \"t\" f32 2\ntensor \"y\" f32 2\ninputs (\"x\")\n";
  Graph inner = parse(
      head + "node \"r\" relu (\"x\") -> (\"t\")\nnode \"s\" reshape (\"t\") -> (\"y\") shape=[2]\noutputs (\"y\")\n");
  ASSERT_TRUE(passes::remove_no_ops(inner, {}).ok());
  ASSERT_EQ(inner.nodes.size(), 1U);
  EXPECT_EQ(inner.tensor(inner.nodes[0].outputs[0]).name, "y");

  Graph whole = parse(
      "mir 1 \"g\"\ntensor \"x\" f32 2\ntensor \"y\" f32 2\ninputs (\"x\")\n"
      "node \"s\" reshape (\"x\") -> (\"y\") shape=[2]\noutputs (\"y\")\n");
  ASSERT_TRUE(passes::remove_no_ops(whole, {}).ok());
  EXPECT_EQ(whole.nodes.size(), 1U) << "an input cannot be an output under another name";
}

}  // namespace
}  // namespace mote
