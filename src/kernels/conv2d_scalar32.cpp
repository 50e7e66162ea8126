// Kernels for conv2d and fully_connected on cores without SIMD: four outputs of several windows at a time
// (device/scalar32/mote_tile.h).
#include <algorithm>
#include <limits>

#include "kernels/convolution.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "kernels/tile_scalar32.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

/// A conv2d, or a depthwise_conv2d of one input channel, which is one: its weights as [outputs][taps].
std::optional<TileLayer> packed(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const bool depthwise = node.op == &ops::depthwise_conv2d;
  const std::int32_t channels = weights.shape[depthwise ? 3 : 0];
  const auto multipliers = ops::channel_multipliers(x, weights, ops::output(graph, node), channels);
  const auto w = weights.constant<std::int8_t>();
  if (!depthwise) return tile_layer(graph, node, w, multipliers, target);
  return tile_layer(graph, node, channels_first(w, channels), multipliers, target);
}

bool usable(const Graph& graph, const Node& node, const Target& target) {
  return has_int8_weights(graph, node, target) && packed(graph, node, target).has_value();
}

bool applies_pointwise(const Graph& graph, const Node& node, const Target& target) {
  return is_pointwise(convolution_window(graph, node)) && usable(graph, node, target);
}

KernelCall lower_pointwise(const Graph& graph, const Node& node, const Target& target) {
  const Shape& in = ops::input(graph, node, 0).shape;
  return pointwise_tile_call(node, *packed(graph, node, target), std::int64_t{in[0]} * in[1] * in[2], in[3]);
}

/// How far outputs may run into inputs: those of a tile are written when its windows are gathered; see
/// window_overlap.h.
Overlap tile_overlap(const Shape& in, const ops::Window& w, std::int64_t out_c, std::int64_t windows) {
  const std::int64_t per_image = std::int64_t{w.out_h} * w.out_w;
  if (in[0] * per_image > 10'000'000) return {};
  const std::int64_t in_image = std::int64_t{in[1]} * in[2] * in[3], whole = per_image / windows * windows;
  std::int64_t lead = 0;
  std::int64_t needed_later = std::numeric_limits<std::int64_t>::max();
  for (std::int64_t n = in[0] - 1; n >= 0; --n)
    for (std::int64_t p = per_image - 1; p >= 0; --p) {
      const std::int64_t y = std::clamp<std::int64_t>(p / w.out_w * w.stride_h - w.pad_top, 0, in[1] - 1);
      const std::int64_t x = std::clamp<std::int64_t>(p % w.out_w * w.stride_w - w.pad_left, 0, in[2] - 1);
      const bool ends_tile = p >= whole || p % windows == windows - 1;
      if (ends_tile && needed_later != std::numeric_limits<std::int64_t>::max())
        lead = std::max(lead, (n * per_image + p + 1) * out_c - needed_later);
      needed_later = std::min(needed_later, n * in_image + (y * in[2] + x) * in[3]);
    }
  return {.allowed = true, .lead = lead, .equal_offset_only = false};
}

KernelCall lower_conv2d(const Graph& graph, const Node& node, const Target& target) {
  const Shape& in = ops::input(graph, node, 0).shape;
  const ops::Window w = convolution_window(graph, node);
  const TileLayer layer = *packed(graph, node, target);
  CallBuilder call("conv2d_s8_tile");
  call.reads(node);
  set_window(call, in, w, true);
  call.set("in_c", in[3]).set("in_zero", ops::zero_point_of(ops::input(graph, node, 0)));
  call.scratch(tile_patch_bytes(layer));
  call.overlap(tile_overlap(in, w, layer.outputs, layer.windows()));
  const std::int64_t positions = std::int64_t{w.out_h} * w.out_w, tiles = positions / layer.windows();
  const std::int64_t rows = w.filter_h, row = std::int64_t{w.filter_w} * in[3];
  const std::int64_t gather = 100 + (w.dilation_w == 1 ? tile_gather_instructions(layer, rows, row)
                                                       : tile_gather_instructions(layer, rows * w.filter_w, in[3]));
  const std::int64_t image = positions * gather + tiles * tile_instructions(layer, layer.windows()) +
                             (positions - tiles * layer.windows()) * tile_instructions(layer, 1);
  call.cost(60 + in[0] * image, 900 + tile_code_bytes(layer));
  KernelCall result = call.take();
  add_tile_layer(result, layer);
  return result;
}

bool applies_depthwise(const Graph& graph, const Node& node, const Target& target) {
  return ops::input(graph, node, 0).shape[3] == 1 && usable(graph, node, target);
}

std::optional<TileLayer> packed_connected(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& weights = ops::input(graph, node, 1);
  const auto multipliers =
      ops::fully_connected_multipliers(ops::input(graph, node, 0), weights, ops::output(graph, node), weights.shape[0]);
  return tile_layer(graph, node, weights.constant<std::int8_t>(), multipliers, target);
}

bool applies_connected(const Graph& graph, const Node& node, const Target& target) {
  return has_int8_weights(graph, node, target) && packed_connected(graph, node, target).has_value();
}

KernelCall lower_connected(const Graph& graph, const Node& node, const Target& target) {
  const std::int64_t inputs = ops::input(graph, node, 1).shape[1];
  return pointwise_tile_call(node, *packed_connected(graph, node, target),
                             ops::input(graph, node, 0).elements() / inputs, inputs);
}

}  // namespace

const KernelDef pointwise_s8_tile = {"pointwise_s8_tile", &ops::conv2d, "pointwise_s8_tile.c", applies_pointwise,
                                     lower_pointwise};
const KernelDef conv2d_s8_tile = {"conv2d_s8_tile", &ops::conv2d, "conv2d_s8_tile.c", usable, lower_conv2d};
const KernelDef depthwise_as_conv2d_s8_tile = {"depthwise_as_conv2d_s8_tile", &ops::depthwise_conv2d,
                                               "conv2d_s8_tile.c", applies_depthwise, lower_conv2d};
const KernelDef fully_connected_as_pointwise_s8_tile = {"fully_connected_as_pointwise_s8_tile", &ops::fully_connected,
                                                        "pointwise_s8_tile.c", applies_connected, lower_connected};

}  // namespace mote::kernels
