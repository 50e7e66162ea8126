// Kernels for fully_connected: weights in groups of four outputs.
#include "ir/int4.h"
#include "kernels/convolution.h"
#include "kernels/cost.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

struct Sizes {
  std::int64_t rows, inputs, outputs;
};

Sizes sizes(const Graph& graph, const Node& node) {
  const Shape& k = ops::input(graph, node, 1).shape;
  return {ops::input(graph, node, 0).elements() / k[1], k[1], k[0]};
}

/// Every row's outputs are written while its inputs are still needed; rows follow each other.
Overlap row_overlap(const Sizes& s, std::int64_t element_bytes) {
  const std::int64_t last = s.rows * s.outputs - (s.rows - 1) * s.inputs;
  return {.allowed = true, .lead = std::max(s.outputs, last) * element_bytes, .equal_offset_only = false};
}

void set_common(CallBuilder& call, const Graph& graph, const Node& node, const Target& target,
                std::int64_t element_bytes, std::int64_t code_bytes) {
  const Sizes s = sizes(graph, node);
  call.reads(node).set("rows", s.rows).set("inputs", s.inputs).set("outputs", s.outputs);
  call.overlap(row_overlap(s, element_bytes));
  const std::int64_t groups = (s.outputs + 3) / 4;
  const std::int64_t all = s.rows * groups * (kDotSetup + s.inputs * kDot4PerInput + 4 * kRequantize);
  call.cost(portable_on(target, all), code_bytes);
}

KernelCall lower_s8(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const Tensor& out = ops::output(graph, node);
  const std::int32_t channels = weights.shape[0];
  const auto w = weights.constant<std::int8_t>();
  const ops::Int8Range range = ops::int8_range(node.attrs.text("activation"), out.quant);
  CallBuilder call("fully_connected_s8");
  set_common(call, graph, node, target, 1, 390);
  call.set("out_zero", ops::zero_point_of(out)).set("act_min", range.min).set("act_max", range.max);
  call.constant("weights", interleave4(w, channels));
  call.constant("bias", folded_bias(ops::optional_input(graph, node, 2), w, channels, ops::zero_point_of(x)));
  set_multipliers(call, ops::fully_connected_multipliers(x, weights, out, channels));
  return call.take();
}

KernelCall lower_s8w4(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const Tensor& out = ops::output(graph, node);
  const std::int32_t channels = weights.shape[0];
  const std::vector<std::int8_t> w = int8_elements(weights);
  const ops::Int8Range range = ops::int8_range(node.attrs.text("activation"), out.quant);
  CallBuilder call("fully_connected_s8w4");
  set_common(call, graph, node, target, 1, 440);
  call.set("out_zero", ops::zero_point_of(out)).set("act_min", range.min).set("act_max", range.max);
  call.constant("weights", interleave4_int4(w, channels));
  call.constant("bias", folded_bias(ops::optional_input(graph, node, 2), w, channels, ops::zero_point_of(x)));
  set_multipliers(call, ops::fully_connected_multipliers(x, weights, out, channels));
  return call.take();
}

KernelCall lower_s16(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const Tensor* bias = ops::optional_input(graph, node, 2);
  const std::int32_t channels = weights.shape[0];
  CallBuilder call("fully_connected_s16");
  set_common(call, graph, node, target, 2, 520);
  set_int16_range(call, graph, node);
  call.constant("weights", interleave4(weights.constant<std::int8_t>(), channels));
  call.constant("bias", padded_bias64(bias, round_up_to_4(channels)));
  set_multipliers16(call, ops::fully_connected_multipliers(x, weights, ops::output(graph, node), channels),
                    ops::has_wide_sums(x, bias));
  return call.take();
}

KernelCall lower_f32(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& weights = ops::input(graph, node, 1);
  const std::int32_t channels = weights.shape[0];
  CallBuilder call("fully_connected_f32");
  set_common(call, graph, node, target, 4, 420);
  set_float_range(call, node);
  call.constant("weights", interleave4(weights.constant<float>(), channels));
  call.constant("bias", padded_bias<float>(ops::optional_input(graph, node, 2), round_up_to_4(channels)));
  return call.take();
}

bool applies_s8(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i8); }
bool applies_s8w4(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, DType::i8) && ops::input(graph, node, 1).type == DType::i4;
}
bool applies_s16(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i16); }
bool applies_f32(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, DType::f32) && constant_weights(graph, node);
}

}  // namespace

const KernelDef fully_connected_s8 = {"fully_connected_s8", &ops::fully_connected, "fully_connected_s8.c", applies_s8,
                                      lower_s8};
const KernelDef fully_connected_s8w4 = {
    "fully_connected_s8w4", &ops::fully_connected, "fully_connected_s8w4.c", applies_s8w4, lower_s8w4, /*int4=*/true};
const KernelDef fully_connected_s16 = {"fully_connected_s16", &ops::fully_connected, "fully_connected_s16.c",
                                       applies_s16, lower_s16};
const KernelDef fully_connected_f32 = {"fully_connected_f32", &ops::fully_connected, "fully_connected_f32.c",
                                       applies_f32, lower_f32};

}  // namespace mote::kernels
