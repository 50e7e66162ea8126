// Depthwise kernels for Cortex-M0+, a channel at a time: 3x3 on a ring of three rows, in place with stride 1
// (device/cortex_m0/depthwise_3x3_s8_ring.c), and any window (depthwise_s8_band.c).
#include <algorithm>

#include "kernels/convolution.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "kernels/rescale_m0.h"
#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

/// The layer as the device sees it: transposed where that makes rows longer, since a row costs some hundred cycles.
struct Turned {
  bool turned = false;
  ops::Window window;
  std::int32_t in_h = 0, in_w = 0;
};

Turned turn(const Graph& graph, const Node& node) {
  const Shape& in = ops::input(graph, node, 0).shape;
  Turned t{false, convolution_window(graph, node), in[1], in[2]};
  if (t.window.out_h <= t.window.out_w) return t;
  t.turned = true;
  std::swap(t.in_h, t.in_w);
  std::swap(t.window.out_h, t.window.out_w);
  std::swap(t.window.filter_h, t.window.filter_w);
  std::swap(t.window.stride_h, t.window.stride_w);
  std::swap(t.window.pad_top, t.window.pad_left);
  return t;
}

constexpr int kRingLowBits = 13;  // of the device's code: nine products span less than 2^19

struct Packed {
  std::vector<std::int8_t> weights;
  std::vector<std::uint32_t> rescales;
  RescaleBitsM0 bits;
  bool is_signed = false;
};

/// Weights stay [channels][height][width].
std::optional<Packed> packed(const Graph& graph, const Node& node, bool ring) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const Tensor& out = ops::output(graph, node);
  const std::int32_t count = x.shape[3], zero_point = ops::zero_point_of(out);
  const ops::Int8Range range = ops::int8_range(node.attrs.text("activation"), out.quant);
  Packed found;
  found.weights = channels_first(weights.constant<std::int8_t>(), count);
  const auto bias = folded_bias(ops::optional_input(graph, node, 2), found.weights, count, ops::zero_point_of(x));
  const auto channels = channels_m0(found.weights, bias, ops::channel_multipliers(x, weights, out, count));
  auto bits = finest_bits_m0(channels, zero_point, range);
  if (!bits || (ring && bits->low_bits < kRingLowBits)) return {};
  if (ring) bits->low_bits = kRingLowBits;
  const auto rescales = find_rescales_m0(channels, zero_point, range, *bits);
  if (!rescales) return {};
  found.bits = *bits;
  found.is_signed = any_negative_m0(*rescales);
  for (const RescaleM0& one : *rescales) append_rescale_m0(found.rescales, one, found.is_signed);
  return found;
}

/// [channels][height][width] to [channels][width][height].
void transpose(std::vector<std::int8_t>& weights, std::int32_t height, std::int32_t width) {
  const auto h = static_cast<std::size_t>(height), w = static_cast<std::size_t>(width);
  const std::vector<std::int8_t> from = weights;
  for (std::size_t at = 0; at < from.size(); at += h * w)
    for (std::size_t y = 0; y < h; ++y)
      for (std::size_t x = 0; x < w; ++x) weights[at + x * h + y] = from[at + y * w + x];
}

bool applies_any(const Graph& graph, const Node& node) {
  if (!fits_device(graph, node, DType::i8)) return false;
  const Shape& in = ops::input(graph, node, 0).shape;
  if (in[0] != 1 || ops::input(graph, node, 1).shape[3] != in[3]) return false;
  const ops::Window w = convolution_window(graph, node);
  return w.dilation_h == 1 && w.dilation_w == 1;
}

bool applies_band(const Graph& graph, const Node& node, const Target&) {
  return applies_any(graph, node) && packed(graph, node, false).has_value();
}

bool applies_ring(const Graph& graph, const Node& node, const Target&) {
  if (!applies_any(graph, node)) return false;
  const ops::Window w = convolution_window(graph, node);
  if (w.filter_h != 3 || w.filter_w != 3 || w.stride_h != w.stride_w || w.stride_h > 2) return false;
  return w.pad_top <= 2 && w.pad_left <= 2 && packed(graph, node, true).has_value();
}

// Counted in what gcc 12 makes of depthwise_s8_band.c.
constexpr std::int64_t kBandFourTaps = 14, kBandOutput = 60, kBandInput = 7, kBandRow = 90;

/// Counted in the code: a channel, its rows of inputs, its rows of outputs.
std::int64_t ring_instructions(const Turned& t, std::int64_t channels, bool is_signed) {
  const ops::Window& w = t.window;
  const bool stride1 = w.stride_h == 1;
  const std::int64_t columns = stride1 ? w.out_w + 2 : 2 * w.out_w + 1;
  const std::int64_t inside = std::min<std::int64_t>(t.in_w, columns - w.pad_left);
  const std::int64_t rows = std::int64_t{w.out_h - 1} * w.stride_h + 3;
  const std::int64_t rows_inside = std::min<std::int64_t>(rows - w.pad_top, t.in_h);
  const std::int64_t widen = 30 + inside / 4 * 15 + inside % 4 * 6;
  const std::int64_t output = (stride1 ? 41 : 51) + (is_signed ? 4 : 0);
  const std::int64_t row = (stride1 ? 125 : 85) + w.out_w * output;
  const std::int64_t channel = 130 + rows_inside * widen + (rows - rows_inside) * (20 + 5 * inside) + w.out_h * row;
  return 150 + 12 * columns + channels * channel;
}

/// The fields that both have.
void set_common(CallBuilder& call, const Graph& graph, const Node& node, const Turned& t, const Packed& layer) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& out = ops::output(graph, node);
  const ops::Window& w = t.window;
  const ops::Int8Range range = ops::int8_range(node.attrs.text("activation"), out.quant);
  const std::int64_t channels = x.shape[3], in_line = x.shape[2] * channels, out_line = out.shape[2] * channels;
  call.reads(node).set("in_h", t.in_h).set("in_w", t.in_w).set("channels", channels);
  call.set("out_h", w.out_h).set("out_w", w.out_w);
  call.set("in_row", t.turned ? channels : in_line).set("in_column", t.turned ? in_line : channels);
  call.set("out_row", t.turned ? channels : out_line).set("out_column", t.turned ? out_line : channels);
  call.set("pad_top", w.pad_top).set("pad_left", w.pad_left).set("in_zero", ops::zero_point_of(x));
  call.set("fraction", layer.bits.fraction).set("round", round_m0(ops::zero_point_of(out), layer.bits.fraction));
  call.set("act_min", range.min).set("act_max", range.max);
  call.constant("weights", layer.weights).constant("rescales", layer.rescales);
}

KernelCall lower_ring(const Graph& graph, const Node& node, const Target&) {
  const Tensor& out = ops::output(graph, node);
  const Turned t = turn(graph, node);
  const ops::Window& w = t.window;
  const ops::Int8Range range = ops::int8_range(node.attrs.text("activation"), out.quant);
  Packed layer = *packed(graph, node, true);
  if (t.turned) transpose(layer.weights, 3, 3);
  const bool stride1 = w.stride_h == 1;
  CallBuilder call("depthwise_3x3_s8_ring");
  set_common(call, graph, node, t, layer);
  call.scratch(60 + 12 * std::int64_t{stride1 ? w.out_w + 2 : 2 * w.out_w + 1});
  if (stride1 && w.out_w == t.in_w && w.out_h == t.in_h)
    call.overlap({.allowed = true, .lead = 0, .equal_offset_only = true});
  const bool clamps = range.min > -128 || range.max < 127;
  call.cost(ring_instructions(t, out.shape[3], layer.is_signed) + (clamps ? 8 * out.elements() : 0),
            stride1 ? 1080 : 840);
  KernelCall made = call.take();
  made.kernel = std::string(stride1 ? "mote_depthwise_3x3_s8_ring" : "mote_depthwise_3x3_stride2_s8_ring") +
                (layer.is_signed ? "_signed" : "");
  return made;
}

KernelCall lower_band(const Graph& graph, const Node& node, const Target&) {
  const Turned t = turn(graph, node);
  const ops::Window& w = t.window;
  const ops::Window plain = convolution_window(graph, node);
  Packed layer = *packed(graph, node, false);
  if (!t.turned) transpose(layer.weights, plain.filter_h, plain.filter_w);
  const std::int64_t count = std::int64_t{w.filter_h} * w.filter_w, taps = (count + 3) / 4 * 4;
  const std::int64_t columns = std::int64_t{w.out_w - 1} * w.stride_w + w.filter_w, words = columns * w.filter_h + 3;
  CallBuilder call("depthwise_s8_band");
  set_common(call, graph, node, t, layer);
  call.set("filter_h", w.filter_h).set("filter_w", w.filter_w).set("stride_h", w.stride_h).set("stride_w", w.stride_w);
  call.set("taps", taps).set("columns", columns).set("low_bits", layer.bits.low_bits);
  call.scratch(4 * (taps + words));
  const std::int64_t channels = ops::output(graph, node).shape[3];
  const std::int64_t output = kBandOutput + (layer.is_signed ? 4 : 0) + taps / 4 * kBandFourTaps;
  const std::int64_t row = kBandRow + w.filter_h * (25 + kBandInput * std::min<std::int64_t>(t.in_w, columns));
  call.cost(100 + 5 * words + channels * (60 + 9 * count + w.out_h * (row + w.out_w * output)), 640);
  KernelCall made = call.take();
  if (layer.is_signed) made.kernel += "_signed";
  return made;
}

}  // namespace

const KernelDef depthwise_3x3_s8_ring = {"depthwise_3x3_s8_ring", &ops::depthwise_conv2d, "depthwise_3x3_s8_ring.c",
                                         applies_ring, lower_ring};
const KernelDef depthwise_s8_band = {"depthwise_s8_band", &ops::depthwise_conv2d, "depthwise_s8_band.c", applies_band,
                                     lower_band};

}  // namespace mote::kernels
