// See dense_cases.h.
#include "tests/kernels/dense_cases.h"

#include <fmt/format.h>

#include <cmath>

#include "ops/ops.h"
#include "tests/ops/case_maker.h"

namespace mote::testing {
namespace {

constexpr float kInScale = 0.05F, kWeightScale = 0.002F;

/// Weights with scales up to a factor of eight apart (one of them tiny, now and then: a dead channel), a bias, and an
/// output scale that uses the range; now and then so fine that the coarse variants are needed.
OpCase finish(CaseMaker& maker, Random& random, const Shape& weights, std::int32_t taps, bool per_channel,
              std::int32_t axis = 0) {
  const std::int32_t channels = weights[static_cast<std::size_t>(axis)];
  std::vector<float> scales;
  for (std::int32_t c = 0; c < (per_channel ? channels : 1); ++c)
    scales.push_back(kWeightScale * (per_channel && random.chance(5) ? 1e-7F : random.real(0.25F, 2.0F)));
  maker.weights_s8(weights, scales, axis);
  if (random.chance(80))
    maker.bias_s32(channels, 20000);
  else
    maker.absent();
  const char* const activations[] = {"none", "relu", "relu", "relu6", "relu_n1_to_1"};
  const std::string activation = activations[random.integer(0, 4)];
  maker.attr("activation", activation);
  const float fitting = kInScale * kWeightScale * 74.0F * 74.0F * std::sqrt(static_cast<float>(taps)) / 40.0F;
  const float scale =
      random.chance(15) ? kInScale * kWeightScale * random.real(3.0F, 30.0F) : fitting * random.real(0.3F, 3.0F);
  maker.output_quant({scale, activation == "relu" && random.chance(70) ? -128 : random.integer(-128, 127)});
  return maker.make();
}

OpCase convolution(Random& random, const std::string& name, bool pointwise) {
  CaseMaker maker(name, ops::conv2d, random.bits());
  const std::int32_t most = pointwise ? 1 : 5;
  const std::int32_t filter_h = random.integer(1, most), filter_w = random.integer(1, most);
  const std::int32_t dilation = pointwise || random.chance(80) ? 1 : 2;
  maker.attr("stride_h", random.integer(1, pointwise ? 1 : 3)).attr("stride_w", random.integer(1, pointwise ? 1 : 3));
  maker.attr("dilation_h", dilation).attr("dilation_w", random.chance(70) ? dilation : 1);
  for (const char* side : {"pad_top", "pad_left", "pad_bottom", "pad_right"})
    maker.attr(side, pointwise ? 0 : random.integer(0, 2));
  const Shape in = {random.chance(20) ? 2 : 1, 2 * filter_h + random.integer(0, 6), 2 * filter_w + random.integer(0, 6),
                    random.chance(40) ? 4 * random.integer(1, 9) : random.integer(1, 21)};
  const std::int32_t out_c = random.chance(40) ? 4 * random.integer(1, 6) : random.integer(1, 22);
  maker.input(DType::i8, in, {kInScale, random.integer(-128, 127)});
  return finish(maker, random, {out_c, filter_h, filter_w, in[3]}, filter_h * filter_w * in[3], true);
}

/// One input channel, several filters.
OpCase multiplied(Random& random, const std::string& name) {
  CaseMaker maker(name, ops::depthwise_conv2d, random.bits());
  const std::int32_t filter_h = random.integer(1, 5), filter_w = random.integer(1, 5);
  maker.attr("stride_h", random.integer(1, 2)).attr("stride_w", random.integer(1, 2));
  maker.attr("dilation_h", 1).attr("dilation_w", 1);
  for (const char* side : {"pad_top", "pad_left", "pad_bottom", "pad_right"}) maker.attr(side, random.integer(0, 2));
  const Shape in = {1, filter_h + random.integer(0, 9), filter_w + random.integer(0, 9), 1};
  maker.input(DType::i8, in, {kInScale, random.integer(-128, 127)});
  return finish(maker, random, {1, filter_h, filter_w, random.integer(1, 12)}, filter_h * filter_w, true, 3);
}

OpCase connected(Random& random, const std::string& name) {
  CaseMaker maker(name, ops::fully_connected, random.bits());
  const std::int32_t inputs = random.chance(60) ? 4 * random.integer(1, 60) : random.integer(1, 90);
  maker.attr("keep_dims", 0).input(DType::i8, {random.integer(1, 5), inputs}, {kInScale, random.integer(-128, 127)});
  return finish(maker, random, {random.integer(1, 30), inputs}, inputs, random.chance(40));
}

}  // namespace

std::vector<OpCase> dense_cases() {
  std::vector<OpCase> cases;
  Random random(31);
  for (int i = 0; i < 30; ++i) cases.push_back(convolution(random, fmt::format("pointwise_{}", i), true));
  for (int i = 0; i < 40; ++i) cases.push_back(convolution(random, fmt::format("window_{}", i), false));
  for (int i = 0; i < 15; ++i) cases.push_back(multiplied(random, fmt::format("multiplied_{}", i)));
  for (int i = 0; i < 40; ++i) cases.push_back(connected(random, fmt::format("connected_{}", i)));
  return cases;
}

}  // namespace mote::testing
