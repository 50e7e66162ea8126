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
  if (!target.has("scalar32") || !fits_device(graph, node, DType::i8)) return false;
  const Shape& in = ops::input(graph, node, 0).shape;
  const Shape& k = ops::input(graph, node, 1).shape;
  if (in[0] != 1 || k[3] != in[3] || k[1] != 3 || k[2] != 3) return false;
  const ops::Window w = convolution_window(graph, node);
  const bool same_strides = w.stride_h == w.stride_w && w.stride_h <= 2;
  if (!same_strides || w.dilation_h != 1 || w.dilation_w != 1 || w.pad_left > 2 || w.pad_top > 2) return false;
  return scaled(graph, node).has_value();
}

/// Columns of the ring: an even number, so that rows of int16 stay aligned.
std::int64_t ring_columns(const ops::Window& w) { return ((w.out_w - 1) * w.stride_w + 3 + 1) / 2 * 2; }

/// Whether every row of outputs comes after all rows of inputs that it would overwrite are in the ring.
bool may_run_in_place(const Shape& in, const ops::Window& w) {
  for (std::int64_t oy = 0; oy < w.out_h; ++oy) {
    const std::int64_t next_row = oy * w.stride_h - w.pad_top + 3;
    if (next_row < in[1] && (oy + 1) * w.out_w > next_row * in[2]) return false;
  }
  return true;
}

/// Counted in the code that gcc 12 makes for rv32 and xtensa.
std::int64_t instructions(const Shape& in, const ops::Window& w, const ScaledLayer& layer, bool bytes_unsigned) {
  const std::int64_t columns = std::min<std::int64_t>(ring_columns(w) - w.pad_left, in[2]);
  const std::int64_t rows = std::min<std::int64_t>((w.out_h - 1) * w.stride_h + 3 - w.pad_top, in[1]);
  const std::int64_t fours = w.out_w / 4, rest = w.out_w % 4;
  const std::int64_t widen = bytes_unsigned ? 6 : 4, store = (bytes_unsigned ? 27 : 12) + (layer.is_signed() ? 3 : 0);
  const std::int64_t four = w.stride_h == 1 ? 113 : 122, one = bytes_unsigned ? 50 : 42;
  const std::int64_t row = (bytes_unsigned ? 170 : 142) + fours * four + rest * one + w.out_w * store;
  return in[3] * (160 + rows * (20 + columns * widen) + w.out_h * row) + 100;
}

KernelCall lower(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& x = ops::input(graph, node, 0);
  const ops::Window w = convolution_window(graph, node);
  const ScaledLayer layer = *scaled(graph, node);
  const std::int32_t channels = x.shape[3];
  const auto weights = channels_first(ops::input(graph, node, 1).constant<std::int8_t>(), channels);
  std::vector<std::uint32_t> packed(static_cast<std::size_t>(channels) * 3, 0);
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c)
    for (std::size_t tap = 0; tap < 9; ++tap)
      if (!layer.channels[c].constant)
        packed[3 * c + tap / 4] |= std::uint32_t{static_cast<std::uint8_t>(weights[9 * c + tap])} << (8 * (tap % 4));
  CallBuilder call("depthwise_3x3_s8_plane");
  call.reads(node).set("in_h", x.shape[1]).set("in_w", x.shape[2]).set("channels", channels);
  call.set("out_h", w.out_h).set("out_w", w.out_w).set("stride", w.stride_h);
  call.set("pad_top", w.pad_top).set("pad_left", w.pad_left).set("in_zero", ops::zero_point_of(x));
  call.set("columns", ring_columns(w)).constant("weights", packed);
  call.scratch(6 * ring_columns(w) + 4 * round_up_to_4(w.out_w));
  const bool smaller = ops::output(graph, node).elements() <= x.elements();
  if (smaller && may_run_in_place(x.shape, w)) call.overlap({.allowed = true, .lead = 0, .equal_offset_only = true});
  const bool bytes_unsigned = target.has("unsigned_bytes");
  call.cost(instructions(x.shape, w, layer, bytes_unsigned), bytes_unsigned ? 1500 : 1300);
  KernelCall result = call.take();
  add_scales(result, layer, "scales.");
  return result;
}

}  // namespace

const KernelDef depthwise_3x3_s8_plane = {"depthwise_3x3_s8_plane", &ops::depthwise_conv2d, "depthwise_3x3_s8_plane.c",
                                          applies, lower};

}  // namespace mote::kernels
