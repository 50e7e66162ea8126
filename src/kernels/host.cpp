// Kernels for this machine (device/host): conv2d, fully_connected and depthwise_conv2d as SIMD loops, for accuracy runs
// over whole data sets. Weights are widened and padded here: flash is no concern. Where it stands: target host alone;
// what they do not take (shifts to the left, enormous biases) the portable kernels do.
#include <algorithm>
#include <cstdlib>

#include "kernels/convolution.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "kernels/window_overlap.h"
#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

constexpr std::int64_t kAtOnce = 8;  // MOTE_HOST_AT_ONCE

std::int64_t round_up(std::int64_t value, std::int64_t step) { return (value + step - 1) / step * step; }

/// What the three operators have in common: a window over an image, `outputs` filters.
struct Layer {
  const Tensor& x;
  const Tensor& weights;
  const Tensor* bias;
  const Tensor& out;
  Shape in;  ///< [n, h, w, c]
  ops::Window window;
  std::int32_t outputs;
  bool depthwise;

  std::int64_t positions() const { return std::int64_t{in[0]} * window.out_h * window.out_w; }
  std::int64_t inputs() const {  ///< of one output
    return weights.elements() / outputs;
  }
};

Layer layer_of(const Graph& graph, const Node& node) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const Tensor* bias = ops::optional_input(graph, node, 2);
  const Tensor& out = ops::output(graph, node);
  if (node.op == &ops::fully_connected) {
    const std::int32_t inputs = weights.shape[1];
    const auto rows = static_cast<std::int32_t>(x.elements() / inputs);
    ops::Window one;
    one.filter_h = one.filter_w = one.stride_h = one.stride_w = one.dilation_h = one.dilation_w = 1;
    one.out_h = 1;
    one.out_w = rows;
    return {x, weights, bias, out, {1, 1, rows, inputs}, one, weights.shape[0], false};
  }
  const bool depthwise = node.op == &ops::depthwise_conv2d;
  return {x, weights, bias, out, x.shape, convolution_window(graph, node), weights.shape[depthwise ? 3 : 0], depthwise};
}

void set_host_window(CallBuilder& call, const Layer& l) {
  const ops::Window& w = l.window;
  const auto set = [&](const char* name, std::int64_t value) { call.set(std::string("window.") + name, value); };
  set("batches", l.in[0]);
  set("in_h", l.in[1]);
  set("in_w", l.in[2]);
  set("in_c", l.in[3]);
  set("out_h", w.out_h);
  set("out_w", w.out_w);
  set("filter_h", w.filter_h);
  set("filter_w", w.filter_w);
  set("stride_h", w.stride_h);
  set("stride_w", w.stride_w);
  set("dilation_h", w.dilation_h);
  set("dilation_w", w.dilation_w);
  set("pad_top", w.pad_top);
  set("pad_left", w.pad_left);
}

std::vector<QuantizedMultiplier> multipliers(const Node& node, const Layer& l) {
  return node.op == &ops::fully_connected ? ops::fully_connected_multipliers(l.x, l.weights, l.out, l.outputs)
                                          : ops::channel_multipliers(l.x, l.weights, l.out, l.outputs);
}

/// Weights as [outputs][inputs].
std::vector<std::int8_t> filters(const Layer& l) {
  const auto w = l.weights.constant<std::int8_t>();
  if (l.depthwise) return channels_first(w, l.outputs);
  return {w.begin(), w.end()};
}

void set_scale(CallBuilder& call, const Node& node, const Layer& l, std::span<const std::int8_t> weights) {
  std::vector<std::int32_t> bias = folded_bias(l.bias, weights, l.outputs, ops::zero_point_of(l.x));
  std::vector<std::int32_t> multiplier, shift;
  for (const QuantizedMultiplier& m : multipliers(node, l)) {
    multiplier.push_back(m.multiplier);
    shift.push_back(m.multiplier == 0 ? 0 : -m.shift);
  }
  const ops::Int8Range range = ops::int8_range(node.attrs.text("activation"), l.out.quant);
  call.constant("scale.bias", bias).constant("scale.multiplier", multiplier).constant("scale.shift", shift);
  call.set("scale.zero", ops::zero_point_of(l.out)).set("scale.act_min", range.min).set("scale.act_max", range.max);
}

/// Sums below 2^30, so that the rounding's addition stays within 32 bits, and shifts to the right.
bool scales(const Node& node, const Layer& l) {
  for (const QuantizedMultiplier& m : multipliers(node, l))
    if (m.multiplier != 0 && (m.shift > 0 || m.shift < -30)) return false;
  const std::vector<std::int8_t> w = filters(l);
  const std::size_t inputs = static_cast<std::size_t>(l.inputs());
  for (std::size_t o = 0; o < static_cast<std::size_t>(l.outputs); ++o) {
    std::int64_t most = l.bias != nullptr ? std::abs(std::int64_t{l.bias->constant<std::int32_t>()[o]}) : 0;
    for (std::size_t i = 0; i < inputs; ++i) most += 256 * std::abs(std::int64_t{w[o * inputs + i]});
    if (most >= std::int64_t{1} << 30) return false;
  }
  return true;
}

/// Estimates: sixteen products an instruction, and what comes with them.
std::int64_t instructions(const Layer& l) {
  return 100 + l.positions() * (20 + l.outputs * (4 + l.inputs() / 8) + l.inputs() / 4);
}

bool is_mine(const Graph& graph, const Node& node, const Target& target, DType type) {
  return target.has("host") && fits_device(graph, node, type);
}

bool applies_conv_s8(const Graph& graph, const Node& node, const Target& target) {
  if (!is_mine(graph, node, target, DType::i8)) return false;
  const Layer l = layer_of(graph, node);
  return (!l.depthwise || l.in[3] == 1) && scales(node, l);
}

KernelCall lower_conv_s8(const Graph& graph, const Node& node, const Target&) {
  const Layer l = layer_of(graph, node);
  const std::vector<std::int8_t> w = filters(l);
  const auto inputs = static_cast<std::size_t>(l.inputs()), pitch = static_cast<std::size_t>(round_up(l.inputs(), 16));
  const std::int64_t rows = round_up_to_4(l.outputs);
  std::vector<std::int16_t> packed(static_cast<std::size_t>(rows) * pitch, 0);
  for (std::size_t i = 0; i < w.size(); ++i) packed[i / inputs * pitch + i % inputs] = w[i];
  CallBuilder call("conv2d_s8_host");
  call.reads(node);
  set_host_window(call, l);
  call.set("in_zero", ops::zero_point_of(l.x)).set("pitch", static_cast<std::int64_t>(pitch)).set("outputs", l.outputs);
  call.constant("weights", packed);
  set_scale(call, node, l, w);
  call.scratch(kAtOnce * (2 * static_cast<std::int64_t>(pitch) + 4 * rows));
  call.overlap(batch_overlap(l.in, l.window, l.outputs, kAtOnce));
  return call.cost(instructions(l), 2000).take();
}

bool applies_conv_f32(const Graph& graph, const Node& node, const Target& target) {
  return is_mine(graph, node, target, DType::f32) && constant_weights(graph, node);
}

KernelCall lower_conv_f32(const Graph& graph, const Node& node, const Target&) {
  const Layer l = layer_of(graph, node);
  const auto inputs = static_cast<std::size_t>(l.inputs());
  const auto w = l.weights.constant<float>();
  std::vector<float> packed(static_cast<std::size_t>(round_up(l.outputs, 16)) * inputs, 0.0F);
  for (std::size_t i = 0; i < w.size(); ++i)
    packed[(i / inputs / 16 * inputs + i % inputs) * 16 + i / inputs % 16] = w[i];
  CallBuilder call("conv2d_f32_host");
  call.reads(node);
  set_host_window(call, l);
  call.set("inputs", l.inputs()).set("outputs", l.outputs);
  call.constant("weights", packed).constant("bias", padded_bias<float>(l.bias, l.outputs));
  set_float_range(call, node);
  call.scratch(4 * kAtOnce * l.inputs());
  return call.cost(2 * instructions(l), 2000).take();
}

bool one_filter_a_channel(const Graph& graph, const Node& node) {
  return ops::input(graph, node, 0).shape[3] == ops::input(graph, node, 1).shape[3];
}

/// [taps][channels] as they are, with zeros up to a multiple of nine taps.
template <typename T, typename From>
std::vector<T> nine_taps(std::span<const From> weights, std::int32_t channels) {
  const auto c = static_cast<std::size_t>(channels);
  std::vector<T> packed(weights.begin(), weights.end());
  packed.resize((weights.size() / c + 8) / 9 * 9 * c, T{0});
  return packed;
}

bool applies_depthwise_s8(const Graph& graph, const Node& node, const Target& target) {
  return is_mine(graph, node, target, DType::i8) && one_filter_a_channel(graph, node) &&
         scales(node, layer_of(graph, node));
}

KernelCall lower_depthwise(const Graph& graph, const Node& node, bool real) {
  const Layer l = layer_of(graph, node);
  CallBuilder call("depthwise_conv2d_host");
  call.reads(node);
  set_host_window(call, l);
  if (real) {
    call.constant("weights", nine_taps<float>(l.weights.constant<float>(), l.outputs));
    call.constant("bias", padded_bias<float>(l.bias, l.outputs));
    set_float_range(call, node);
  } else {
    call.set("in_zero", ops::zero_point_of(l.x));
    call.constant("weights", nine_taps<std::int16_t>(l.weights.constant<std::int8_t>(), l.outputs));
    set_scale(call, node, l, filters(l));
  }
  call.scratch((real ? 8 : 5) * std::int64_t{l.outputs});
  call.overlap(window_overlap(l.in, l.window, l.outputs, WindowReads::all_channels, real ? 4 : 1));
  KernelCall made = call.cost(instructions(l), 1500).take();
  made.kernel = real ? "mote_depthwise_conv2d_f32_host" : "mote_depthwise_conv2d_s8_host";
  made.params_type = made.kernel + "_params";
  return made;
}

KernelCall lower_depthwise_s8(const Graph& graph, const Node& node, const Target&) {
  return lower_depthwise(graph, node, false);
}

bool applies_depthwise_f32(const Graph& graph, const Node& node, const Target& target) {
  return is_mine(graph, node, target, DType::f32) && constant_weights(graph, node) && one_filter_a_channel(graph, node);
}

KernelCall lower_depthwise_f32(const Graph& graph, const Node& node, const Target&) {
  return lower_depthwise(graph, node, true);
}

}  // namespace

const KernelDef conv2d_s8_host = {"conv2d_s8_host", &ops::conv2d, "conv2d_s8_host.c", applies_conv_s8, lower_conv_s8};
const KernelDef conv2d_f32_host = {"conv2d_f32_host", &ops::conv2d, "conv2d_f32_host.c", applies_conv_f32,
                                   lower_conv_f32};
const KernelDef fully_connected_s8_host = {"fully_connected_s8_host", &ops::fully_connected, "conv2d_s8_host.c",
                                           applies_conv_s8, lower_conv_s8};
const KernelDef fully_connected_f32_host = {"fully_connected_f32_host", &ops::fully_connected, "conv2d_f32_host.c",
                                            applies_conv_f32, lower_conv_f32};
const KernelDef depthwise_as_conv2d_s8_host = {"depthwise_as_conv2d_s8_host", &ops::depthwise_conv2d,
                                               "conv2d_s8_host.c", applies_conv_s8, lower_conv_s8};
const KernelDef depthwise_conv2d_s8_host = {"depthwise_conv2d_s8_host", &ops::depthwise_conv2d,
                                            "depthwise_conv2d_host.c", applies_depthwise_s8, lower_depthwise_s8};
const KernelDef depthwise_conv2d_f32_host = {"depthwise_conv2d_f32_host", &ops::depthwise_conv2d,
                                             "depthwise_conv2d_host.c", applies_depthwise_f32, lower_depthwise_f32};

}  // namespace mote::kernels
