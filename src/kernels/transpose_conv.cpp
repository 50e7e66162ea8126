// Kernels for transpose_conv: plain loops that gather, for every output, the input pixels whose windows hold it.
#include "ops/transpose_conv.h"

#include "kernels/convolution.h"
#include "kernels/cost.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

void set_common(CallBuilder& call, const Graph& graph, const Node& node) {
  const Shape& in = ops::input(graph, node, 0).shape;
  const Shape& k = ops::input(graph, node, 1).shape;
  const ops::TransposeWindow w = ops::transpose_window(node);
  call.reads(node).set("batches", in[0]).set("in_h", in[1]).set("in_w", in[2]).set("in_c", in[3]);
  call.set("out_h", w.out_h).set("out_w", w.out_w).set("out_c", k[0]).set("filter_h", k[1]).set("filter_w", k[2]);
  call.set("stride_h", w.stride_h).set("stride_w", w.stride_w);
  call.set("pad_top", w.pad_top).set("pad_left", w.pad_left);
  // Counted on the portable kernels: a product, a tap looked at, an output.
  const std::int64_t taps = ops::output(graph, node).elements() * k[1] * k[2];
  call.cost(8 * node.op->macs(graph, node) + 6 * taps + 60 * ops::output(graph, node).elements(), 500);
}

KernelCall lower_s8(const Graph& graph, const Node& node, const Target&) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  CallBuilder call("transpose_conv_s8");
  set_common(call, graph, node);
  set_int8_range(call, graph, node);
  const auto w = weights.constant<std::int8_t>();
  call.constant("weights", std::vector<std::int8_t>(w.begin(), w.end()));
  call.constant("bias", padded_bias<std::int32_t>(ops::optional_input(graph, node, 2), weights.shape[0]));
  set_multipliers(call, ops::channel_multipliers(x, weights, ops::output(graph, node), weights.shape[0]));
  return call.take();
}

KernelCall lower_s16(const Graph& graph, const Node& node, const Target&) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  CallBuilder call("transpose_conv_s16");
  set_common(call, graph, node);
  set_int16_range(call, graph, node);
  const auto w = weights.constant<std::int8_t>();
  call.constant("weights", std::vector<std::int8_t>(w.begin(), w.end()));
  call.constant("bias", padded_bias64(ops::optional_input(graph, node, 2), weights.shape[0]));
  set_multipliers16(call, ops::channel_multipliers(x, weights, ops::output(graph, node), weights.shape[0]),
                    /*wide=*/true);
  return call.take();
}

KernelCall lower_f32(const Graph& graph, const Node& node, const Target&) {
  const Tensor& weights = ops::input(graph, node, 1);
  CallBuilder call("transpose_conv_f32");
  set_common(call, graph, node);
  set_float_range(call, node);
  const auto w = weights.constant<float>();
  call.constant("weights", std::vector<float>(w.begin(), w.end()));
  call.constant("bias", padded_bias<float>(ops::optional_input(graph, node, 2), weights.shape[0]));
  return call.take();
}

bool applies_s8(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i8); }
bool applies_s16(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i16); }
bool applies_f32(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, DType::f32) && constant_weights(graph, node);
}

}  // namespace

const KernelDef transpose_conv_s8 = {"transpose_conv_s8", &ops::transpose_conv, "transpose_conv_s8.c", applies_s8,
                                     lower_s8};
const KernelDef transpose_conv_s16 = {"transpose_conv_s16", &ops::transpose_conv, "transpose_conv_s16.c", applies_s16,
                                      lower_s16};
const KernelDef transpose_conv_f32 = {"transpose_conv_f32", &ops::transpose_conv, "transpose_conv_f32.c", applies_f32,
                                      lower_f32};

}  // namespace mote::kernels
