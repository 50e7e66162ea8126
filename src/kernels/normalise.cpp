// Kernels for normalise.
#include "ops/normalise.h"

#include "kernels/call.h"
#include "kernels/kernels.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

KernelCall lower(const Graph& graph, const Node& node, const char* file, std::int64_t each) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& out = ops::output(graph, node);
  const ops::NormaliseSpec spec = ops::normalise_spec(x, node.attrs);
  const QuantizedMultiplier m = ops::normalise_multiplier(spec, x, out);
  const ops::NormaliseEpsilon epsilon = ops::normalise_epsilon(spec, x);
  CallBuilder call(file);
  call.reads(node).set("batches", spec.batches).set("count", spec.count).set("inner", spec.inner);
  call.set("deviation", spec.deviation ? 1 : 0).set("multiplier", m.multiplier).set("shift", m.shift);
  call.set("epsilon", epsilon.mantissa).set("epsilon_shift", epsilon.shift);
  if (x.type == DType::i8) call.set("out_zero", ops::zero_point_of(out));
  // A group is overwritten when it was read; other groups lie between its values.
  call.overlap({.allowed = true, .lead = 0, .equal_offset_only = true});
  const std::int64_t groups = std::int64_t{spec.batches} * spec.inner;
  return call.cost(x.elements() * each + groups * (spec.deviation ? 900 : 30), 420).take();
}

KernelCall lower_s8(const Graph& graph, const Node& node, const Target&) {
  return lower(graph, node, "normalise_s8", 50);
}
KernelCall lower_s16(const Graph& graph, const Node& node, const Target&) {
  return lower(graph, node, "normalise_s16", 30);
}

bool applies_s8(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i8); }
bool applies_s16(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i16); }

}  // namespace

const KernelDef normalise_s8 = {"normalise_s8", &ops::normalise, "normalise_s8.c", applies_s8, lower_s8};
const KernelDef normalise_s16 = {"normalise_s16", &ops::normalise, "normalise_s16.c", applies_s16, lower_s16};

}  // namespace mote::kernels
