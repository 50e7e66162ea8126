// Kernels for conv2d on cores without SIMD: four outputs at a time (device/cortex_m0/mote_m0_quads.h).
#include "kernels/convolution.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "kernels/quads_m0.h"
#include "kernels/window_overlap.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

/// A conv2d, or a depthwise_conv2d of one input channel, which is one: its weights as [outputs][taps].
std::optional<QuadsLayer> packed(const Graph& graph, const Node& node) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const bool depthwise = node.op == &ops::depthwise_conv2d;
  const std::int32_t channels = weights.shape[depthwise ? 3 : 0];
  const auto multipliers = ops::channel_multipliers(x, weights, ops::output(graph, node), channels);
  const auto w = weights.constant<std::int8_t>();
  if (!depthwise) return quads_layer(graph, node, w, multipliers);
  return quads_layer(graph, node, channels_first(w, channels), multipliers);
}

bool applies(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, DType::i8) && packed(graph, node).has_value();
}

bool applies_depthwise(const Graph& graph, const Node& node, const Target& target) {
  return ops::input(graph, node, 0).shape[3] == 1 && applies(graph, node, target);
}

/// Bringing the windows of one image to words. Follows device/cortex_m0/conv2d_s8_quads.c.
std::int64_t window_instructions(const Shape& in, const ops::Window& w) {
  const std::int64_t rows = w.filter_h, row = std::int64_t{w.filter_w} * in[3];
  const bool aligned = in[3] % 4 == 0;
  std::int64_t sum = 0;
  for (std::int64_t oy = 0; oy < w.out_h; ++oy) {
    const std::int64_t y = oy * w.stride_h - w.pad_top;
    const bool inside_y = y >= 0 && y + (rows - 1) * w.dilation_h < in[1];
    std::int64_t inside = 0;
    for (std::int64_t ox = 0; inside_y && ox < w.out_w; ++ox) {
      const std::int64_t x = ox * w.stride_w - w.pad_left;
      inside += w.dilation_w == 1 && x >= 0 && x + w.filter_w <= in[2] ? 1 : 0;
    }
    const std::int64_t runs = w.dilation_w == 1 ? 1 : w.filter_w;
    sum += inside * (45 + rows * (8 + widen_m0_instructions(row, aligned)));
    sum += (w.out_w - inside) * (90 + rows * (30 + runs * (30 + widen_m0_instructions(row / runs, aligned))));
  }
  return sum;
}

KernelCall lower(const Graph& graph, const Node& node, const Target&) {
  const Shape& in = ops::input(graph, node, 0).shape;
  const ops::Window w = convolution_window(graph, node);
  const QuadsLayer layer = *packed(graph, node);
  CallBuilder call("conv2d_s8_quads");
  call.reads(node);
  set_window(call, in, w, true);
  call.set("in_c", in[3]).set("in_zero", ops::zero_point_of(ops::input(graph, node, 0)));
  call.scratch(4 * std::int64_t{layer.inputs});
  call.overlap(window_overlap(in, w, layer.outputs, WindowReads::all_channels, 1));
  const std::int64_t positions = std::int64_t{w.out_h} * w.out_w;
  call.cost(90 + in[0] * (window_instructions(in, w) + positions * quads_instructions(layer)),
            900 + quads_code_bytes(layer));
  KernelCall result = call.take();
  add_quads_layer(result, layer);
  return result;
}

}  // namespace

const KernelDef conv2d_s8_quads = {"conv2d_s8_quads", &ops::conv2d, "conv2d_s8_quads.c", applies, lower};
const KernelDef depthwise_as_conv2d_s8_quads = {"depthwise_as_conv2d_s8_quads", &ops::depthwise_conv2d,
                                                "conv2d_s8_quads.c", applies_depthwise, lower};

}  // namespace mote::kernels
