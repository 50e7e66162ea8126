// Depthwise 3x3 kernels for Cortex-M0+: device/cortex_m0/depthwise_3x3_s8_ring.c. A channel at a time is widened into a
// ring of three rows; so stride 1 can run in place.
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
  std::swap(t.window.pad_top, t.window.pad_left);
  return t;
}

constexpr int kLowBits = 13;  // of the device's code: nine products span less than 2^19

struct Packed {
  std::vector<std::int8_t> weights;
  std::vector<std::uint32_t> rescales;
  int fraction = 0;
  bool is_signed = false;
};

std::optional<Packed> packed(const Graph& graph, const Node& node) {
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
  if (!bits || bits->low_bits < kLowBits) return {};
  bits->low_bits = kLowBits;
  const auto rescales = find_rescales_m0(channels, zero_point, range, *bits);
  if (!rescales) return {};
  if (turn(graph, node).turned)
    for (std::size_t at = 0; at < found.weights.size(); at += 9)
      for (const auto& [a, b] : {std::pair{1, 3}, std::pair{2, 6}, std::pair{5, 7}})
        std::swap(found.weights[at + static_cast<std::size_t>(a)], found.weights[at + static_cast<std::size_t>(b)]);
  found.fraction = bits->fraction;
  found.is_signed = any_negative_m0(*rescales);
  for (const RescaleM0& one : *rescales) append_rescale_m0(found.rescales, one, found.is_signed);
  return found;
}

bool applies(const Graph& graph, const Node& node, const Target&) {
  if (!fits_device(graph, node, DType::i8)) return false;
  const Shape& in = ops::input(graph, node, 0).shape;
  const Shape& k = ops::input(graph, node, 1).shape;
  if (in[0] != 1 || k[3] != in[3] || k[1] != 3 || k[2] != 3) return false;
  const ops::Window w = convolution_window(graph, node);
  if (w.stride_h != w.stride_w || w.stride_h > 2 || w.dilation_h != 1 || w.dilation_w != 1) return false;
  if (w.pad_top > 2 || w.pad_left > 2) return false;
  return packed(graph, node).has_value();
}

/// Counted in the code: a channel, its rows of inputs, its rows of outputs.
std::int64_t instructions(const Turned& t, std::int64_t channels, bool is_signed) {
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

KernelCall lower(const Graph& graph, const Node& node, const Target&) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& out = ops::output(graph, node);
  const Turned t = turn(graph, node);
  const ops::Window& w = t.window;
  const std::int32_t channels = x.shape[3];
  const ops::Int8Range range = ops::int8_range(node.attrs.text("activation"), out.quant);
  const Packed layer = *packed(graph, node);
  const bool stride1 = w.stride_h == 1;
  CallBuilder call("depthwise_3x3_s8_ring");
  call.reads(node).set("in_h", t.in_h).set("in_w", t.in_w).set("channels", channels);
  call.set("out_h", w.out_h).set("out_w", w.out_w);
  const std::int64_t in_line = std::int64_t{x.shape[2]} * channels, out_line = std::int64_t{out.shape[2]} * channels;
  call.set("in_row", t.turned ? channels : in_line).set("in_column", t.turned ? in_line : channels);
  call.set("out_row", t.turned ? channels : out_line).set("out_column", t.turned ? out_line : channels);
  call.set("pad_top", w.pad_top).set("pad_left", w.pad_left);
  call.set("in_zero", ops::zero_point_of(x)).set("fraction", layer.fraction);
  call.set("round", round_m0(ops::zero_point_of(out), layer.fraction));
  call.set("act_min", range.min).set("act_max", range.max);
  call.constant("weights", layer.weights).constant("rescales", layer.rescales);
  call.scratch(60 + 12 * std::int64_t{stride1 ? w.out_w + 2 : 2 * w.out_w + 1});
  if (stride1 && w.out_w == t.in_w && w.out_h == t.in_h)
    call.overlap({.allowed = true, .lead = 0, .equal_offset_only = true});
  const bool clamps = range.min > -128 || range.max < 127;
  call.cost(instructions(t, channels, layer.is_signed) + (clamps ? 8 * out.elements() : 0), stride1 ? 1080 : 840);
  KernelCall made = call.take();
  made.kernel = std::string(stride1 ? "mote_depthwise_3x3_s8_ring" : "mote_depthwise_3x3_stride2_s8_ring") +
                (layer.is_signed ? "_signed" : "");
  return made;
}

}  // namespace

const KernelDef depthwise_3x3_s8_ring = {"depthwise_3x3_s8_ring", &ops::depthwise_conv2d, "depthwise_3x3_s8_ring.c",
                                         applies, lower};

}  // namespace mote::kernels
