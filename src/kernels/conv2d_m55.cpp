// Kernels for conv2d and fully_connected on Helium, and for a depthwise_conv2d of one input channel, which is a conv2d
// (device/cortex_m55/mote_mve_dense.h).
#include <algorithm>

#include "kernels/convolution.h"
#include "kernels/dense_m55.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "kernels/window_overlap.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

std::optional<MveLayer> packed(const Graph& graph, const Node& node) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const Tensor& out = ops::output(graph, node);
  const auto w = weights.constant<std::int8_t>();
  if (node.op == &ops::fully_connected)
    return mve_layer(graph, node, w, ops::fully_connected_multipliers(x, weights, out, weights.shape[0]));
  const bool depthwise = node.op == &ops::depthwise_conv2d;
  const std::int32_t channels = weights.shape[depthwise ? 3 : 0];
  const auto multipliers = ops::channel_multipliers(x, weights, out, channels);
  if (depthwise) return mve_layer(graph, node, channels_first(w, channels), multipliers);
  return mve_layer(graph, node, w, multipliers);
}

bool applies_conv2d(const Graph& graph, const Node& node, const Target& target) {
  return target.has("mve") && fits_device(graph, node, DType::i8) && packed(graph, node).has_value();
}

bool applies_pointwise(const Graph& graph, const Node& node, const Target& target) {
  return is_pointwise(convolution_window(graph, node)) && applies_conv2d(graph, node, target);
}

KernelCall lower_pointwise(const Graph& graph, const Node& node, const Target&) {
  const Shape& in = ops::input(graph, node, 0).shape;
  return mve_pointwise_call(node, *packed(graph, node), std::int64_t{in[0]} * in[1] * in[2], in[3]);
}

bool applies_depthwise(const Graph& graph, const Node& node, const Target& target) {
  return ops::input(graph, node, 0).shape[3] == 1 && applies_conv2d(graph, node, target);
}

/// Positions whose windows stand in scratch together: calls are dear where windows are small.
std::int64_t at_once(const MveLayer& layer) {
  constexpr std::int64_t kScratch = 768;
  return std::clamp<std::int64_t>(kScratch / (16 * std::int64_t{layer.chunks}) / 2 * 2, 2, 24);
}

/// Copying all windows of one image into scratch. Follows device/cortex_m55/conv2d_s8_mve.c.
std::int64_t window_instructions(const Shape& in, const ops::Window& w, std::int64_t batch) {
  const std::int64_t row = std::int64_t{w.filter_w} * in[3], rows = w.filter_h, vectors = (row + 15) / 16;
  const std::int64_t narrow = rows == 1 ? 10 : rows == 3 ? 20 : 7 + 7 * rows;
  const std::int64_t wide = 10 + rows * (7 + 3 * vectors);
  std::int64_t sum = 0, inside_before = 0;
  for (std::int32_t oy = 0; oy < w.out_h; ++oy)
    for (std::int32_t ox = 0; ox < w.out_w; ++ox) {
      const std::int32_t y = oy * w.stride_h - w.pad_top, x = ox * w.stride_w - w.pad_left;
      const std::int64_t p = std::int64_t{oy} * w.out_w + ox;
      const bool inside =
          w.dilation_w == 1 && y >= 0 && x >= 0 && y + (rows - 1) * w.dilation_h < in[1] && x + w.filter_w <= in[2];
      const std::int64_t copies = w.dilation_w == 1 ? 1 : w.filter_w;
      const bool first = inside_before == 0 || ox == 0 || p % batch == 0;  // of a run
      if (inside)
        sum += (first ? 45 : 0) + (row <= 16 ? narrow : wide);
      else
        sum +=
            75 + 7 * (rows + w.filter_w) + rows * row / 8 + rows * (6 + copies * (5 + 3 * ((row / copies + 15) / 16)));
      inside_before = inside ? 1 : 0;
    }
  return sum;
}

KernelCall lower_conv2d(const Graph& graph, const Node& node, const Target&) {
  const Shape& in = ops::input(graph, node, 0).shape;
  const ops::Window w = convolution_window(graph, node);
  const MveLayer layer = *packed(graph, node);
  const std::int64_t batch = at_once(layer);
  CallBuilder call("conv2d_s8_mve");
  call.reads(node);
  set_window(call, in, w, true);
  call.set("in_c", in[3]).set("in_zero", ops::zero_point_of(ops::input(graph, node, 0))).set("at_once", batch);
  call.scratch(batch * 16 * layer.chunks + 16).overlap(batch_overlap(in, w, layer.outputs, batch));
  const std::int64_t positions = std::int64_t{w.out_h} * w.out_w;
  const std::int64_t image = window_instructions(in, w, batch) + positions / 2 * mve_pair_instructions(layer) +
                             (positions + batch - 1) / batch * (kMvePairsCall + 25) +
                             positions % 2 * mve_one_instructions(layer);
  call.cost(60 + in[0] * image, kMveDenseCode + 900);
  KernelCall result = call.take();
  add_mve_layer(result, layer);
  return result;
}

std::int64_t inputs(const Graph& graph, const Node& node) { return ops::input(graph, node, 1).shape[1]; }
std::int64_t rows(const Graph& graph, const Node& node) {
  return ops::input(graph, node, 0).elements() / inputs(graph, node);
}

bool applies_rows(const Graph& graph, const Node& node, const Target& target) {
  return applies_conv2d(graph, node, target) && inputs(graph, node) % 16 == 0;
}

KernelCall lower_rows(const Graph& graph, const Node& node, const Target&) {
  const MveLayer layer = *packed(graph, node);
  const std::int64_t count = rows(graph, node);
  CallBuilder call("fully_connected_s8_mve");
  call.reads(node).set("rows", count);
  // A row's inputs are needed until its last output.
  const std::int64_t lead =
      std::max<std::int64_t>(layer.outputs, count * layer.outputs - (count - 1) * inputs(graph, node));
  call.overlap({.allowed = true, .lead = lead, .equal_offset_only = false});
  call.cost(25 + count * (8 + mve_one_instructions(layer)), kMveDenseCode / 2 + 40);
  KernelCall result = call.take();
  add_mve_layer(result, layer);
  return result;
}

KernelCall lower_as_pointwise(const Graph& graph, const Node& node, const Target&) {
  return mve_pointwise_call(node, *packed(graph, node), rows(graph, node), inputs(graph, node));
}

}  // namespace

const KernelDef pointwise_s8_mve = {"pointwise_s8_mve", &ops::conv2d, "pointwise_s8_mve.c", applies_pointwise,
                                    lower_pointwise};
const KernelDef conv2d_s8_mve = {"conv2d_s8_mve", &ops::conv2d, "conv2d_s8_mve.c", applies_conv2d, lower_conv2d};
const KernelDef depthwise_as_conv2d_s8_mve = {"depthwise_as_conv2d_s8_mve", &ops::depthwise_conv2d, "conv2d_s8_mve.c",
                                              applies_depthwise, lower_conv2d};
const KernelDef fully_connected_s8_mve = {"fully_connected_s8_mve", &ops::fully_connected, "fully_connected_s8_mve.c",
                                          applies_rows, lower_rows};
const KernelDef fully_connected_as_pointwise_s8_mve = {"fully_connected_as_pointwise_s8_mve", &ops::fully_connected,
                                                       "pointwise_s8_mve.c", applies_conv2d, lower_as_pointwise};

}  // namespace mote::kernels
