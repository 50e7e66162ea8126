// See window_cases.h.
#include "tests/kernels/window_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ops/ops.h"
#include "tests/ops/case_maker.h"

namespace mote::testing {
namespace {

void set_window(CaseMaker& maker, Random& random, std::int32_t stride, std::int32_t most_padding) {
  maker.attr("stride_h", stride).attr("stride_w", stride).attr("dilation_h", 1).attr("dilation_w", 1);
  for (const char* side : {"pad_top", "pad_left", "pad_bottom", "pad_right"})
    maker.attr(side, random.chance(60) ? 1 : random.integer(0, most_padding));
}

/// Scales of weights that differ by a factor of up to eight, and an output scale that uses the range.
OpCase random_convolution(Random& random, std::string name, bool depthwise, float scale = 0) {
  const std::int32_t stride = depthwise ? random.integer(1, 2) : 1;
  const Shape in = {1, random.integer(3, 14), random.integer(3, 14),
                    depthwise ? random.integer(4, 13) : random.integer(4, 20)};
  const std::int32_t out_c = depthwise ? in[3] : random.integer(1, 20);
  CaseMaker maker(std::move(name), depthwise ? ops::depthwise_conv2d : ops::conv2d, random.bits());
  set_window(maker, random, stride, depthwise ? 2 : 1);
  const char* const activations[] = {"none", "relu", "relu", "relu6"};
  const std::string activation = activations[random.integer(0, 3)];
  maker.attr("activation", activation);
  maker.input(DType::i8, in, {0.05F, random.integer(-128, 127)});
  std::vector<float> scales;
  for (std::int32_t c = 0; c < out_c; ++c) scales.push_back(0.002F * random.real(0.25F, 2.0F));
  maker.weights_s8(depthwise ? Shape{1, 3, 3, out_c} : Shape{out_c, 3, 3, in[3]}, scales, depthwise ? 3 : 0);
  maker.bias_s32(out_c, 20000);
  const float taps = depthwise ? 9.0F : 9.0F * static_cast<float>(in[3]);
  const float fitting = 0.05F * 0.002F * 74.0F * 74.0F * std::sqrt(taps) / 40.0F;
  // `scale`: the largest from sums to outputs, 0 for one that uses the range.
  const float out_scale =
      scale > 0 ? 0.05F * *std::max_element(scales.begin(), scales.end()) / scale : fitting * random.real(0.3F, 3.0F);
  maker.output_quant({out_scale, activation == "none" ? random.integer(-128, 127) : -128});
  return maker.make();
}

/// Equal scales, and a sum of half a step where one operand is odd: halves of negative sums are rounded away from zero.
OpCase halves_add(Random& random, std::string name, std::int32_t zero) {
  CaseMaker maker(std::move(name), ops::add, random.bits());
  maker.attr("activation", std::string("none"));
  maker.input(DType::i8, {1, 9, 29}, {0.25F, zero}).input(DType::i8, {1, 9, 29}, {0.25F, -zero});
  maker.output_quant({0.5F, random.integer(-20, 20)});
  return maker.make();
}

}  // namespace

std::vector<OpCase> window_cases() {
  std::vector<OpCase> cases;
  Random random(20);
  for (int i = 0; i < 40; ++i) cases.push_back(random_convolution(random, fmt::format("depthwise_{}", i), true));
  for (int i = 0; i < 20; ++i) {  // scales for other fractions than the usual one
    const float scale = i % 2 == 0 ? random.real(0.3F, 0.95F) : std::exp2(random.real(-14.0F, -11.0F));
    cases.push_back(random_convolution(random, fmt::format("depthwise_scaled_{}", i), true, scale));
    cases.push_back(random_convolution(random, fmt::format("conv_scaled_{}", i), false, scale));
  }
  for (int i = 0; i < 3; ++i) cases.push_back(halves_add(random, fmt::format("halves_{}", i), 7 * i));
  for (int i = 0; i < 30; ++i) cases.push_back(random_convolution(random, fmt::format("conv_{}", i), false));
  return cases;
}

}  // namespace mote::testing
