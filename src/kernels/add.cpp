// Kernels for add and sub. Dimensions that b treats alike (all broadcast, or all not) are merged until at most four are
// left.
#include "ops/add.h"

#include <optional>

#include "kernels/convolution.h"
#include "kernels/cost.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

struct Broadcast {
  std::vector<std::int64_t> shape, b_stride;
};

/// Four dimensions, or nothing if b's broadcasting needs more.
std::optional<Broadcast> merge_dimensions(const Shape& a, const Shape& b) {
  const std::size_t lead = a.size() - b.size();
  std::vector<std::int64_t> shape;
  std::vector<bool> repeated;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == 1) continue;
    const bool repeat = i < lead || b[i - lead] == 1;
    if (!shape.empty() && repeated.back() == repeat) {
      shape.back() *= a[i];
    } else {
      shape.push_back(a[i]);
      repeated.push_back(repeat);
    }
  }
  if (shape.size() > 4) return std::nullopt;
  Broadcast merged{std::vector<std::int64_t>(4 - shape.size(), 1), std::vector<std::int64_t>(4, 0)};
  const std::size_t shift = merged.shape.size();
  merged.shape.insert(merged.shape.end(), shape.begin(), shape.end());
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;)
    if (!repeated[i]) {
      merged.b_stride[shift + i] = stride;
      stride *= shape[i];
    }
  return merged;
}

Broadcast merged(const Graph& graph, const Node& node) {
  return *merge_dimensions(ops::input(graph, node, 0).shape, ops::input(graph, node, 1).shape);
}

/// The device files of both operators differ in a sign only, and share the parameters.
std::string file_of(const Node& node, std::string_view type) {
  return std::string(node.op->name) + "_" + std::string(type);
}

KernelCall lower_s8(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& a = ops::input(graph, node, 0);
  const Tensor& b = ops::input(graph, node, 1);
  const Tensor& out = ops::output(graph, node);
  const Broadcast dims = merged(graph, node);
  const ops::AddScales scales = ops::add_scales(a, b, out);
  const ops::Int8Range range = ops::int8_range(node.attrs.text("activation"), out.quant);
  CallBuilder call(file_of(node, "s8"));
  call.reads(node, 2).set_list("shape", dims.shape).set_list("b_stride", dims.b_stride);
  call.set("a_zero", ops::zero_point_of(a))
      .set("b_zero", ops::zero_point_of(b))
      .set("out_zero", ops::zero_point_of(out));
  call.set("a_multiplier", scales.a.multiplier).set("b_multiplier", scales.b.multiplier);
  call.set("out_multiplier", scales.output.multiplier);
  call.set("a_shift", -scales.a.shift).set("b_shift", -scales.b.shift).set("out_shift", -scales.output.shift);
  call.set("act_min", range.min).set("act_max", range.max);
  return call.overlap(kElementwise).cost(portable_on(target, out.elements() * 70), 360).take();
}

KernelCall lower_s16(const Graph& graph, const Node& node, const Target&) {
  const Tensor& out = ops::output(graph, node);
  const Broadcast dims = merged(graph, node);
  const ops::AddScales scales = ops::add_scales(ops::input(graph, node, 0), ops::input(graph, node, 1), out);
  CallBuilder call(file_of(node, "s16"));
  call.reads(node, 2).set_list("shape", dims.shape).set_list("b_stride", dims.b_stride);
  call.set("a_multiplier", scales.a.multiplier).set("b_multiplier", scales.b.multiplier);
  call.set("out_multiplier", scales.output.multiplier);
  call.set("a_shift", -scales.a.shift).set("b_shift", -scales.b.shift).set("out_shift", -scales.output.shift);
  set_int16_range(call, graph, node);
  return call.overlap(kElementwise).cost(out.elements() * 68, 340).take();
}

KernelCall lower_f32(const Graph& graph, const Node& node, const Target&) {
  const Broadcast dims = merged(graph, node);
  CallBuilder call(file_of(node, "f32"));
  call.reads(node, 2).set_list("shape", dims.shape).set_list("b_stride", dims.b_stride);
  set_float_range(call, node);
  return call.overlap(kElementwise).cost(ops::output(graph, node).elements() * 14, 280).take();
}

bool applies(const Graph& graph, const Node& node, DType type) {
  return fits_device(graph, node, type) &&
         merge_dimensions(ops::input(graph, node, 0).shape, ops::input(graph, node, 1).shape).has_value();
}
bool applies_s8(const Graph& graph, const Node& node, const Target&) { return applies(graph, node, DType::i8); }
bool applies_s16(const Graph& graph, const Node& node, const Target&) { return applies(graph, node, DType::i16); }
bool applies_f32(const Graph& graph, const Node& node, const Target&) { return applies(graph, node, DType::f32); }

}  // namespace

const KernelDef add_s8 = {"add_s8", &ops::add, "add_s8.c", applies_s8, lower_s8};
const KernelDef add_s16 = {"add_s16", &ops::add, "add_s16.c", applies_s16, lower_s16};
const KernelDef add_f32 = {"add_f32", &ops::add, "add_f32.c", applies_f32, lower_f32};
const KernelDef sub_s8 = {"sub_s8", &ops::sub, "sub_s8.c", applies_s8, lower_s8};
const KernelDef sub_s16 = {"sub_s16", &ops::sub, "sub_s16.c", applies_s16, lower_s16};
const KernelDef sub_f32 = {"sub_f32", &ops::sub, "sub_f32.c", applies_f32, lower_f32};

}  // namespace mote::kernels
