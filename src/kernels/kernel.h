// What the compiler knows of a device kernel: when it applies, how it packs weights, scratch bytes, cost.
// Where it stands: one file an operator in this folder defines its KernelDefs; src/plan asks for them and chooses by
// cost.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "ir/op_def.h"
#include "ir/plan.h"
#include "ir/target.h"

namespace mote {

/// A node turned into a call: what one Step needs apart from its place in memory.
struct KernelCall {
  std::string kernel;       ///< C function
  std::string params_type;  ///< C struct, or empty
  std::string header;       ///< in device/<folder>/
  std::vector<std::string> sources;
  std::vector<Field> fields;        ///< ConstantRef indices point into `constants`
  std::vector<Constant> constants;  ///< names relative to the step ("weights"); the planner prefixes the step's name
  std::vector<TensorId>
      reads;  ///< node inputs passed as pointer arguments (activations, or constants read as such), in order
  std::int64_t scratch_bytes = 0;         ///< passed as the last pointer argument, `void *scratch`, when not 0
  Overlap overlap;                        ///< between the output and the first of `reads`
  std::vector<Overlap> further_overlaps;  ///< likewise those after it; empty: none may be overlapped
  std::int64_t instructions = 0;          ///< estimate for one run; 0: unknown
  std::int64_t code_bytes = 0;            ///< estimate of the kernel's code, for budgets; 0: unknown
  int absorbs = -1;  ///< index of the node that the call does as well; its output then has no place in memory
};

/// Bytes of flash that a call's constants take.
inline std::int64_t constant_bytes(const KernelCall& call) {
  std::int64_t sum = 0;
  for (const Constant& constant : call.constants) sum += static_cast<std::int64_t>(constant.bytes.size());
  return sum;
}

/// One device kernel. The C function's parameters are: output pointers, then `reads` pointers, then scratch (if any),
/// then `const <params_type> *p` (if any).
struct KernelDef {
  std::string_view name;  ///< "conv2d_s8"; what `--disable NAME` and reports call it
  const OpDef* op = nullptr;
  std::string_view source;  ///< "conv2d_s8.c": the kernel applies only where the target's folders have this file
  /// Whether it can do this (verified) node on this target.
  bool (*applies)(const Graph& graph, const Node& node, const Target& target) = nullptr;
  /// Packs weights and fills the call. Only after `applies` said yes.
  KernelCall (*lower)(const Graph& graph, const Node& node, const Target& target) = nullptr;
  /// Reads int4 weights itself. All others are asked about the graph with int8 weights of the same values
  /// (`widen_int4`), so that every int8 kernel can do an int4 layer, at a byte of flash a weight.
  bool int4 = false;
  /// Does the node that makes its input along (KernelCall::absorbs): taken to save RAM only, see fit_ram.
  bool fuses = false;
};

/// Every kernel there is for an operator, portable last; the planner takes the cheapest that applies.
std::span<const KernelDef* const> kernels_for(const OpDef& op);

}  // namespace mote
