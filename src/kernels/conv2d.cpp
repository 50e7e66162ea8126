// Kernels for conv2d. Weights go in groups of four output channels, so that one input serves four sums.
#include "ir/int4.h"
#include "kernels/convolution.h"
#include "kernels/cost.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "kernels/window_overlap.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

std::int64_t instructions(const Graph& graph, const Node& node) {
  const Shape& out = ops::output(graph, node).shape;
  const Shape& k = ops::input(graph, node, 1).shape;
  const std::int64_t positions = std::int64_t{out[0]} * out[1] * out[2];
  const std::int64_t groups = round_up_to_4(k[0]) / 4;
  const std::int64_t per_group = k[1] * (kDotSetup + k[2] * k[3] * kDot4PerInput) + 4 * kRequantize;
  return positions * (kPosition + groups * per_group);
}

void set_common(CallBuilder& call, const Graph& graph, const Node& node) {
  const Shape& in = ops::input(graph, node, 0).shape;
  const Shape& k = ops::input(graph, node, 1).shape;
  set_window(call, in, convolution_window(graph, node), true);
  call.reads(node).set("in_c", in[3]).set("out_c", k[0]);
}

KernelCall lower_s8(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const Tensor& out = ops::output(graph, node);
  const std::int32_t channels = weights.shape[0];
  const auto w = weights.constant<std::int8_t>();
  CallBuilder call("conv2d_s8");
  set_common(call, graph, node);
  set_int8_range(call, graph, node);
  call.constant("weights", interleave4(w, channels));
  call.constant("bias", folded_bias(ops::optional_input(graph, node, 2), w, channels, ops::zero_point_of(x)));
  set_multipliers(call, ops::channel_multipliers(x, weights, out, channels));
  call.overlap(window_overlap(x.shape, convolution_window(graph, node), channels, WindowReads::all_channels, 1));
  return call.cost(portable_on(target, instructions(graph, node)), 1250).take();
}

KernelCall lower_s8w4(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const std::int32_t channels = weights.shape[0];
  const std::vector<std::int8_t> w = int8_elements(weights);
  CallBuilder call("conv2d_s8w4");
  set_common(call, graph, node);
  set_int8_range(call, graph, node);
  call.constant("weights", interleave4_int4(w, channels));
  call.constant("bias", folded_bias(ops::optional_input(graph, node, 2), w, channels, ops::zero_point_of(x)));
  set_multipliers(call, ops::channel_multipliers(x, weights, ops::output(graph, node), channels));
  call.overlap(window_overlap(x.shape, convolution_window(graph, node), channels, WindowReads::all_channels, 1));
  return call.cost(portable_on(target, instructions(graph, node) * 13 / 12), 1350).take();
}

KernelCall lower_s16(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const Tensor* bias = ops::optional_input(graph, node, 2);
  const std::int32_t channels = weights.shape[0];
  CallBuilder call("conv2d_s16");
  set_common(call, graph, node);
  set_int16_range(call, graph, node);
  call.constant("weights", interleave4(weights.constant<std::int8_t>(), channels));
  call.constant("bias", padded_bias64(bias, round_up_to_4(channels)));
  set_multipliers16(call, ops::channel_multipliers(x, weights, ops::output(graph, node), channels),
                    ops::has_wide_sums(x, bias));
  call.overlap(window_overlap(x.shape, convolution_window(graph, node), channels, WindowReads::all_channels, 2));
  return call.cost(portable_on(target, instructions(graph, node) * 13 / 12), 1400).take();
}

KernelCall lower_f32(const Graph& graph, const Node& node, const Target&) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const std::int32_t channels = weights.shape[0];
  CallBuilder call("conv2d_f32");
  set_common(call, graph, node);
  set_float_range(call, node);
  call.constant("weights", interleave4(weights.constant<float>(), channels));
  call.constant("bias", padded_bias<float>(ops::optional_input(graph, node, 2), round_up_to_4(channels)));
  call.overlap(window_overlap(x.shape, convolution_window(graph, node), channels, WindowReads::all_channels, 4));
  return call.cost(instructions(graph, node), 1020).take();
}

bool applies_s8(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i8); }
bool applies_s8w4(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, DType::i8) && ops::input(graph, node, 1).type == DType::i4;
}
bool applies_s16(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i16); }
bool applies_f32(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, DType::f32) && constant_weights(graph, node);
}

}  // namespace

const KernelDef conv2d_s8 = {"conv2d_s8", &ops::conv2d, "conv2d_s8.c", applies_s8, lower_s8};
const KernelDef conv2d_s8w4 = {"conv2d_s8w4", &ops::conv2d, "conv2d_s8w4.c", applies_s8w4, lower_s8w4, /*int4=*/true};
const KernelDef conv2d_s16 = {"conv2d_s16", &ops::conv2d, "conv2d_s16.c", applies_s16, lower_s16};
const KernelDef conv2d_f32 = {"conv2d_f32", &ops::conv2d, "conv2d_f32.c", applies_f32, lower_f32};

}  // namespace mote::kernels
