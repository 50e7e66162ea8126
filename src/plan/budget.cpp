// What a plan may cost: making it smaller in RAM by other kernels, and saying what does not fit.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "plan/plan.h"

namespace mote {
namespace {

/// Nodes whose step touches the arena's top, and those behind them, which may have kernels that do both: only they can
/// make it smaller.
std::vector<std::size_t> fullest_nodes(const Graph& graph, const Plan& plan) {
  std::vector<std::size_t> nodes;
  for (std::size_t s = 0; s < plan.steps.size(); ++s) {
    const auto now = static_cast<std::int32_t>(s);
    std::int64_t live = 0;
    std::int64_t top = 0;
    for (const Buffer& b : plan.buffers) {
      if (b.first > now || b.last < now) continue;
      live += b.bytes;
      top = std::max(top, b.offset + b.bytes);
    }
    if (top + plan.alignment > plan.arena_bytes || live >= plan.arena_bytes)
      nodes.push_back(static_cast<std::size_t>(graph.producer(plan.steps[s].tensor)));
  }
  const std::size_t touching = nodes.size();
  for (std::size_t i = 0; i < touching; ++i)
    for (const int reader : graph.consumers(graph.nodes[nodes[i]].outputs[0]))
      if (std::find(nodes.begin(), nodes.end(), static_cast<std::size_t>(reader)) == nodes.end())
        nodes.push_back(static_cast<std::size_t>(reader));
  return nodes;
}

std::int64_t instructions_of(const Plan& plan) {
  std::int64_t sum = 0;
  for (const Step& step : plan.steps) sum += step.instructions_estimated;
  return sum;
}

}  // namespace

Result<void> fit_ram(const Graph& graph, const Target& target, const PlanOptions& options, const RamGoal& goal,
                     KernelChoice& choice, Plan& plan) {
  while (plan.arena_bytes > goal.bytes) {
    double best_price = -1;
    KernelChoice best_choice;
    Plan best_plan;
    const auto consider = [&](KernelChoice other) -> Result<void> {
      MOTE_TRY(Plan smaller, lay_out(graph, target, options, other));
      const std::int64_t won = plan.arena_bytes - smaller.arena_bytes;
      const std::int64_t flash = options.budget.flash_bytes;
      if (won <= 0 ||
          (flash > 0 && smaller.constant_bytes() > flash && smaller.constant_bytes() > plan.constant_bytes()))
        return {};
      const std::int64_t lost = instructions_of(smaller) - instructions_of(plan);
      const double price = static_cast<double>(std::max<std::int64_t>(0, lost)) / static_cast<double>(won);
      if (instructions_of(smaller) > goal.most_instructions || price > goal.most_per_byte) return {};
      if (best_price >= 0 && price >= best_price) return {};
      best_price = price;
      best_choice = std::move(other);
      best_plan = std::move(smaller);
      return {};
    };
    // Equal blocks of a network fill the arena equally: one exchange alone wins nothing then, so a kernel is tried at
    // all of them too.
    std::map<std::string_view, std::vector<std::pair<std::size_t, std::size_t>>> everywhere;
    for (const std::size_t n : fullest_nodes(graph, plan)) {
      for (std::size_t k = 0; k < choice.options[n].size(); ++k) {
        if (k == choice.taken[n]) continue;
        KernelChoice other = choice;
        other.taken[n] = k;
        everywhere[choice.options[n][k].def->name].emplace_back(n, k);
        MOTE_TRY_VOID(consider(std::move(other)));
      }
    }
    for (const auto& [name, places] : everywhere) {
      if (places.size() < 2) continue;
      KernelChoice other = choice;
      for (const auto& [n, k] : places) other.taken[n] = k;
      MOTE_TRY_VOID(consider(std::move(other)));
    }
    if (best_price < 0) return {};
    choice = std::move(best_choice);
    plan = std::move(best_plan);
  }
  return {};
}

Result<void> check_budget(const Plan& plan, const Budget& budget) {
  if (budget.flash_bytes > 0 && plan.constant_bytes() > budget.flash_bytes) {
    std::vector<const Constant*> largest;
    for (const Constant& c : plan.constants) largest.push_back(&c);
    std::stable_sort(largest.begin(), largest.end(),
                     [](const Constant* a, const Constant* b) { return a->bytes.size() > b->bytes.size(); });
    std::string blame;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, largest.size()); ++i)
      blame += fmt::format("{}{} {}", i == 0 ? "" : ", ", largest[i]->name, largest[i]->bytes.size());
    return does_not_fit(
        fmt::format("weights need {} bytes of flash, {} more than the {} allowed; largest: {}; prune, "
                    "quantise or choose a larger board",
                    plan.constant_bytes(), plan.constant_bytes() - budget.flash_bytes, budget.flash_bytes, blame));
  }
  const std::int64_t instructions = instructions_of(plan);
  if (budget.cycles > 0 && instructions > budget.cycles)
    return does_not_fit(
        fmt::format("one inference needs about {} instructions, {} more than the {} allowed; use "
                    "--optimize speed or a smaller model",
                    instructions, instructions - budget.cycles, budget.cycles));
  if (budget.ram_bytes > 0 && plan.arena_bytes > budget.ram_bytes) {
    std::int32_t worst = 0;
    std::int64_t most = -1;
    const auto live = [&](std::int32_t step) {
      std::int64_t sum = 0;
      for (const Buffer& b : plan.buffers)
        if (b.first <= step && step <= b.last) sum += b.bytes;
      return sum;
    };
    for (std::int32_t s = 0; s < static_cast<std::int32_t>(plan.steps.size()); ++s)
      if (live(s) > most) {
        most = live(s);
        worst = s;
      }
    std::string blame;
    for (const Buffer& b : plan.buffers)
      if (b.first <= worst && worst <= b.last)
        blame += fmt::format("{}{} {}", blame.empty() ? "" : ", ", b.name, b.bytes);
    return does_not_fit(
        fmt::format("the arena needs {} bytes of RAM, {} more than the {} allowed; fullest at layer "
                    "\"{}\": {}; use a smaller input or a larger board",
                    plan.arena_bytes, plan.arena_bytes - budget.ram_bytes, budget.ram_bytes,
                    plan.steps[static_cast<std::size_t>(worst)].name, blame));
  }
  return {};
}

}  // namespace mote
