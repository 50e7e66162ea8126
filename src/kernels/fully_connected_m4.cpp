// Kernels for fully_connected on Arm cores with the DSP extension (device/cortex_m4/mote_m4_dual.h): row by row where
// all weights share one scale, or as a pointwise convolution whose pixels are the rows.
#include <algorithm>

#include "ir/int4.h"
#include "kernels/dual_m4.h"
#include "kernels/kernels.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

std::optional<DualLayer> packed(const Graph& graph, const Node& node, StreamKind kind) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const Tensor& out = ops::output(graph, node);
  return dual_layer(graph, node, int8_elements(weights),
                    ops::fully_connected_multipliers(x, weights, out, weights.shape[0]), {}, kind);
}

std::int64_t inputs(const Graph& graph, const Node& node) { return ops::input(graph, node, 1).shape[1]; }
std::int64_t rows(const Graph& graph, const Node& node) {
  return ops::input(graph, node, 0).elements() / inputs(graph, node);
}

bool applies(const Graph& graph, const Node& node, const Target& target) {
  return target.has("dsp") && fits_device(graph, node, DType::i8) && inputs(graph, node) % 4 == 0 &&
         packed(graph, node, StreamKind::uniform).has_value();
}

KernelCall lower(const Graph& graph, const Node& node, const Target&) {
  const DualLayer layer = *packed(graph, node, StreamKind::uniform);
  const std::int64_t count = rows(graph, node), out_c = layer.outputs;
  CallBuilder call("fully_connected_s8_dual");
  call.reads(node).set("rows", count);
  // A row's inputs are needed until its last output.
  const std::int64_t lead = std::max(out_c, count * out_c - (count - 1) * layer.inputs);
  call.overlap({.allowed = true, .lead = lead, .equal_offset_only = false});
  call.cost(88 + count * (8 + dual_single_instructions(layer)), 190 + dual_code_bytes(layer, false));
  KernelCall result = call.take();
  add_dual_layer(result, layer);
  return result;
}

bool applies_as_pointwise(const Graph& graph, const Node& node, const Target& target) {
  return target.has("dsp") && fits_device(graph, node, DType::i8) && packed(graph, node, StreamKind::dual).has_value();
}

KernelCall lower_as_pointwise(const Graph& graph, const Node& node, const Target&) {
  return pointwise_call(node, *packed(graph, node, StreamKind::dual), rows(graph, node), inputs(graph, node));
}

bool applies_int4(const Graph& graph, const Node& node, const Target& target) {
  return target.has("dsp") && fits_device(graph, node, DType::i8) && ops::input(graph, node, 1).type == DType::i4 &&
         packed(graph, node, StreamKind::quad).has_value();
}

KernelCall lower_int4(const Graph& graph, const Node& node, const Target&) {
  return pointwise_call(node, *packed(graph, node, StreamKind::quad), rows(graph, node), inputs(graph, node));
}

}  // namespace

const KernelDef fully_connected_as_pointwise_s8w4_quad = {"fully_connected_as_pointwise_s8w4_quad",
                                                          &ops::fully_connected,
                                                          "pointwise_s8w4_quad.c",
                                                          applies_int4,
                                                          lower_int4,
                                                          /*int4=*/true};
const KernelDef fully_connected_s8_dual = {"fully_connected_s8_dual", &ops::fully_connected,
                                           "fully_connected_s8_dual.c", applies, lower};
const KernelDef fully_connected_as_pointwise_s8_dual = {"fully_connected_as_pointwise_s8_dual", &ops::fully_connected,
                                                        "pointwise_s8_dual.c", applies_as_pointwise,
                                                        lower_as_pointwise};

}  // namespace mote::kernels
