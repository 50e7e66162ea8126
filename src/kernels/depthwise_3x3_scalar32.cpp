// Depthwise 3x3 kernel for cores without SIMD: device/scalar32/depthwise_3x3_s8_plane.c. A channel at a time passes
// through a ring of three rows, so the output may take the input's place and padding costs nothing.
#include "kernels/convolution.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "kernels/tile_scalar32.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

std::optional<ScaledLayer> scaled(const Graph& graph, const Node& node) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const std::int32_t channels = x.shape[3];
  const auto multipliers = ops::channel_multipliers(x, weights, ops::output(graph, node), channels);
  return scaled_layer(graph, node, channels_first(weights.constant<std::int8_t>(), channels), multipliers);
}

bool applies(const Graph& graph, const Node& node, const Target& target) {
  if (!has_int8_weights(graph, node, target)) return false;
  const Shape& in = ops::input(graph, node, 0).shape;
  const Shape& k = ops::input(graph, node, 1).shape;
  if (in[0] != 1 || k[3] != in[3] || k[1] != 3 || k[2] != 3) return false;
  const ops::Window w = convolution_window(graph, node);
  const bool same_strides = w.stride_h == w.stride_w && w.stride_h <= 2;
  if (!same_strides || w.dilation_h != 1 || w.dilation_w != 1 || w.pad_left > 2 || w.pad_top > 2) return false;
  return scaled(graph, node).has_value();
}

/// The plane as the kernel sees it: rows and columns change places where the columns are the longer side.
struct Plane {
  std::int64_t in_h, in_w, out_h, out_w, stride, pad_top, pad_left;
  bool transposed = false;
};

/// Columns of the ring: an even number, so that rows of int16 stay aligned.
std::int64_t ring_columns(const Plane& p) { return ((p.out_w - 1) * p.stride + 3 + 1) / 2 * 2; }

/// Whether every row of outputs comes after all rows of inputs that it would overwrite are in the ring.
bool may_run_in_place(const Shape& in, const ops::Window& w) {
  for (std::int64_t oy = 0; oy < w.out_h; ++oy) {
    const std::int64_t next_row = oy * w.stride_h - w.pad_top + 3;
    if (next_row < in[1] && (oy + 1) * w.out_w > next_row * in[2]) return false;
  }
  return true;
}

/// Counted in the code that gcc 12 makes for rv32 and xtensa.
std::int64_t instructions(const Plane& p, std::int64_t channels, bool is_signed, bool bytes_unsigned) {
  const std::int64_t columns = std::min<std::int64_t>(ring_columns(p) - p.pad_left, p.in_w);
  const std::int64_t rows = std::min<std::int64_t>((p.out_h - 1) * p.stride + 3 - p.pad_top, p.in_h);
  const std::int64_t fours = p.out_w / 4, rest = p.out_w % 4;
  const std::int64_t widen = bytes_unsigned ? 6 : 4, store = (bytes_unsigned ? 27 : 12) + (is_signed ? 3 : 0);
  const std::int64_t four = p.stride == 1 ? 113 : 122, one = bytes_unsigned ? 50 : 42;
  const std::int64_t row = (bytes_unsigned ? 170 : 142) + fours * four + rest * one + p.out_w * store;
  return channels * (160 + rows * (20 + columns * widen) + p.out_h * row) + 100;
}

/// The cheaper of both ways, unless only the usual one may run in place.
Plane plane_of(const Shape& in, const ops::Window& w, bool bytes_unsigned) {
  const Plane usual = {in[1], in[2], w.out_h, w.out_w, w.stride_h, w.pad_top, w.pad_left, false};
  const Plane turned = {in[2], in[1], w.out_w, w.out_h, w.stride_h, w.pad_left, w.pad_top, true};
  const bool same_size = w.stride_h == 1 && w.out_h == in[1] && w.out_w == in[2];
  if (!same_size && may_run_in_place(in, w)) return usual;
  const bool better =
      instructions(turned, in[3], false, bytes_unsigned) < instructions(usual, in[3], false, bytes_unsigned);
  return better ? turned : usual;
}

KernelCall lower(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& x = ops::input(graph, node, 0);
  const ops::Window w = convolution_window(graph, node);
  const ScaledLayer layer = *scaled(graph, node);
  const std::int32_t channels = x.shape[3];
  const bool bytes_unsigned = target.has("unsigned_bytes");
  const Plane p = plane_of(x.shape, w, bytes_unsigned);
  const auto weights = channels_first(ops::input(graph, node, 1).constant<std::int8_t>(), channels);
  std::vector<std::uint32_t> packed(static_cast<std::size_t>(channels) * 3, 0);
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c)
    for (std::size_t tap = 0; tap < 9; ++tap) {
      const std::size_t from = p.transposed ? tap % 3 * 3 + tap / 3 : tap;
      if (!layer.channels[c].constant)
        packed[3 * c + tap / 4] |= std::uint32_t{static_cast<std::uint8_t>(weights[9 * c + from])} << (8 * (tap % 4));
    }
  CallBuilder call("depthwise_3x3_s8_plane");
  call.reads(node).set("in_h", p.in_h).set("in_w", p.in_w).set("channels", channels);
  call.set("out_h", p.out_h).set("out_w", p.out_w);
  const std::int64_t in_line = std::int64_t{x.shape[2]} * channels, out_line = std::int64_t{w.out_w} * channels;
  call.set("in_step", p.transposed ? in_line : channels).set("in_line", p.transposed ? channels : in_line);
  call.set("out_step", p.transposed ? out_line : channels).set("out_line", p.transposed ? channels : out_line);
  call.set("stride", p.stride).set("pad_top", p.pad_top).set("pad_left", p.pad_left);
  call.set("in_zero", ops::zero_point_of(x)).set("columns", ring_columns(p)).constant("weights", packed);
  call.scratch(6 * ring_columns(p) + 4 * ((p.out_w + 3) / 4 * 4));
  const bool smaller = ops::output(graph, node).elements() <= x.elements();
  if (smaller && may_run_in_place(x.shape, w)) call.overlap({.allowed = true, .lead = 0, .equal_offset_only = true});
  call.cost(instructions(p, channels, layer.is_signed(), bytes_unsigned), bytes_unsigned ? 1500 : 1300);
  KernelCall result = call.take();
  add_scales(result, layer, "scales.");
  return result;
}

}  // namespace

const KernelDef depthwise_3x3_s8_plane = {"depthwise_3x3_s8_plane", &ops::depthwise_conv2d, "depthwise_3x3_s8_plane.c",
                                          applies, lower};

}  // namespace mote::kernels
