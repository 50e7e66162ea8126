// A pointwise convolution and the depthwise layer behind it in one call, row by row; device/cortex_m4/
// rows_pointwise_depthwise_s8.c. Costs what both cost and a little more; the tensor between them shrinks to a few rows.
#include <algorithm>

#include "kernels/convolution.h"
#include "kernels/dual_m4.h"
#include "kernels/kernels.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

/// The node that makes the depthwise layer's input, if nothing else reads that; else -1.
int pointwise_before(const Graph& graph, const Node& node) {
  const TensorId between = node.inputs[0];
  if (graph.is_output(between) || graph.consumers(between).size() != 1) return -1;
  return graph.producer(between);
}

bool applies(const Graph& graph, const Node& node, const Target& target) {
  if (!target.has_source("pointwise_s8_dual.c") || !target.has_source("depthwise_taps_s8.c")) return false;
  if (ops::input(graph, node, 0).shape[0] != 1 || !depthwise_taps_s8.applies(graph, node, target)) return false;
  const ops::Window w = convolution_window(graph, node);
  const int before = pointwise_before(graph, node);
  if (before < 0 || w.stride_h > w.filter_h) return false;
  return pointwise_row_call(graph, graph.nodes[static_cast<std::size_t>(before)], target).has_value();
}

/// An output row is written when the input rows that its window ends with are read.
Overlap row_overlap(const ops::Window& w, std::int64_t in_h, std::int64_t in_row, std::int64_t out_row) {
  std::int64_t lead = 0;
  for (std::int64_t oy = 0; oy < w.out_h; ++oy) {
    const std::int64_t bottom = oy * w.stride_h - w.pad_top + std::int64_t{w.filter_h - 1} * w.dilation_h;
    const std::int64_t read = std::clamp<std::int64_t>(bottom + 1, 0, in_h);
    if (read < in_h) lead = std::max(lead, (oy + 1) * out_row - read * in_row);
  }
  return {.allowed = true, .lead = lead, .equal_offset_only = false};
}

KernelCall lower(const Graph& graph, const Node& node, const Target& target) {
  const int before = pointwise_before(graph, node);
  const Node& first = graph.nodes[static_cast<std::size_t>(before)];
  KernelCall pointwise = *pointwise_row_call(graph, first, target);
  KernelCall depthwise = depthwise_taps_s8.lower(graph, node, target);
  const Shape& in = ops::input(graph, first, 0).shape;
  const Shape& between = ops::input(graph, node, 0).shape;
  const Shape& out = ops::output(graph, node).shape;
  const ops::Window w = convolution_window(graph, node);
  const std::int64_t slots = std::min<std::int64_t>(std::int64_t{w.filter_h - 1} * w.dilation_h + 1, between[1]);
  const std::int64_t ring = (slots * between[2] * between[3] + 3) / 4 * 4;
  const std::int64_t taps = std::int64_t{w.filter_h} * w.filter_w;

  CallBuilder builder("rows_pointwise_depthwise_s8");
  builder.reads(first).set("slots", slots).set("ring_bytes", ring).set("pointwise_bytes", pointwise.scratch_bytes);
  builder.scratch(ring + pointwise.scratch_bytes + depthwise.scratch_bytes + 4 * taps);
  builder.overlap(row_overlap(w, in[1], std::int64_t{in[2]} * in[3], std::int64_t{out[2]} * out[3]));
  builder.cost(in[1] * (pointwise.instructions + 15) + depthwise.instructions + out[1] * 8 * taps,
               pointwise.code_bytes + depthwise.code_bytes + 500);
  KernelCall call = builder.take();
  call.kernel = "mote_rows_" + variant_of(pointwise.kernel, "mote_pointwise_s8_dual") + "_" +
                variant_of(depthwise.kernel, "mote_depthwise_taps_s8") + "_s8";
  add_part(call, std::move(pointwise), "pointwise");
  add_part(call, std::move(depthwise), "depthwise");
  call.absorbs = before;
  return call;
}

}  // namespace

const KernelDef rows_pointwise_depthwise_s8 = {.name = "rows_pointwise_depthwise_s8",
                                               .op = &ops::depthwise_conv2d,
                                               .source = "rows_pointwise_depthwise_s8.c",
                                               .applies = applies,
                                               .lower = lower,
                                               .fuses = true};

}  // namespace mote::kernels
