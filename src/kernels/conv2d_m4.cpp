// Kernels for conv2d on Arm cores with the DSP extension: dual weights (or four of int4), two pixels at a time
// (device/cortex_m4/mote_m4_dual.h, mote_m4_quad.h).
#include <algorithm>

#include "ir/int4.h"
#include "kernels/convolution.h"
#include "kernels/dual_m4.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "kernels/window_overlap.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

/// Bytes of a window's row that come in fours, and the others; dilated rows are never taken as they are.
std::int32_t row_body(const ops::Window& w, std::int32_t in_c) {
  const std::int32_t row = w.filter_w * in_c;
  return w.dilation_w == 1 ? row / 4 * 4 : row;
}

/// The bodies of all rows, then the tails of all.
std::vector<std::size_t> window_order(const ops::Window& w, std::int32_t in_c) {
  const auto row = static_cast<std::size_t>(w.filter_w * in_c), body = static_cast<std::size_t>(row_body(w, in_c));
  const auto rows = static_cast<std::size_t>(w.filter_h);
  std::vector<std::size_t> order;
  for (std::size_t y = 0; y < rows; ++y)
    for (std::size_t i = 0; i < body; ++i) order.push_back(y * row + i);
  for (std::size_t y = 0; y < rows; ++y)
    for (std::size_t i = body; i < row; ++i) order.push_back(y * row + i);
  return order;
}

/// A conv2d, or a depthwise_conv2d of one input channel, which is one: its weights as [outputs][taps].
std::optional<DualLayer> packed(const Graph& graph, const Node& node) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const auto order = window_order(convolution_window(graph, node), x.shape[3]);
  const bool depthwise = node.op == &ops::depthwise_conv2d;
  const std::int32_t channels = weights.shape[depthwise ? 3 : 0];
  const auto multipliers = ops::channel_multipliers(x, weights, ops::output(graph, node), channels);
  const StreamKind kind = weights.type == DType::i4 ? StreamKind::quad : StreamKind::dual;
  const std::vector<std::int8_t> w = int8_elements(weights);
  if (!depthwise) return dual_layer(graph, node, w, multipliers, order, kind);
  return dual_layer(graph, node, channels_first<std::int8_t>(w, channels), multipliers, order, kind);
}

bool usable(const Graph& graph, const Node& node, const Target& target) {
  return target.has("dsp") && fits_device(graph, node, DType::i8) && packed(graph, node).has_value();
}

bool applies_pointwise(const Graph& graph, const Node& node, const Target& target) {
  return is_pointwise(convolution_window(graph, node)) && usable(graph, node, target);
}

KernelCall lower_pointwise(const Graph& graph, const Node& node, const Target&) {
  const Shape& in = ops::input(graph, node, 0).shape;
  return pointwise_call(node, *packed(graph, node), std::int64_t{in[0]} * in[1] * in[2], in[3]);
}

bool applies_conv2d(const Graph& graph, const Node& node, const Target& target) { return usable(graph, node, target); }

/// What it takes to bring the windows of two positions into pairs, summed over all of one image; and of a last odd one.
/// Follows device/cortex_m4/conv2d_s8_dual.c.
std::int64_t window_instructions(const Shape& in, const ops::Window& w, std::int64_t inputs) {
  const std::int64_t body = row_body(w, in[3]), tail = std::int64_t{w.filter_w} * in[3] - body, rows = w.filter_h;
  const std::int64_t gather = 110 + 3 * (inputs / 4) + rows * (22 + 5 * (body / 4) + 6 * tail);
  const std::int64_t apart = 70 + 2 * gather + widen_instructions(inputs / 4);
  std::int64_t together = 25;
  if (rows == 3 && body == 8 && tail == 1)
    together += 75;
  else if (tail == 0)
    together += 10 + widen_rows_instructions(body / 4, rows);
  else
    together += (body == 0 ? 0 : 10 + widen_rows_instructions(body / 4, rows)) + 20 + rows * (7 + 6 * tail) +
                widen_instructions((rows * tail + 3) / 4);
  const auto inside = [&](std::int64_t p) {
    const std::int64_t y = p / w.out_w * w.stride_h - w.pad_top, x = p % w.out_w * w.stride_w - w.pad_left;
    return w.dilation_w == 1 && y >= 0 && x >= 0 && y + (rows - 1) * w.dilation_h < in[1] && x + w.filter_w <= in[2];
  };
  std::int64_t sum = 0;
  std::int64_t p = 0;
  const std::int64_t positions = std::int64_t{w.out_h} * w.out_w;
  while (p + 1 < positions) {
    const std::int64_t ox = p % w.out_w, x = ox * w.stride_w - w.pad_left;
    std::int64_t run = 0;
    if (inside(p)) run = std::min<std::int64_t>((in[2] - w.filter_w - x) / w.stride_w + 1, w.out_w - ox) / 2;
    if (run != 0)
      sum += 60 + run * together;
    else
      sum += inside(p) && inside(p + 1) ? 70 + together : apart;
    p += run != 0 ? 2 * run : 2;
  }
  return sum + positions % 2 * gather;
}

bool applies_depthwise(const Graph& graph, const Node& node, const Target& target) {
  return ops::input(graph, node, 0).shape[3] == 1 && usable(graph, node, target);
}

KernelCall lower_conv2d(const Graph& graph, const Node& node, const Target&) {
  const Shape& in = ops::input(graph, node, 0).shape;
  const ops::Window w = convolution_window(graph, node);
  const DualLayer layer = *packed(graph, node);
  const std::int32_t body = row_body(w, in[3]), tail = w.filter_w * in[3] - body;
  CallBuilder call(layer.kind == StreamKind::quad ? "conv2d_s8w4_quad" : "conv2d_s8_dual");
  call.reads(node);
  set_window(call, in, w, true);
  call.set("in_c", in[3])
      .set("in_zero", ops::zero_point_of(ops::input(graph, node, 0)))
      .set("body", body)
      .set("tail", tail);
  const bool gathers = w.pad_top != 0 || w.pad_left != 0 || w.pad_bottom != 0 || w.pad_right != 0 || w.dilation_w != 1;
  call.scratch(4 * std::int64_t{layer.inputs} + (gathers ? 2 * layer.inputs : 2 * round_up_to_4(w.filter_h * tail)));
  call.overlap(batch_overlap(in, w, layer.outputs, 2));
  const std::int64_t positions = std::int64_t{w.out_h} * w.out_w;
  const std::int64_t image = window_instructions(in, w, layer.inputs) + positions / 2 * dual_pair_instructions(layer) +
                             positions % 2 * dual_single_instructions(layer);
  call.cost(60 + in[0] * image, 850 + dual_code_bytes(layer, true));
  KernelCall result = call.take();
  add_dual_layer(result, layer);
  return result;
}

/// With int4 weights in the stream; those of the dual kernels have been widened.
bool is_int4(const Graph& graph, const Node& node) { return ops::input(graph, node, 1).type == DType::i4; }
bool applies_pointwise_int4(const Graph& graph, const Node& node, const Target& target) {
  return is_int4(graph, node) && applies_pointwise(graph, node, target);
}
bool applies_conv2d_int4(const Graph& graph, const Node& node, const Target& target) {
  return is_int4(graph, node) && applies_conv2d(graph, node, target);
}

}  // namespace

std::optional<KernelCall> pointwise_row_call(const Graph& graph, const Node& node, const Target& target) {
  if (node.op != &ops::conv2d || ops::input(graph, node, 1).type != DType::i8 ||
      !applies_pointwise(graph, node, target))
    return {};
  const Shape& in = ops::input(graph, node, 0).shape;
  return pointwise_call(node, *packed(graph, node), in[2], in[3]);
}

const KernelDef pointwise_s8w4_quad = {"pointwise_s8w4_quad",  &ops::conv2d,    "pointwise_s8w4_quad.c",
                                       applies_pointwise_int4, lower_pointwise, /*int4=*/true};
const KernelDef conv2d_s8w4_quad = {"conv2d_s8w4_quad",  &ops::conv2d, "conv2d_s8w4_quad.c",
                                    applies_conv2d_int4, lower_conv2d, /*int4=*/true};
const KernelDef pointwise_s8_dual = {"pointwise_s8_dual", &ops::conv2d, "pointwise_s8_dual.c", applies_pointwise,
                                     lower_pointwise};
const KernelDef conv2d_s8_dual = {"conv2d_s8_dual", &ops::conv2d, "conv2d_s8_dual.c", applies_conv2d, lower_conv2d};
const KernelDef depthwise_as_conv2d_s8_dual = {"depthwise_as_conv2d_s8_dual", &ops::depthwise_conv2d,
                                               "conv2d_s8_dual.c", applies_depthwise, lower_conv2d};

}  // namespace mote::kernels
