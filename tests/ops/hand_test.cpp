// Results that were worked out by hand, one idea each: products at the ends of int8, shifts both ways, rounding of
// halves.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ops/ops.h"
#include "ops/weighted.h"
#include "tests/ops/case_maker.h"

namespace mote::testing {
namespace {

using S8 = std::vector<std::int8_t>;

template <typename T>
Bytes raw(const std::vector<T>& values) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(values.data());
  return {begin, begin + values.size() * sizeof(T)};
}

template <typename T>
std::vector<T> run_on(OpCase test, const std::vector<std::vector<T>>& inputs) {
  test.inputs.clear();
  for (const auto& values : inputs) test.inputs.push_back(raw(values));
  const Bytes out = run_reference(test);
  std::vector<T> values(out.size() / sizeof(T));
  std::memcpy(values.data(), out.data(), out.size());
  return values;
}

/// A fully connected layer of one input, with one weight and bias per output.
S8 scale_one(std::int8_t x, QuantParams in, std::int8_t weight, float weight_scale, std::int32_t bias,
             QuantParams out) {
  CaseMaker maker("hand", ops::fully_connected, 1);
  maker.attr("activation", std::string("none")).attr("keep_dims", std::int64_t{0}).input(DType::i8, {1, 1}, in);
  maker.weights_s8({1, 1}, {weight_scale}, 0).bias_s32(1, 1).output_quant(out);
  OpCase test = maker.make();
  const Node& node = test.graph.nodes[0];
  test.graph.tensor(node.inputs[1]).data = make_data(std::vector<std::int8_t>{weight});
  test.graph.tensor(node.inputs[2]).data = make_data(std::vector<std::int32_t>{bias});
  return run_on<std::int8_t>(test, {{x}});
}

TEST(ByHand, LargestProducts) {
  EXPECT_EQ(scale_one(-128, {1, 0}, -127, 1, 0, {128, 0}), S8{127});     // 16256 / 128 = 127
  EXPECT_EQ(scale_one(-128, {1, 0}, -127, 1, 0, {127, 0}), S8{127});     // 128: saturates
  EXPECT_EQ(scale_one(-128, {1, 0}, 127, 1, 0, {127, 0}), S8{-128});     // -128 exactly
  EXPECT_EQ(scale_one(-128, {1, 127}, 127, 1, 0, {256, 0}), S8{-127});   // -255 * 127 / 256 = -126.5: away from zero
  EXPECT_EQ(scale_one(127, {1, -128}, 127, 1, 0, {256, -128}), S8{-1});  // 126.5 -> 127, minus 128
}

TEST(ByHand, ShiftsBothWays) {
  EXPECT_EQ(scale_one(5, {1, 0}, 1, 1, 0, {0.25F, 0}), S8{20});         // multiplier 4: left shift
  EXPECT_EQ(scale_one(5, {1, 0}, 1, 1, 2, {0.125F, 10}), S8{66});       // (5 + 2) * 8 + 10
  EXPECT_EQ(scale_one(100, {1, 0}, 100, 1, 0, {4096, 0}), S8{2});       // 2.44
  EXPECT_EQ(scale_one(100, {1, 0}, 100, 1, 240, {4096, 0}), S8{3});     // 10240 / 4096 = 2.5: away from zero
  EXPECT_EQ(scale_one(-100, {1, 0}, 100, 1, -240, {4096, 0}), S8{-3});  // -2.5
  EXPECT_EQ(scale_one(127, {1, 0}, 127, 1, 0, {1e12F, 7}), S8{7});      // nothing left of it
}

TEST(ByHand, FullyConnectedTakesTheProductOfScalesInFloat) {
  const Tensor x{"x", DType::i8, {1, 1}, {{0.1F}, {0}, 0}, nullptr};
  const Tensor w{"w", DType::i8, {1, 1}, {{0.3F}, {0}, 0}, nullptr};
  const Tensor out{"out", DType::i8, {1, 1}, {{0.7F}, {0}, 0}, nullptr};
  const float product = 0.1F * 0.3F;
  const auto expected = quantize_multiplier(static_cast<double>(product) / static_cast<double>(0.7F));
  EXPECT_EQ(ops::fully_connected_multipliers(x, w, out, 1)[0].multiplier, expected.multiplier);
  EXPECT_NE(ops::channel_multipliers(x, w, out, 1)[0].multiplier, expected.multiplier);
}

TEST(ByHand, AveragePoolRoundsHalvesAwayFromZero) {
  CaseMaker maker("hand", ops::average_pool2d, 1);
  maker.attr("filter_h", 1)
      .attr("filter_w", 2)
      .attr("stride_h", 1)
      .attr("stride_w", 2)
      .attr("activation", std::string("none"));
  for (const char* pad : {"pad_top", "pad_left", "pad_bottom", "pad_right"}) maker.attr(pad, 0);
  maker.input(DType::i8, {1, 1, 10, 1}, {1, 3}).output_quant({1, 3});
  EXPECT_EQ(run_on<std::int8_t>(maker.make(), {{1, 2, -1, -2, -128, -127, 127, 126, 0, -1}}),
            (S8{2, -2, -128, 127, -1}));
}

TEST(ByHand, MaximumOfNegativeWindowIgnoresPadding) {
  CaseMaker maker("hand", ops::max_pool2d, 1);
  maker.attr("filter_h", 1)
      .attr("filter_w", 2)
      .attr("stride_h", 1)
      .attr("stride_w", 1)
      .attr("activation", std::string("none"));
  maker.attr("pad_top", 0).attr("pad_left", 1).attr("pad_bottom", 0).attr("pad_right", 1);
  maker.input(DType::i8, {1, 1, 3, 1}, {1, 0}).output_quant({1, 0});
  EXPECT_EQ(run_on<std::int8_t>(maker.make(), {{-128, -5, -9}}), (S8{-128, -5, -5, -9}));
}

TEST(ByHand, Addition) {
  CaseMaker maker("hand", ops::add, 1);
  maker.attr("activation", std::string("none")).input(DType::i8, {6}, {0.5F, 10}).input(DType::i8, {6}, {0.25F, 0});
  maker.output_quant({0.5F, 0});
  // a: 0, 1, -1, 58.5, -69, 0; b: 0.25, 0.5, -0.25, 31.75, -32, -0.25; sums in halves: .5, 3, -2.5, 180.5, -202, -.5
  EXPECT_EQ(run_on<std::int8_t>(maker.make(), {{10, 12, 8, 127, -128, 10}, {1, 2, -1, 127, -128, -1}}),
            (S8{1, 3, -3, 127, -128, -1}));
}

TEST(ByHand, SoftmaxOfEqualsIsUniformAndOfOneIsOne) {
  CaseMaker four("hand", ops::softmax, 1);
  four.attr("beta", 1.0).input(DType::i8, {1, 4}, {0.1F, 0}).output_quant({1.0F / 256.0F, -128});
  EXPECT_EQ(run_on<std::int8_t>(four.make(), {{9, 9, 9, 9}}), (S8{-64, -64, -64, -64}));
  CaseMaker one("hand", ops::softmax, 1);
  one.attr("beta", 1.0).input(DType::i8, {1, 1}, {0.1F, 0}).output_quant({1.0F / 256.0F, -128});
  EXPECT_EQ(run_on<std::int8_t>(one.make(), {{-128}}), S8{127});
}

TEST(ByHand, Relu6OnRescaledInput) {
  CaseMaker maker("hand", ops::relu6, 1);
  maker.input(DType::i8, {5}, {0.1F, -10}).output_quant({0.05F, -100});
  // reals: -5, 0, 1, 5.9, 10 -> 0, 0, 1, 5.9, 6 -> / 0.05 - 100
  EXPECT_EQ(run_on<std::int8_t>(maker.make(), {{-60, -10, 0, 49, 90}}), (S8{-100, -100, -80, 18, 20}));
}

TEST(ByHand, QuantizeRoundsAndClamps) {
  CaseMaker maker("hand", ops::quantize, 1);
  maker.input(DType::f32, {8}).output_quant({0.5F, 1});
  OpCase test = maker.make(DType::i8);
  const float below_half = std::nextafter(0.25F, 0.0F);
  test.inputs = {
      raw(std::vector<float>{0.25F, -0.25F, below_half, 1.0F, 1e30F, -1e30F, std::numeric_limits<float>::infinity(),
                             std::numeric_limits<float>::quiet_NaN()})};
  const Bytes out = run_reference(test);
  EXPECT_EQ(S8(out.begin(), out.end()), (S8{2, 0, 1, 3, 127, -128, 127, -128}));
}

TEST(ByHand, ConvolutionPadsWithTheZeroPoint) {
  CaseMaker maker("hand", ops::conv2d, 1);
  for (const char* name : {"stride_h", "stride_w", "dilation_h", "dilation_w"}) maker.attr(name, 1);
  maker.attr("pad_top", 0)
      .attr("pad_bottom", 0)
      .attr("pad_left", 1)
      .attr("pad_right", 1)
      .attr("activation", std::string("none"));
  maker.input(DType::i8, {1, 1, 3, 1}, {1, 5}).weights_s8({1, 1, 3, 1}, {1}, 0).output_quant({1, -1});
  OpCase test = maker.make();
  test.graph.tensor(test.graph.nodes[0].inputs[1]).data = make_data(std::vector<std::int8_t>{1, 10, -1});
  // x - 5: 1, 2, 3; sums: 10*1 - 2 = 8, 1 + 20 - 3 = 18, 2 + 30 = 32
  EXPECT_EQ(run_on<std::int8_t>(test, {{6, 7, 8}}), (S8{7, 17, 31}));
}

}  // namespace
}  // namespace mote::testing
