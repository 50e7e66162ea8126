// Kernels for operators on single elements: relu, relu6, leaky_relu, quantize, dequantize. Those from int8 to int8 are
// tables of 256 entries, filled by the operator's own reference, so they cannot disagree with it. Other integers are
// rescaled.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "kernels/call.h"
#include "kernels/kernels.h"
#include "ops/activation.h"
#include "ops/leaky_relu.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/rescale.h"

namespace mote::kernels {
namespace {

/// The operator's output for every int8.
std::vector<std::int8_t> table_of(const Graph& graph, const Node& node) {
  Tensor x = ops::input(graph, node, 0);
  Tensor out = ops::output(graph, node);
  x.shape = out.shape = {256};
  std::array<std::int8_t, 256> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int8_t>(static_cast<int>(i) - 128);
  std::vector<std::int8_t> table(256);
  const std::array<ConstView, 1> inputs = {ConstView{&x, reinterpret_cast<const std::uint8_t*>(all.data())}};
  const std::array<View, 1> outputs = {View{&out, reinterpret_cast<std::uint8_t*>(table.data())}};
  node.op->run(node, inputs, outputs);
  return table;
}

KernelCall lower_lookup(const Graph& graph, const Node& node, const Target&) {
  const std::int64_t count = ops::output(graph, node).elements();
  CallBuilder call("lookup_s8");
  call.reads(node).set("count", count).constant("table", table_of(graph, node));
  return call.overlap(kElementwise).cost(count * 5, 50).take();
}

template <const char* kActivation>
KernelCall lower_clamp(const Graph& graph, const Node& node, const Target&) {
  const std::int64_t count = ops::output(graph, node).elements();
  const ops::FloatRange range = ops::float_range(kActivation);
  CallBuilder call("clamp_f32");
  call.reads(node).set("count", count).set_real("act_min", range.min).set_real("act_max", range.max);
  return call.overlap(kElementwise).cost(count * 9, 90).take();
}
constexpr char kRelu[] = "relu";
constexpr char kRelu6[] = "relu6";

std::string_view c_suffix(DType type) { return type == DType::i8 ? "s8" : type == DType::i16 ? "s16" : "s32"; }

/// device/portable/rescale.h: any integers but int8 to int8.
KernelCall lower_rescale(const Graph& graph, const Node& node, QuantizedMultiplier m, ops::IntRange range) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& out = ops::output(graph, node);
  CallBuilder call("rescale");
  call.reads(node).set("count", out.elements());
  call.set("in_zero", ops::zero_point_of(x)).set("out_zero", ops::zero_point_of(out));
  call.set("multiplier", m.multiplier).set("shift", m.shift).set("min", range.min).set("max", range.max);
  // Wider outputs: the last write ends where the last read began at the latest.
  const std::int64_t wider = std::max<std::int64_t>(0, out.bytes() - x.bytes());
  call.overlap({.allowed = true, .lead = wider, .equal_offset_only = false});
  KernelCall result = call.cost(out.elements() * 28, 150).take();
  result.kernel =
      x.type == out.type ? "mote_rescale_s16" : fmt::format("mote_rescale_{}_{}", c_suffix(x.type), c_suffix(out.type));
  return result;
}

template <const char* kActivation>
KernelCall lower_relu_s16(const Graph& graph, const Node& node, const Target&) {
  const Tensor& out = ops::output(graph, node);
  return lower_rescale(graph, node, ops::relu_multiplier(ops::input(graph, node, 0), out),
                       ops::integer_range(kActivation, out));
}

KernelCall lower_leaky_s16(const Graph& graph, const Node& node, const Target&) {
  const Tensor& out = ops::output(graph, node);
  const ops::LeakyScales scales = ops::leaky_scales(ops::input(graph, node, 0), out, node.attrs.real("alpha"));
  CallBuilder call("leaky_relu_s16");
  call.reads(node).set("count", out.elements());
  call.set("positive_multiplier", scales.positive.multiplier).set("positive_shift", scales.positive.shift);
  call.set("negative_multiplier", scales.negative.multiplier).set("negative_shift", scales.negative.shift);
  return call.overlap(kElementwise).cost(out.elements() * 26, 140).take();
}

KernelCall lower_leaky_f32(const Graph& graph, const Node& node, const Target&) {
  const std::int64_t count = ops::output(graph, node).elements();
  CallBuilder call("leaky_relu_f32");
  call.reads(node).set("count", count).set_real("alpha", static_cast<float>(node.attrs.real("alpha")));
  return call.overlap(kElementwise).cost(count * 9, 60).take();
}

KernelCall lower_quantize_rescale(const Graph& graph, const Node& node, const Target&) {
  const Tensor& out = ops::output(graph, node);
  return lower_rescale(graph, node, ops::rescale_multiplier(ops::input(graph, node, 0), out),
                       ops::type_range(out.type));
}

KernelCall lower_quantize(const Graph& graph, const Node& node, const Target&) {
  const Tensor& out = ops::output(graph, node);
  const bool wide = out.type == DType::i16;
  CallBuilder call(wide ? "quantize_f32_s16" : "quantize_f32_s8");
  call.reads(node).set("count", out.elements());
  call.set_real("scale", ops::scale_of(out));
  if (!wide) call.set("zero", ops::zero_point_of(out));
  return call.overlap(kElementwise).cost(out.elements() * 30, 180).take();
}

KernelCall lower_dequantize(const Graph& graph, const Node& node, const Target&) {
  const Tensor& x = ops::input(graph, node, 0);
  const bool wide = x.type == DType::i16;
  CallBuilder call(wide ? "dequantize_s16_f32" : "dequantize_s8_f32");
  call.reads(node).set("count", x.elements());
  call.set_real("scale", ops::scale_of(x));
  if (!wide) call.set("zero", ops::zero_point_of(x));
  // Outputs are wider: the last write ends where the last read began at the latest.
  call.overlap({.allowed = true, .lead = 4 * x.elements() - x.bytes(), .equal_offset_only = false});
  return call.cost(x.elements() * 10, 60).take();
}

bool applies_s8(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i8); }
bool applies_f32(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::f32); }

bool gives_s8(const Graph& graph, const Node& node) { return ops::output(graph, node).type == DType::i8; }
bool applies_s8_s8(const Graph& graph, const Node& node, const Target& target) {
  return applies_s8(graph, node, target) && gives_s8(graph, node);
}
bool applies_f32_s8(const Graph& graph, const Node& node, const Target& target) {
  return applies_f32(graph, node, target) && gives_s8(graph, node);
}

bool applies_s16(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i16); }
bool applies_f32_s16(const Graph& graph, const Node& node, const Target& target) {
  return applies_f32(graph, node, target) && !gives_s8(graph, node);
}
bool applies_rescale(const Graph& graph, const Node& node, const Target& target) {
  const DType type = ops::input(graph, node, 0).type;
  return type != DType::f32 && fits_device(graph, node, type) && !applies_s8_s8(graph, node, target);
}

}  // namespace

const KernelDef relu_s16 = {"relu_s16", &ops::relu, "rescale.c", applies_s16, lower_relu_s16<kRelu>};
const KernelDef relu6_s16 = {"relu6_s16", &ops::relu6, "rescale.c", applies_s16, lower_relu_s16<kRelu6>};
const KernelDef quantize_rescale = {"quantize_rescale", &ops::quantize, "rescale.c", applies_rescale,
                                    lower_quantize_rescale};
const KernelDef quantize_f32_s16 = {"quantize_f32_s16", &ops::quantize, "quantize_f32_s16.c", applies_f32_s16,
                                    lower_quantize};
const KernelDef dequantize_s16_f32 = {"dequantize_s16_f32", &ops::dequantize, "dequantize_s16_f32.c", applies_s16,
                                      lower_dequantize};
const KernelDef leaky_relu_s8 = {"leaky_relu_s8", &ops::leaky_relu, "lookup_s8.c", applies_s8, lower_lookup};
const KernelDef leaky_relu_s16 = {"leaky_relu_s16", &ops::leaky_relu, "leaky_relu_s16.c", applies_s16, lower_leaky_s16};
const KernelDef leaky_relu_f32 = {"leaky_relu_f32", &ops::leaky_relu, "leaky_relu_f32.c", applies_f32, lower_leaky_f32};
const KernelDef relu_s8 = {"relu_s8", &ops::relu, "lookup_s8.c", applies_s8, lower_lookup};
const KernelDef relu_f32 = {"relu_f32", &ops::relu, "clamp_f32.c", applies_f32, lower_clamp<kRelu>};
const KernelDef relu6_s8 = {"relu6_s8", &ops::relu6, "lookup_s8.c", applies_s8, lower_lookup};
const KernelDef relu6_f32 = {"relu6_f32", &ops::relu6, "clamp_f32.c", applies_f32, lower_clamp<kRelu6>};
const KernelDef quantize_s8_s8 = {"quantize_s8_s8", &ops::quantize, "lookup_s8.c", applies_s8_s8, lower_lookup};
const KernelDef quantize_f32_s8 = {"quantize_f32_s8", &ops::quantize, "quantize_f32_s8.c", applies_f32_s8,
                                   lower_quantize};
const KernelDef dequantize_s8_f32 = {"dequantize_s8_f32", &ops::dequantize, "dequantize_s8_f32.c", applies_s8,
                                     lower_dequantize};

}  // namespace mote::kernels
