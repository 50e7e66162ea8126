// Kernel choice: which device kernel does which node. See plan.h for the rule.
#include <fmt/format.h>

#include <algorithm>

#include "ir/int4.h"
#include "ops/ops.h"
#include "plan/plan.h"

namespace mote {
namespace {

using Options = std::vector<std::vector<Candidate>>;  ///< per node
using Choice = std::vector<std::size_t>;              ///< per node, index into its options

bool disabled(const PlanOptions& options, const KernelDef& def) {
  const auto& names = options.disabled_kernels;
  return std::find(names.begin(), names.end(), def.name) != names.end();
}

/// `wide` is the graph with int8 in the place of int4.
std::vector<Candidate> candidates(const Graph& graph, const Graph& wide, const Node& node, const Target& target,
                                  const PlanOptions& options) {
  std::vector<Candidate> found;
  for (const KernelDef* def : kernels_for(*node.op)) {
    const Graph& seen = def->int4 ? graph : wide;
    if (target.has_source(def->source) && !disabled(options, *def) && def->applies(seen, node, target))
      found.push_back({def, def->lower(seen, node, target)});
  }
  return found;
}

/// Orders by what the user favours; every order ends in instructions, so that ties are broken sensibly and always
/// alike.
bool better(const Candidate& a, const Candidate& b, Optimize optimize) {
  const auto key = [optimize](const Candidate& c) {
    switch (optimize) {
      case Optimize::size:
        return constant_bytes(c.call) + c.call.code_bytes;
      default:
        return c.call.instructions;
    }
  };
  if (key(a) != key(b)) return key(a) < key(b);
  return a.call.instructions < b.call.instructions;
}

std::int64_t total_constants(const Options& options, const Choice& choice) {
  std::int64_t total = 0;
  for (std::size_t n = 0; n < options.size(); ++n)
    if (!options[n].empty()) total += constant_bytes(options[n][choice[n]].call);
  return total;
}

/// Steps down to smaller kernels, least loss of speed per byte won first, until the constants fit the budget (or
/// nothing smaller is left: make_plan then reports what does not fit).
void fit_flash(const Options& options, Choice& choice, std::int64_t budget) {
  std::int64_t total = total_constants(options, choice);
  while (total > budget) {
    double best_price = -1;
    std::size_t best_node = 0;
    std::size_t best_option = 0;
    for (std::size_t n = 0; n < options.size(); ++n)
      for (std::size_t k = 0; k < options[n].size(); ++k) {
        const KernelCall& now = options[n][choice[n]].call;
        const KernelCall& then = options[n][k].call;
        const std::int64_t won = constant_bytes(now) - constant_bytes(then);
        if (won <= 0) continue;
        const double price = static_cast<double>(std::max<std::int64_t>(0, then.instructions - now.instructions)) /
                             static_cast<double>(won);
        if (best_price < 0 || price < best_price) {
          best_price = price;
          best_node = n;
          best_option = k;
        }
      }
    if (best_price < 0) return;
    total += constant_bytes(options[best_node][best_option].call) -
             constant_bytes(options[best_node][choice[best_node]].call);
    choice[best_node] = best_option;
  }
}

/// What `balanced` may spend: a tenth and 2 KiB more than the smallest packing of every node.
std::int64_t balanced_budget(const Options& options) {
  std::int64_t smallest = 0;
  for (const auto& candidates_of_node : options) {
    if (candidates_of_node.empty()) continue;
    std::int64_t least = INT64_MAX;
    for (const Candidate& candidate : candidates_of_node) least = std::min(least, constant_bytes(candidate.call));
    smallest += least;
  }
  return smallest + smallest / 10 + 2048;
}

}  // namespace

Result<KernelChoice> choose_kernels(const Graph& graph, const Target& target, const PlanOptions& options) {
  const Graph wide = widen_int4(graph);
  Options found(graph.nodes.size());
  Choice choice(graph.nodes.size(), 0);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (node.op->layout_free && !graph.tensor(node.inputs[0]).is_constant()) continue;
    found[n] = candidates(graph, wide, node, target, options);
    if (found[n].empty())
      return unsupported(fmt::format("{} ({}) has no kernel for target {}", node.op->name,
                                     dtype_name(graph.tensor(node.outputs[0]).type), target.name),
                         node_place(graph, n));
    const auto best = std::min_element(found[n].begin(), found[n].end(), [&](const Candidate& a, const Candidate& b) {
      return better(a, b, options.budget.optimize);
    });
    choice[n] = static_cast<std::size_t>(best - found[n].begin());
  }
  // This machine has memory to spare: its kernels widen weights.
  if (options.budget.optimize == Optimize::balanced && !target.has("host"))
    fit_flash(found, choice, balanced_budget(found));
  if (options.budget.flash_bytes > 0) fit_flash(found, choice, options.budget.flash_bytes);
  return KernelChoice{std::move(found), std::move(choice)};
}

}  // namespace mote
