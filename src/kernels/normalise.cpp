// Kernel for normalise.
#include "ops/normalise.h"

#include "kernels/call.h"
#include "kernels/kernels.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

KernelCall lower_s8(const Graph& graph, const Node& node, const Target&) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& out = ops::output(graph, node);
  const ops::NormaliseSpec spec = ops::normalise_spec(x, node.attrs);
  const QuantizedMultiplier m = ops::normalise_multiplier(spec, x, out);
  const ops::NormaliseEpsilon epsilon = ops::normalise_epsilon(spec, x);
  CallBuilder call("normalise_s8");
  call.reads(node).set("batches", spec.batches).set("count", spec.count).set("inner", spec.inner);
  call.set("deviation", spec.deviation ? 1 : 0).set("multiplier", m.multiplier).set("shift", m.shift);
  call.set("epsilon", epsilon.mantissa).set("epsilon_shift", epsilon.shift).set("out_zero", ops::zero_point_of(out));
  // A group is overwritten when it was read; other groups lie between its values.
  call.overlap({.allowed = true, .lead = 0, .equal_offset_only = true});
  const std::int64_t groups = std::int64_t{spec.batches} * spec.inner;
  return call.cost(x.elements() * 28 + groups * (spec.deviation ? 900 : 30), 420).take();
}

bool applies_s8(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i8); }

}  // namespace

const KernelDef normalise_s8 = {"normalise_s8", &ops::normalise, "normalise_s8.c", applies_s8, lower_s8};

}  // namespace mote::kernels
