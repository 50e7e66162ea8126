// What a plan may cost: making it smaller in RAM by other kernels or by bands of rows, and saying what does not fit.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

#include "plan/optimisations.h"
#include "plan/plan.h"
#include "plan/rows.h"
#include "plan/views.h"

namespace mote {
namespace {

/// Steps that touch the arena's top: only they can make it smaller.
std::vector<std::size_t> fullest_steps(const Plan& plan) {
  std::vector<std::size_t> steps;
  for (std::size_t s = 0; s < plan.steps.size(); ++s) {
    const auto now = static_cast<std::int32_t>(s);
    std::int64_t live = 0;
    std::int64_t top = 0;
    for (const Buffer& b : plan.buffers) {
      if (b.first > now || b.last < now || b.within >= 0) continue;
      live += b.bytes;
      top = std::max(top, b.offset + b.bytes);
    }
    if (top + plan.alignment > plan.arena_bytes || live >= plan.arena_bytes) steps.push_back(s);
  }
  return steps;
}

/// The nodes of these steps, and those behind them, which may have kernels that do both.
std::vector<std::size_t> fullest_nodes(const Graph& graph, const Plan& plan) {
  std::vector<std::size_t> nodes;
  for (const std::size_t s : fullest_steps(plan)) nodes.push_back(static_cast<std::size_t>(plan.steps[s].node));
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

/// What fit_ram changes of a choice.
struct Exchange {
  std::vector<std::size_t> taken;
  RowChains chains;
  Views views;
};

/// Among the kernels that do the node alone and need no more constants than the one taken.
std::size_t fastest(const KernelChoice& choice, std::size_t n) {
  const std::vector<Candidate>& all = choice.options[n];
  const auto worse = [&](const Candidate& c) {
    const std::int64_t too_many = constant_bytes(c.call) - constant_bytes(all[choice.taken[n]].call);
    return std::tuple(c.def->fuses, std::max<std::int64_t>(0, too_many), c.call.instructions);
  };
  return static_cast<std::size_t>(
      std::min_element(all.begin(), all.end(),
                       [&](const Candidate& a, const Candidate& b) { return worse(a) < worse(b); }) -
      all.begin());
}

bool in_chain(const KernelChoice& choice, std::size_t n) {
  return std::any_of(choice.chains.begin(), choice.chains.end(),
                     [n](const auto& c) { return c->schedule.first <= n && n <= c->schedule.last; });
}

/// The chain takes the place of all that its nodes were part of.
Exchange with_chain(const KernelChoice& choice, std::shared_ptr<const RowChain> chain) {
  Exchange exchange{choice.taken, {}, choice.views};
  const std::size_t first = chain->schedule.first, last = chain->schedule.last;
  for (const auto& other : choice.chains)
    if (other->schedule.last < first || other->schedule.first > last) exchange.chains.push_back(other);
  for (std::size_t n = 0; n < choice.options.size(); ++n) {
    if (choice.options[n].empty()) continue;
    const int absorbs = choice.options[n][choice.taken[n]].call.absorbs;
    if (absorbs >= static_cast<int>(first) && absorbs <= static_cast<int>(last)) exchange.taken[n] = fastest(choice, n);
  }
  exchange.chains.push_back(std::move(chain));
  return exchange;
}

/// Ways to go without views whose wholes are alive where the arena is full, since a whole lives as long as all its
/// parts: one less, all of a node's, all of them.
std::vector<Views> fewer_views(const Graph& graph, const Plan& plan, const Views& views) {
  const std::vector<TensorId> home = homes(graph);
  const std::vector<std::size_t> full = fullest_steps(plan);
  const auto costs = [&](const BufferView& view) {
    return std::any_of(plan.buffers.begin(), plan.buffers.end(), [&](const Buffer& whole) {
      if (whole.tensor != home[static_cast<std::size_t>(view.whole)]) return false;
      return std::any_of(full.begin(), full.end(), [&](std::size_t s) {
        return whole.first <= static_cast<std::int32_t>(s) && static_cast<std::int32_t>(s) <= whole.last;
      });
    });
  };
  std::vector<Views> fewer;
  Views none;
  for (std::size_t v = 0; v < views.size(); ++v) {
    if (!costs(views[v])) {
      none.push_back(views[v]);
      continue;
    }
    fewer.push_back(views);
    fewer.back().erase(fewer.back().begin() + static_cast<std::ptrdiff_t>(v));
    const bool second = v > 0 && views[v].node == views[v - 1].node && (v == 1 || views[v].node != views[v - 2].node);
    if (second) fewer.push_back(without_views(views, views[v].node));
  }
  if (!fewer.empty()) fewer.push_back(std::move(none));
  return fewer;
}

/// Constants, and what chains add to them.
std::int64_t flash_of(const Plan& plan, const RowChains& chains) {
  std::int64_t sum = plan.constant_bytes();
  for (const auto& chain : chains) sum += chain->flash_bytes;
  return sum;
}

}  // namespace

Result<void> fit_ram(const Graph& graph, const Target& target, const PlanOptions& options, const RamGoal& goal,
                     KernelChoice& choice, Plan& plan) {
  RowKernels row_kernels(graph, target, options);
  while (plan.arena_bytes > goal.bytes) {
    const Exchange before{choice.taken, choice.chains, choice.views};
    double best_price = -1;
    Exchange best;
    Plan best_plan;
    const auto attempt = [&](Exchange exchange) -> Result<void> {
      const auto change_to = [&choice](const Exchange& other) {
        choice.taken = other.taken;
        choice.chains = other.chains;
        choice.views = other.views;
      };
      change_to(exchange);
      auto laid_out = lay_out(graph, target, options, choice);
      change_to(before);
      MOTE_TRY(Plan smaller, std::move(laid_out));
      const std::int64_t won = plan.arena_bytes - smaller.arena_bytes;
      const std::int64_t allowed = options.budget.flash_bytes;
      const std::int64_t flash = flash_of(smaller, exchange.chains);
      if (won <= 0 || (allowed > 0 && flash > allowed && flash > flash_of(plan, before.chains))) return {};
      const std::int64_t lost = instructions_of(smaller) - instructions_of(plan);
      const double price = static_cast<double>(std::max<std::int64_t>(0, lost)) / static_cast<double>(won);
      if (instructions_of(smaller) > goal.most_instructions || price > goal.most_per_byte) return {};
      if (best_price >= 0 && price >= best_price) return {};
      best_price = price;
      best = std::move(exchange);
      best_plan = std::move(smaller);
      return {};
    };
    // Equal blocks of a network fill the arena equally: one exchange alone wins nothing then, so a kernel is tried at
    // all of them too.
    std::map<std::string_view, std::vector<std::pair<std::size_t, std::size_t>>> everywhere;
    for (const std::size_t n : fullest_nodes(graph, plan)) {
      for (std::size_t k = 0; k < choice.options[n].size(); ++k) {
        const int absorbs = choice.options[n][k].call.absorbs;
        if (k == choice.taken[n] || in_chain(choice, n) ||
            (absorbs >= 0 && in_chain(choice, static_cast<std::size_t>(absorbs))))
          continue;
        Exchange other = before;
        other.taken[n] = k;
        everywhere[choice.options[n][k].def->name].emplace_back(n, k);
        MOTE_TRY_VOID(attempt(std::move(other)));
      }
    }
    for (const auto& [name, places] : everywhere) {
      if (places.size() < 2) continue;
      Exchange other = before;
      for (const auto& [n, k] : places) other.taken[n] = k;
      MOTE_TRY_VOID(attempt(std::move(other)));
    }
    for (Views& views : fewer_views(graph, plan, before.views))
      MOTE_TRY_VOID(attempt({before.taken, before.chains, std::move(views)}));
    if (is_on(kRowChains, options.disabled_kernels))
      for (const RowSchedule& schedule : row_schedules(graph, plan))
        if (auto chain = row_kernels.lower(schedule, choice))
          MOTE_TRY_VOID(attempt(with_chain(choice, std::move(chain))));
    if (best_price < 0) return {};
    choice.taken = std::move(best.taken);
    choice.chains = std::move(best.chains);
    choice.views = std::move(best.views);
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
        if (b.first <= step && step <= b.last && b.within < 0) sum += b.bytes;
      return sum;
    };
    for (std::int32_t s = 0; s < static_cast<std::int32_t>(plan.steps.size()); ++s)
      if (live(s) > most) {
        most = live(s);
        worst = s;
      }
    std::string blame;
    for (const Buffer& b : plan.buffers)
      if (b.first <= worst && worst <= b.last && b.within < 0)
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
