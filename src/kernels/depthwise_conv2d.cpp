// Kernels for depthwise_conv2d: one filter per channel in groups of four channels; several filters on one channel as a
// conv2d; the rare rest output by output.
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

std::int32_t in_channels(const Graph& graph, const Node& node) { return ops::input(graph, node, 0).shape[3]; }
std::int32_t out_channels(const Graph& graph, const Node& node) { return ops::input(graph, node, 1).shape[3]; }

std::int64_t positions(const Graph& graph, const Node& node) {
  const Shape& out = ops::output(graph, node).shape;
  return std::int64_t{out[0]} * out[1] * out[2];
}

std::int64_t taps(const Graph& graph, const Node& node) {
  const Shape& k = ops::input(graph, node, 1).shape;
  return std::int64_t{k[1]} * k[2];
}

/// One output after the other, without groups.
std::int64_t single_instructions(const Graph& graph, const Node& node) {
  return positions(graph, node) * (kPosition + out_channels(graph, node) * (taps(graph, node) * 10 + 20 + kRequantize));
}

KernelCall lower_s8(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const std::int32_t channels = x.shape[3];
  const std::vector<std::int8_t> w = channels_first(weights.constant<std::int8_t>(), channels);
  const ops::Window window = convolution_window(graph, node);
  CallBuilder call("depthwise_conv2d_s8");
  set_window(call, x.shape, window, true);
  set_int8_range(call, graph, node);
  call.reads(node).set("channels", channels);
  call.constant("weights", interleave4<std::int8_t>(w, channels));
  call.constant("bias", folded_bias(ops::optional_input(graph, node, 2), w, channels, ops::zero_point_of(x)));
  set_multipliers(call, ops::channel_multipliers(x, weights, ops::output(graph, node), channels));
  call.overlap(window_overlap(x.shape, window, channels, WindowReads::per_channel, 1));
  const std::int64_t per_group = taps(graph, node) * 16 + 40 + 4 * kRequantize;
  const std::int64_t all = positions(graph, node) * (kPosition + round_up_to_4(channels) / 4 * per_group);
  return call.cost(portable_on(target, all), 1350).take();
}

KernelCall lower_s8w4(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const std::int32_t channels = x.shape[3];
  const std::vector<std::int8_t> w = channels_first<std::int8_t>(int8_elements(weights), channels);
  const ops::Window window = convolution_window(graph, node);
  CallBuilder call("depthwise_conv2d_s8w4");
  set_window(call, x.shape, window, true);
  set_int8_range(call, graph, node);
  call.reads(node).set("channels", channels);
  call.constant("weights", interleave4_int4(w, channels));
  call.constant("bias", folded_bias(ops::optional_input(graph, node, 2), w, channels, ops::zero_point_of(x)));
  set_multipliers(call, ops::channel_multipliers(x, weights, ops::output(graph, node), channels));
  call.overlap(window_overlap(x.shape, window, channels, WindowReads::per_channel, 1));
  const std::int64_t per_group = taps(graph, node) * 28 + 40 + 4 * kRequantize;
  const std::int64_t all = positions(graph, node) * (kPosition + round_up_to_4(channels) / 4 * per_group);
  return call.cost(portable_on(target, all), 1450).take();
}

KernelCall lower_s16(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const std::int32_t channels = weights.shape[3];
  const auto w = weights.constant<std::int8_t>();
  const ops::Window window = convolution_window(graph, node);
  CallBuilder call("depthwise_conv2d_s16");
  set_window(call, x.shape, window, true);
  set_int16_range(call, graph, node);
  call.reads(node).set("in_c", x.shape[3]).set("depth_multiplier", channels / x.shape[3]);
  call.constant("weights", std::vector<std::int8_t>(w.begin(), w.end()));
  call.constant("bias", padded_bias64(ops::optional_input(graph, node, 2), channels));
  set_multipliers16(call, ops::channel_multipliers(x, weights, ops::output(graph, node), channels), true);
  const WindowReads reads = channels == x.shape[3] ? WindowReads::per_channel : WindowReads::all_channels;
  call.overlap(window_overlap(x.shape, window, channels, reads, 2));
  return call.cost(portable_on(target, single_instructions(graph, node)), 620).take();
}

KernelCall lower_as_conv2d_s8(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const std::int32_t channels = weights.shape[3];
  const std::vector<std::int8_t> w = channels_first(weights.constant<std::int8_t>(), channels);
  const ops::Window window = convolution_window(graph, node);
  CallBuilder call("conv2d_s8");
  set_window(call, x.shape, window, true);
  set_int8_range(call, graph, node);
  call.reads(node).set("in_c", 1).set("out_c", channels);
  call.constant("weights", interleave4<std::int8_t>(w, channels));
  call.constant("bias", folded_bias(ops::optional_input(graph, node, 2), w, channels, ops::zero_point_of(x)));
  set_multipliers(call, ops::channel_multipliers(x, weights, ops::output(graph, node), channels));
  call.overlap(window_overlap(x.shape, window, channels, WindowReads::all_channels, 1));
  const std::int64_t per_group = window.filter_h * (kDotSetup + window.filter_w * kDot4PerInput) + 4 * kRequantize;
  const std::int64_t all = positions(graph, node) * (kPosition + round_up_to_4(channels) / 4 * per_group);
  return call.cost(portable_on(target, all), 1250).take();
}

/// The fields of the two kernels that take any number of filters per channel.
CallBuilder any_multiplier(std::string_view file, const Graph& graph, const Node& node, std::int64_t element_bytes) {
  const Tensor& x = ops::input(graph, node, 0);
  const std::int32_t channels = out_channels(graph, node);
  const ops::Window window = convolution_window(graph, node);
  CallBuilder call(file);
  set_window(call, x.shape, window, true);
  call.reads(node).set("in_c", x.shape[3]).set("depth_multiplier", channels / x.shape[3]);
  const WindowReads reads = channels == x.shape[3] ? WindowReads::per_channel : WindowReads::all_channels;
  return call.overlap(window_overlap(x.shape, window, channels, reads, element_bytes));
}

KernelCall lower_multiplier_s8(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& weights = ops::input(graph, node, 1);
  const auto w = weights.constant<std::int8_t>();
  const std::int32_t channels = out_channels(graph, node);
  CallBuilder call = any_multiplier("depthwise_conv2d_multiplier_s8", graph, node, 1);
  set_int8_range(call, graph, node);
  call.constant("weights", std::vector<std::int8_t>(w.begin(), w.end()));
  call.constant("bias", padded_bias<std::int32_t>(ops::optional_input(graph, node, 2), channels));
  set_multipliers(call,
                  ops::channel_multipliers(ops::input(graph, node, 0), weights, ops::output(graph, node), channels));
  return call.cost(portable_on(target, single_instructions(graph, node)), 720).take();
}

KernelCall lower_f32(const Graph& graph, const Node& node, const Target&) {
  const auto w = ops::input(graph, node, 1).constant<float>();
  CallBuilder call = any_multiplier("depthwise_conv2d_f32", graph, node, 4);
  set_float_range(call, node);
  call.constant("weights", std::vector<float>(w.begin(), w.end()));
  call.constant("bias", padded_bias<float>(ops::optional_input(graph, node, 2), out_channels(graph, node)));
  return call.cost(single_instructions(graph, node), 800).take();
}

bool applies_s8(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, DType::i8) && in_channels(graph, node) == out_channels(graph, node);
}
bool applies_as_conv2d_s8(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, DType::i8) && in_channels(graph, node) == 1;
}
bool applies_multiplier_s8(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, DType::i8);
}
bool applies_f32(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, DType::f32) && constant_weights(graph, node);
}

bool applies_s8w4(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, DType::i8) && ops::input(graph, node, 1).type == DType::i4 &&
         in_channels(graph, node) == out_channels(graph, node);
}
bool applies_s16(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i16); }

}  // namespace

const KernelDef depthwise_conv2d_s8w4 = {"depthwise_conv2d_s8w4",
                                         &ops::depthwise_conv2d,
                                         "depthwise_conv2d_s8w4.c",
                                         applies_s8w4,
                                         lower_s8w4,
                                         /*int4=*/true};
const KernelDef depthwise_conv2d_s16 = {"depthwise_conv2d_s16", &ops::depthwise_conv2d, "depthwise_conv2d_s16.c",
                                        applies_s16, lower_s16};
const KernelDef depthwise_conv2d_s8 = {"depthwise_conv2d_s8", &ops::depthwise_conv2d, "depthwise_conv2d_s8.c",
                                       applies_s8, lower_s8};
const KernelDef depthwise_as_conv2d_s8 = {"depthwise_as_conv2d_s8", &ops::depthwise_conv2d, "conv2d_s8.c",
                                          applies_as_conv2d_s8, lower_as_conv2d_s8};
const KernelDef depthwise_conv2d_multiplier_s8 = {"depthwise_conv2d_multiplier_s8", &ops::depthwise_conv2d,
                                                  "depthwise_conv2d_multiplier_s8.c", applies_multiplier_s8,
                                                  lower_multiplier_s8};
const KernelDef depthwise_conv2d_f32 = {"depthwise_conv2d_f32", &ops::depthwise_conv2d, "depthwise_conv2d_f32.c",
                                        applies_f32, lower_f32};

}  // namespace mote::kernels
