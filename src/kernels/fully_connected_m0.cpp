// Kernels for fully_connected on cores without SIMD: four outputs at a time (device/cortex_m0/mote_m0_quads.h), with
// inputs widened to words first, or as they stand: a little slower, but without scratch.
#include <algorithm>

#include "kernels/kernels.h"
#include "kernels/quads_m0.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

std::optional<QuadsLayer> packed(const Graph& graph, const Node& node) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  return quads_layer(graph, node, weights.constant<std::int8_t>(),
                     ops::fully_connected_multipliers(x, weights, ops::output(graph, node), weights.shape[0]));
}

bool applies(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, DType::i8) && packed(graph, node).has_value();
}

KernelCall lower(const Graph& graph, const Node& node, const Target&) {
  const QuadsLayer layer = *packed(graph, node);
  const std::int64_t inputs = ops::input(graph, node, 1).shape[1];
  const std::int64_t rows = ops::input(graph, node, 0).elements() / inputs;
  CallBuilder call("fully_connected_s8_quads");
  call.reads(node).set("rows", rows).set("row_inputs", inputs).scratch(4 * std::int64_t{layer.inputs});
  // A row's inputs are all read before its outputs are written.
  const std::int64_t lead = std::max<std::int64_t>(0, (rows - 1) * (layer.outputs - inputs));
  call.overlap({.allowed = true, .lead = lead, .equal_offset_only = false});
  call.cost(60 + rows * (12 + widen_m0_instructions(inputs, inputs % 4 == 0) + quads_instructions(layer)),
            200 + quads_code_bytes(layer));
  KernelCall result = call.take();
  add_quads_layer(result, layer);
  return result;
}

/// A word is four inputs of one row, so rows begin at words.
bool applies_bytes(const Graph& graph, const Node& node, const Target& target) {
  return ops::input(graph, node, 1).shape[1] % 4 == 0 && applies(graph, node, target);
}

KernelCall lower_bytes(const Graph& graph, const Node& node, const Target&) {
  const QuadsLayer layer = *packed(graph, node);
  const std::int64_t rows = ops::input(graph, node, 0).elements() / layer.inputs;
  CallBuilder call("fully_connected_s8_bytes");
  call.reads(node).set("rows", rows);
  const std::int64_t lead = std::max<std::int64_t>(layer.outputs, rows * layer.outputs - (rows - 1) * layer.inputs);
  call.overlap({.allowed = true, .lead = lead, .equal_offset_only = false});
  call.cost(60 + rows * (40 + layer.inputs * 11 / 4 + quads_bytes_instructions(layer)), 200 + quads_code_bytes(layer));
  KernelCall result = call.take();
  add_quads_layer(result, layer);
  return result;
}

}  // namespace

const KernelDef fully_connected_s8_bytes = {"fully_connected_s8_bytes", &ops::fully_connected,
                                            "fully_connected_s8_bytes.c", applies_bytes, lower_bytes};
const KernelDef fully_connected_s8_quads = {"fully_connected_s8_quads", &ops::fully_connected,
                                            "fully_connected_s8_quads.c", applies, lower};

}  // namespace mote::kernels
