// Kernels for softmax. The int8 one reads its exponentials from a table that is cut where they become 0.
#include "ops/softmax.h"

#include "kernels/call.h"
#include "kernels/kernels.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

KernelCall lower_s8(const Graph& graph, const Node& node, const Target&) {
  const Tensor& x = ops::input(graph, node, 0);
  const ops::ExpTable full = ops::softmax_exp_table(node.attrs.real("beta"), static_cast<double>(ops::scale_of(x)));
  std::vector<std::int32_t> table(full.begin(), full.end());
  while (table.size() > 1 && table.back() == 0) table.pop_back();
  const std::int64_t depth = x.shape.back();
  CallBuilder call("softmax_s8");
  call.reads(node).set("rows", x.elements() / depth).set("depth", depth);
  call.set("table_size", static_cast<std::int64_t>(table.size())).constant("table", table);
  return call.overlap(kElementwise).cost(x.elements() * 45 + x.elements() / depth * 150, 450).take();
}

KernelCall lower_s16(const Graph& graph, const Node& node, const Target&) {
  const Tensor& x = ops::input(graph, node, 0);
  const QuantizedMultiplier m =
      ops::softmax_multiplier16(node.attrs.real("beta"), static_cast<double>(ops::scale_of(x)));
  const ops::Table16& exponentials = ops::softmax_exp_table16();
  const ops::Table16& reciprocals = ops::softmax_reciprocal_table16();
  const std::int64_t depth = x.shape.back();
  CallBuilder call("softmax_s16");
  call.reads(node).set("rows", x.elements() / depth).set("depth", depth);
  call.set("multiplier", m.multiplier).set("shift", m.shift);
  call.constant("exponentials", std::vector<std::int16_t>(exponentials.begin(), exponentials.end()));
  call.constant("reciprocals", std::vector<std::int16_t>(reciprocals.begin(), reciprocals.end()));
  return call.overlap(kElementwise).cost(x.elements() * 50 + x.elements() / depth * 80, 400).take();
}

KernelCall lower_f32(const Graph& graph, const Node& node, const Target&) {
  const Tensor& x = ops::input(graph, node, 0);
  const std::int64_t depth = x.shape.back();
  CallBuilder call("softmax_f32");
  call.reads(node).set("rows", x.elements() / depth).set("depth", depth);
  call.set_real("beta", static_cast<float>(node.attrs.real("beta")));
  return call.overlap(kElementwise).cost(x.elements() * 120, 200).take();
}

bool applies_s8(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i8); }
bool applies_s16(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i16); }
bool applies_f32(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::f32); }

}  // namespace

const KernelDef softmax_s8 = {"softmax_s8", &ops::softmax, "softmax_s8.c", applies_s8, lower_s8};
const KernelDef softmax_s16 = {"softmax_s16", &ops::softmax, "softmax_s16.c", applies_s16, lower_s16};
const KernelDef softmax_f32 = {"softmax_f32", &ops::softmax, "softmax_f32.c", applies_f32, lower_f32};

}  // namespace mote::kernels
