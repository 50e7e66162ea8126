// Graph -> Plan: kernel choice, execution order as the graph has it, memory.
// Where it stands: after the passes, before emit. `plan.cpp` reads as that list; choose.cpp and memory.cpp do the two
// hard parts.
#pragma once

#include "ir/plan.h"
#include "ir/target.h"
#include "kernels/kernel.h"

namespace mote {

struct PlanOptions {
  Budget budget;
  std::vector<std::string> disabled_kernels;  ///< names of KernelDefs that must not be used
  bool in_place = true;                       ///< let outputs overlap inputs where kernels allow it
  std::string model_hash;                     ///< copied into the plan
};

/// Plans a verified graph. Unsupported names the first node that no kernel of the target can do; DoesNotFit says by how
/// many bytes the arena or the constants exceed the budget and which tensors weigh most.
Result<Plan> make_plan(const Graph& graph, const Target& target, const PlanOptions& options = {});

/// A kernel that applies to a node, lowered.
struct Candidate {
  const KernelDef* def = nullptr;
  KernelCall call;
};

/// One candidate per node (none for layout-free nodes), the cheapest by the budget's rule: speed takes the fewest
/// instructions; size the fewest bytes of flash; ram the least scratch; balanced the fewest instructions while
/// constants stay within a tenth and 2 KiB of the smallest. A flash limit then makes it step down where that costs
/// least.
Result<std::vector<Candidate>> choose_kernels(const Graph& graph, const Target& target, const PlanOptions& options);

/// Canonical text of a plan (steps, offsets; constants by name, size and hash). For golden tests and `--dump-dir`.
std::string to_text(const Plan& plan);

/// The arena over time drawn as text: one line a buffer, `#` where it is live, offset and bytes at the side.
std::string draw_memory(const Plan& plan);

}  // namespace mote
