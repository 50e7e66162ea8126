// Graph -> Plan: kernel choice, execution order as the graph has it, memory.
// Where it stands: after the passes, before emit. `plan.cpp` reads as that list; choose.cpp and memory.cpp do the two
// hard parts.
#pragma once

#include <memory>

#include "ir/plan.h"
#include "ir/target.h"
#include "kernels/kernel.h"

namespace mote {

struct PlanOptions {
  Budget budget;
  std::vector<std::string> disabled_kernels;  ///< names of KernelDefs, and of optimisations.h, that are left out
  std::string model_hash;                     ///< copied into the plan
  Streaming streaming;                        ///< likewise
};

/// Plans a verified graph. Unsupported names the first node that no kernel of the target can do; DoesNotFit says by how
/// many bytes the arena or the constants exceed the budget and which tensors weigh most.
Result<Plan> make_plan(const Graph& graph, const Target& target, const PlanOptions& options = {});

/// A kernel that applies to a node, lowered.
struct Candidate {
  const KernelDef* def = nullptr;
  KernelCall call;
};

struct RowChain;  // plan/rows.h
using RowChains = std::vector<std::shared_ptr<const RowChain>>;

/// A concat or slice in place (plan/views.h): the bytes of `part` are those of `whole` from `offset` on.
struct BufferView {
  std::size_t node = 0;     ///< the concat or slice
  std::size_t operand = 0;  ///< of a concat: which input `part` is
  TensorId part = kNoTensor;
  TensorId whole = kNoTensor;
  std::int64_t offset = 0;
  bool operator==(const BufferView&) const = default;
};
using Views = std::vector<BufferView>;

/// Every kernel that could do each node (none for layout-free nodes), and which is taken; chains of nodes that are done
/// by bands instead, disjoint; and which concats and slices are no steps.
struct KernelChoice {
  std::vector<std::vector<Candidate>> options;  ///< by node
  std::vector<std::size_t> taken;               ///< by node, index into its options
  RowChains chains;
  Views views;
};

/// Every kernel that could do the node, in the list's order. `wide` is the graph with int8 in the place of int4.
std::vector<Candidate> kernel_candidates(const Graph& graph, const Graph& wide, const Node& node, const Target& target,
                                         const PlanOptions& options);

/// Takes by the budget's rule: size the fewest bytes of flash, else the fewest instructions; balanced only while
/// constants stay within a tenth and 2 KiB of the smallest. A flash limit then makes it step down where that costs
/// least.
Result<KernelChoice> choose_kernels(const Graph& graph, const Target& target, const PlanOptions& options);

/// The plan of a given choice: steps, buffers, offsets. Unsupported if a model output is a constant.
Result<Plan> lay_out(const Graph& graph, const Target& target, const PlanOptions& options, const KernelChoice& choice);

/// How small the arena is to be made, and what that may cost.
struct RamGoal {
  std::int64_t bytes = 0;                      ///< of the arena; enough
  std::int64_t most_instructions = INT64_MAX;  ///< of the whole plan
  double most_per_byte = 1e18;                 ///< instructions more for a byte less
};

/// Exchanges kernels of the fullest steps, least loss of speed per byte won first, until the goal is reached or nothing
/// makes the arena smaller at the price allowed. `plan` is the plan of `choice` before and after.
Result<void> fit_ram(const Graph& graph, const Target& target, const PlanOptions& options, const RamGoal& goal,
                     KernelChoice& choice, Plan& plan);

/// make_plan, and the choice that it ended with.
Result<Plan> make_plan(const Graph& graph, const Target& target, const PlanOptions& options, KernelChoice& choice);

/// DoesNotFit if the plan exceeds flash, RAM or cycles, with how much and the largest culprits.
Result<void> check_budget(const Plan& plan, const Budget& budget);

/// Canonical text of a plan (steps, offsets; constants by name, size and hash). For golden tests and `--dump-dir`.
std::string to_text(const Plan& plan);

/// The arena over time drawn as text: one line a buffer, `#` where it is live, offset and bytes at the side.
std::string draw_memory(const Plan& plan);

}  // namespace mote
