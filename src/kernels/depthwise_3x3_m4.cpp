// Depthwise 3x3 kernels for Cortex-M4 and other cores with its DSP extension; device/cortex_m4/depthwise_3x3_s8.c.
// Four channels at a time are converted into a ring of row pairs; so stride 1 can run in place and needs little RAM.
#include "kernels/convolution.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "kernels/rescale_m4.h"
#include "kernels/scaled_channels_m4.h"
#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

struct Layer {
  const Tensor& x;
  const Tensor& weights;
  const Tensor& out;
  ops::Window window;
  ops::Int8Range range;
  std::vector<std::int32_t> bias;  ///< zero point folded
};

Layer layer_of(const Graph& graph, const Node& node) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const Tensor& out = ops::output(graph, node);
  const std::int32_t channels = x.shape[3];
  return {x,
          weights,
          out,
          convolution_window(graph, node),
          ops::int8_range(node.attrs.text("activation"), out.quant),
          folded_bias(ops::optional_input(graph, node, 2), channels_first(weights.constant<std::int8_t>(), channels),
                      channels, ops::zero_point_of(x))};
}

std::int8_t weight(const Layer& layer, std::int32_t tap, std::int32_t channel) {
  return layer.weights.constant<std::int8_t>()[static_cast<std::size_t>(tap * layer.x.shape[3] + channel)];
}

struct Scaled {
  int fraction = kRescaleFraction;
  std::vector<ScaledChannel> channels;
};

/// Every channel, with the first fraction of those that the device has which suits all; nothing if none does.
std::optional<Scaled> scaled(const Layer& layer) {
  const std::int32_t count = layer.x.shape[3];
  const std::vector<std::int8_t> weights = channels_first(layer.weights.constant<std::int8_t>(), count);
  const auto multipliers = ops::channel_multipliers(layer.x, layer.weights, layer.out, count);
  for (const int fraction : {kRescaleFraction, 7})
    if (auto channels =
            scaled_channels(weights, layer.bias, multipliers, ops::zero_point_of(layer.out), layer.range, fraction))
      return Scaled{fraction, std::move(*channels)};
  return {};
}

bool applies(const Graph& graph, const Node& node, const Target& target) {
  if (!target.has("dsp") || !fits_device(graph, node, DType::i8)) return false;
  const Shape& in = ops::input(graph, node, 0).shape;
  const Shape& k = ops::input(graph, node, 1).shape;
  if (in[0] != 1 || in[3] < 4 || k[3] != in[3] || k[1] != 3 || k[2] != 3) return false;
  const ops::Window w = convolution_window(graph, node);
  const bool stride1 = w.stride_h == 1 && w.stride_w == 1 && w.out_w >= 2;
  const bool stride2 = w.stride_h == 2 && w.stride_w == 2;
  if (!(stride1 || stride2) || w.dilation_h != 1 || w.dilation_w != 1 || w.pad_left > 2 || w.pad_top > 2) return false;
  constexpr std::int32_t kMost = 32767;
  for (const std::int32_t size : {in[1], in[2], in[3], w.out_h, w.out_w})
    if (size > kMost) return false;
  return scaled(layer_of(graph, node)).has_value();
}

/// Counted in the code: conversion of a pair of rows, then columns in chunks, four channels each (see the .c file).
std::int64_t instructions(const Layer& layer) {
  const ops::Window& w = layer.window;
  const bool is_signed = rescale_signed(ops::zero_point_of(layer.out), layer.range);
  const bool stride1 = w.stride_h == 1;
  const std::int64_t bands = stride1 ? (w.out_h + 1) / 2 : w.out_h;
  const std::int64_t ring_columns = stride1 ? w.out_w + 2 : 2 * w.out_w + 1;
  const std::int64_t columns = std::min<std::int64_t>(layer.x.shape[2], ring_columns - w.pad_left);
  const auto chunk = [&](std::int64_t plain, std::int64_t outputs) {
    return 4 * (plain + (is_signed ? 2 * outputs + 1 : 0)) + 9;
  };
  std::int64_t band = 28 + 18 * columns;
  if (stride1) {
    const std::int64_t threes = w.out_w % 3 == 1 ? w.out_w / 3 - 1 : w.out_w / 3;
    band += threes * chunk(72, 6) + (w.out_w - 3 * threes) / 2 * chunk(53, 4);
  } else {
    band += w.out_w / 6 * chunk(80, 6) + w.out_w % 6 / 3 * chunk(46, 3) + w.out_w % 3 * chunk(24, 1) + 3;
  }
  const std::int64_t calls = std::min<std::int64_t>(bands, 2);  // the last band reads padding
  const std::int64_t group = 290 + 20 * columns + bands * band + calls * 60;
  return (layer.x.shape[3] + 3) / 4 * group + 150;
}

KernelCall lower(const Graph& graph, const Node& node, const Target&) {
  const Layer layer = layer_of(graph, node);
  const ops::Window& w = layer.window;
  const std::int32_t channels = layer.x.shape[3];
  const Scaled rescaling = *scaled(layer);
  const std::vector<ScaledChannel>& scales = rescaling.channels;
  const bool is_signed = rescale_signed(ops::zero_point_of(layer.out), layer.range);
  const bool stride1 = w.stride_h == 1;

  std::vector<std::int32_t> packed;
  for (std::int32_t c = 0; c < channels; ++c) {
    const auto at = static_cast<std::size_t>(c);
    const auto byte = [&](std::int32_t tap) {
      return static_cast<std::uint32_t>(static_cast<std::uint8_t>(scales[at].constant ? 0 : weight(layer, tap, c)));
    };
    for (std::int32_t word = 0; word < 2; ++word)
      packed.push_back(static_cast<std::int32_t>(byte(4 * word) | byte(4 * word + 1) << 8 | byte(4 * word + 2) << 16 |
                                                 byte(4 * word + 3) << 24));
    packed.push_back(static_cast<std::int32_t>(byte(8) | static_cast<std::uint32_t>(scales[at].rescale.negative) << 8));
    packed.push_back(scales[at].bias);
    packed.push_back(scales[at].rescale.multiplier);
  }

  CallBuilder call("depthwise_3x3_s8");
  call.reads(node)
      .constant("channels", packed)
      .set("round", rescale_round(ops::zero_point_of(layer.out), rescaling.fraction));
  call.set("in_h", layer.x.shape[1]).set("in_w", layer.x.shape[2]).set("out_h", w.out_h).set("out_w", w.out_w);
  call.set("channel_count", channels).set("pad_top", w.pad_top).set("pad_left", w.pad_left);
  call.set("zero_point", ops::zero_point_of(layer.x)).set("act_min", layer.range.min).set("act_max", layer.range.max);
  call.scratch((stride1 ? w.out_w + 2 : 2 * w.out_w + 1) * 32 + 160);
  const bool same_size = stride1 && w.out_w == layer.x.shape[2] && w.out_h == layer.x.shape[1];
  if (same_size && channels % 4 == 0) call.overlap({.allowed = true, .lead = 0, .equal_offset_only = true});
  KernelCall made = call.cost(instructions(layer), stride1 ? 2200 : 2400).take();
  made.kernel = std::string("mote_depthwise_3x3_") + (stride1 ? "" : "stride2_") + "s8_" +
                (is_signed ? "signed_" : "plain_") + std::to_string(rescaling.fraction);
  return made;
}

}  // namespace

const KernelDef depthwise_3x3_s8 = {"depthwise_3x3_s8", &ops::depthwise_conv2d, "depthwise_3x3_s8.c", applies, lower};

}  // namespace mote::kernels
