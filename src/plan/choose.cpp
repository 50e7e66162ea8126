// Kernel choice: which device kernel does which node. See plan.h for the rule.
#include <fmt/format.h>

#include <algorithm>

#include "ir/int4.h"
#include "ops/ops.h"
#include "plan/plan.h"
#include "plan/views.h"

namespace mote {
namespace {

using Options = std::vector<std::vector<Candidate>>;  ///< per node
using Choice = std::vector<std::size_t>;              ///< per node, index into its options

bool disabled(const PlanOptions& options, const KernelDef& def) {
  const auto& names = options.disabled_kernels;
  return std::find(names.begin(), names.end(), def.name) != names.end();
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

/// A choice for the first nodes: what it costs, and where it came from.
struct Partial {
  std::int64_t bytes = 0;
  std::int64_t instructions = 0;
  std::size_t before = 0;  ///< index among the partial choices of one node less
  std::size_t option = 0;  ///< of the last node
};

constexpr std::size_t kMostPartials = 4000;

/// Sorted by bytes; only those that no other undercuts in both, and at most kMostPartials: then the fastest of every
/// equal stretch of bytes, and the smallest of all.
std::vector<Partial> undominated(std::vector<Partial> all, std::int64_t budget) {
  std::stable_sort(all.begin(), all.end(), [](const Partial& a, const Partial& b) {
    return std::pair(a.bytes, a.instructions) < std::pair(b.bytes, b.instructions);
  });
  std::vector<Partial> kept;
  for (const Partial& p : all) {
    if (!kept.empty() && (p.instructions >= kept.back().instructions || p.bytes > budget)) continue;
    kept.push_back(p);
  }
  if (kept.size() <= kMostPartials) return kept;
  const std::int64_t width = (kept.back().bytes - kept.front().bytes) / static_cast<std::int64_t>(kMostPartials) + 1;
  std::vector<Partial> thinned = {kept.front()};
  for (std::size_t i = 1; i < kept.size(); ++i) {
    const auto stretch = [&](const Partial& p) { return (p.bytes - kept.front().bytes) / width; };
    if (i + 1 == kept.size() || stretch(kept[i]) != stretch(kept[i + 1])) thinned.push_back(kept[i]);
  }
  return thinned;
}

/// The fewest instructions whose constants fit the budget; if nothing fits, the fewest bytes (make_plan then reports
/// what does not fit). A knapsack with one option a node, solved from node to node.
void fit_flash(const Options& options, Choice& choice, std::int64_t budget) {
  if (total_constants(options, choice) <= budget) return;
  // What the nodes still to come need at least: partial choices that leave less are not followed.
  std::vector<std::int64_t> least_after(options.size() + 1, 0);
  for (std::size_t n = options.size(); n-- > 0;) {
    least_after[n] = least_after[n + 1];
    if (options[n].empty()) continue;
    std::int64_t least = INT64_MAX;
    for (const Candidate& candidate : options[n])
      if (!candidate.def->fuses) least = std::min(least, constant_bytes(candidate.call));
    least_after[n] += least;
  }
  std::vector<std::vector<Partial>> stages = {{Partial{}}};
  for (std::size_t n = 0; n < options.size(); ++n) {
    std::vector<Partial> next;
    for (std::size_t p = 0; p < stages.back().size(); ++p) {
      const Partial& partial = stages.back()[p];
      if (options[n].empty()) next.push_back({partial.bytes, partial.instructions, p, 0});
      for (std::size_t k = 0; k < options[n].size(); ++k) {
        if (options[n][k].def->fuses) continue;
        const KernelCall& call = options[n][k].call;
        next.push_back({partial.bytes + constant_bytes(call), partial.instructions + call.instructions, p, k});
      }
    }
    stages.push_back(undominated(std::move(next), budget - least_after[n + 1]));
  }
  std::size_t at = stages.back().size() - 1;  // the last is the fastest
  for (std::size_t n = options.size(); n-- > 0;) {
    choice[n] = stages[n + 1][at].option;
    at = stages[n + 1][at].before;
  }
}

/// What `balanced` may spend: a tenth and 2 KiB more than the smallest packing of every node.
std::int64_t balanced_budget(const Options& options) {
  std::int64_t smallest = 0;
  for (const auto& candidates_of_node : options) {
    if (candidates_of_node.empty()) continue;
    std::int64_t least = INT64_MAX;
    for (const Candidate& candidate : candidates_of_node)
      if (!candidate.def->fuses) least = std::min(least, constant_bytes(candidate.call));
    smallest += least;
  }
  return smallest + smallest / 10 + 2048;
}

/// Takes back what a tenth more flash was spent on for next to nothing: packings whose share of all constants is more
/// than `kMostFlash` times their share of instructions saved. Less than `kFewBytes` may be lost again as another
/// kernel's code.
void save_flash(const Options& options, Choice& choice) {
  constexpr double kMostFlash = 4, kFewBytes = 4096;
  const auto bytes = static_cast<double>(total_constants(options, choice));
  double instructions = 0;
  for (std::size_t n = 0; n < options.size(); ++n)
    if (!options[n].empty()) instructions += static_cast<double>(options[n][choice[n]].call.instructions);
  for (std::size_t n = 0; n < options.size(); ++n) {
    for (std::size_t k = 0; k < options[n].size(); ++k) {
      if (options[n][k].def->fuses) continue;
      const KernelCall& taken = options[n][choice[n]].call;
      const KernelCall& other = options[n][k].call;
      const auto won = static_cast<double>(constant_bytes(taken) - constant_bytes(other));
      const auto lost = static_cast<double>(other.instructions - taken.instructions);
      if (won > kFewBytes && won / bytes > kMostFlash * lost / instructions) choice[n] = k;
    }
  }
}

}  // namespace

std::vector<Candidate> kernel_candidates(const Graph& graph, const Graph& wide, const Node& node, const Target& target,
                                         const PlanOptions& options) {
  std::vector<Candidate> found;
  for (const KernelDef* def : kernels_for(*node.op)) {
    const Graph& seen = def->int4 ? graph : wide;
    if (target.has_source(def->source) && !disabled(options, *def) && def->applies(seen, node, target))
      found.push_back({def, def->lower(seen, node, target)});
  }
  return found;
}

Result<KernelChoice> choose_kernels(const Graph& graph, const Target& target, const PlanOptions& options) {
  const Graph wide = widen_int4(graph);
  Options found(graph.nodes.size());
  Choice choice(graph.nodes.size(), 0);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (node.op->layout_free && !graph.tensor(node.inputs[0]).is_constant()) continue;
    found[n] = kernel_candidates(graph, wide, node, target, options);
    if (std::all_of(found[n].begin(), found[n].end(), [](const Candidate& c) { return c.def->fuses; }))
      return unsupported(fmt::format("{} ({}) has no kernel for target {}", node.op->name,
                                     dtype_name(graph.tensor(node.outputs[0]).type), target.name),
                         node_place(graph, n));
    // Fused kernels do more than this node, so they stand last: only fit_ram takes them.
    const auto alone = std::stable_partition(found[n].begin(), found[n].end(),
                                             [](const Candidate& candidate) { return !candidate.def->fuses; });
    const auto best = std::min_element(found[n].begin(), alone, [&](const Candidate& a, const Candidate& b) {
      return better(a, b, options.budget.optimize);
    });
    choice[n] = static_cast<std::size_t>(best - found[n].begin());
  }
  // This machine has memory to spare: its kernels widen weights.
  if (options.budget.optimize == Optimize::balanced && !target.has("host")) {
    fit_flash(found, choice, balanced_budget(found));
    save_flash(found, choice);
  }
  if (options.budget.flash_bytes > 0) fit_flash(found, choice, options.budget.flash_bytes);
  return KernelChoice{std::move(found), std::move(choice), {}, find_views(graph, target, options.disabled_kernels)};
}

}  // namespace mote
