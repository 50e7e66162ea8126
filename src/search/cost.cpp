// See cost.h.
#include "search/cost.h"

#include <fmt/format.h>

#include <set>

#include "ops/ops.h"
#include "passes/pipeline.h"
#include "passes/quantize.h"
#include "plan/plan.h"
#include "train/prune.h"

namespace mote::search {
namespace {

constexpr std::int64_t kStackAllowance = 512;  // bytes; what the four MLPerf Tiny models use on the M4 is 96 to 300
constexpr std::int64_t kCodeAllowance = 3840;  // bytes; what code between and around kernels took in five networks
constexpr double kCyclesPerInstruction =
    1.4;  // of the M4's kernels by its cycle table; only to compare with latency_ms

Result<Graph> quantised(Graph graph, const Target& target) {
  MOTE_TRY([[maybe_unused]] const auto folded, passes::run(graph, Target{}));
  passes::Calibration calibration;
  for (const Tensor& tensor : graph.tensors)
    if (tensor.type == DType::f32 && !tensor.is_constant()) calibration.ranges[tensor.name] = {-1.0F, 1.0F};
  MOTE_TRY(Graph integer, passes::quantize(graph, calibration));
  MOTE_TRY([[maybe_unused]] const auto tidied, passes::run(integer, target));
  return integer;
}

std::string find_obstacle(const Cost& cost, const Limits& limits, const Board& board) {
  const auto over = [](const char* what, std::int64_t value, std::int64_t limit) {
    return limit > 0 && value > limit ? fmt::format("needs about {} bytes of {}, {} are allowed", value, what, limit)
                                      : std::string();
  };
  for (const std::string& text :
       {over("RAM", cost.ram_bytes, limits.ram_bytes), over("RAM", cost.ram_bytes, board.ram_bytes()),
        over("flash", cost.flash_bytes, limits.flash_bytes), over("flash", cost.flash_bytes, board.flash.bytes)})
    if (!text.empty()) return text;
  if (board.clock_hz <= 0) return "";
  const double ms =
      static_cast<double>(cost.instructions) * kCyclesPerInstruction / static_cast<double>(board.clock_hz) * 1e3;
  if (limits.latency_ms > 0 && ms > limits.latency_ms)
    return fmt::format("needs about {:.1f} ms, {:g} are allowed", ms, limits.latency_ms);
  if (limits.energy_uj > 0 && board.currents) {
    const double uj = ms * board.currents->voltage * board.currents->active_ma;
    if (uj > limits.energy_uj) return fmt::format("needs about {:.1f} uJ, {:g} are allowed", uj, limits.energy_uj);
  }
  return "";
}

}  // namespace

Result<Cost> estimate_cost(const Recipe& recipe, const Graph& float_network, const Board& board) {
  Cost cost;
  for (const Tensor& tensor : float_network.tensors)
    if (tensor.is_constant()) cost.parameters += tensor.elements();
  cost.macs = count_macs(float_network);
  MOTE_TRY(const Graph graph, quantised(float_network, board.target.target));
  PlanOptions options;
  options.budget.optimize = Optimize::balanced;
  KernelChoice choice;
  MOTE_TRY(const Plan plan, make_plan(graph, board.target.target, options, choice));
  std::set<std::string> kernels;
  for (std::size_t n = 0; n < choice.options.size(); ++n) {
    if (choice.options[n].empty()) continue;
    const KernelCall& call = choice.options[n][choice.taken[n]].call;
    if (kernels.insert(call.kernel).second) cost.flash_bytes += call.code_bytes;
  }
  for (const Step& step : plan.steps) cost.instructions += step.instructions_estimated;
  cost.ram_bytes = plan.arena_bytes + kStackAllowance;
  cost.flash_bytes += plan.constant_bytes() + kCodeAllowance;
  cost.obstacle = find_obstacle(cost, recipe.limits, board);
  return cost;
}

}  // namespace mote::search
