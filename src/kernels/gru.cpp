// Kernels for gru. Weights stay rows, since each is read once a step.
#include "ops/gru.h"

#include "kernels/call.h"
#include "kernels/cost.h"
#include "kernels/kernels.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

CallBuilder begin(const Graph& graph, const Node& node, const Target& target, std::string_view file,
                  std::int64_t state_bytes, std::int64_t each_curve, std::int64_t code_bytes) {
  const ops::GruSizes s = ops::gru_sizes(ops::input(graph, node, 0), node.attrs);
  CallBuilder call(file);
  call.reads(node).set("batches", s.batches).set("steps", s.steps).set("units", s.units);
  call.set("sequence", s.sequence ? 1 : 0).scratch(3 * state_bytes * s.units);
  // A step's states take a third of its gates' place.
  call.overlap(kElementwise);
  const std::int64_t row = s.units * 6 + each_curve;
  call.cost(portable_on(target, std::int64_t{s.batches} * s.steps * s.units * (3 * row + 30)), code_bytes);
  return call;
}

KernelCall lower_integers(const Graph& graph, const Node& node, const Target& target, std::string_view file) {
  const Tensor& gates = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  CallBuilder call = begin(graph, node, target, file, 2, 60, 620);
  const QuantizedMultiplier gate = ops::gru_gate_multiplier(gates);
  call.set("gate_zero", ops::zero_point_of(gates));
  call.set("gate_multiplier", gate.multiplier).set("gate_shift", gate.shift);
  const auto w = weights.constant<std::int8_t>();
  std::vector<std::int32_t> multipliers;
  std::vector<std::int8_t> shifts;
  for (const QuantizedMultiplier& m : ops::gru_weight_multipliers(weights)) {
    multipliers.push_back(m.multiplier);
    shifts.push_back(static_cast<std::int8_t>(m.shift));
  }
  const ops::GruTable& table = ops::gru_table();
  call.constant("weights", std::vector<std::int8_t>(w.begin(), w.end()));
  call.constant("multiplier", multipliers).constant("shift", shifts);
  call.constant("table", std::vector<std::uint16_t>(table.begin(), table.end()));
  return call.take();
}

KernelCall lower_s8(const Graph& graph, const Node& node, const Target& target) {
  return lower_integers(graph, node, target, "gru_s8");
}
KernelCall lower_s16(const Graph& graph, const Node& node, const Target& target) {
  return lower_integers(graph, node, target, "gru_s16");
}
KernelCall lower_f32(const Graph& graph, const Node& node, const Target& target) {
  CallBuilder call = begin(graph, node, target, "gru_f32", 4, 250, 500);
  const auto w = ops::input(graph, node, 1).constant<float>();
  call.constant("weights", std::vector<float>(w.begin(), w.end()));
  return call.take();
}

bool applies_s8(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i8); }
bool applies_s16(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i16); }
bool applies_f32(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, DType::f32) && constant_weights(graph, node);
}

}  // namespace

const KernelDef gru_s8 = {"gru_s8", &ops::gru, "gru_s8.c", applies_s8, lower_s8};
const KernelDef gru_s16 = {"gru_s16", &ops::gru, "gru_s16.c", applies_s16, lower_s16};
const KernelDef gru_f32 = {"gru_f32", &ops::gru, "gru_f32.c", applies_f32, lower_f32};

}  // namespace mote::kernels
