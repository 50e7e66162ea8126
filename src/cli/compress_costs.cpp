// See compress_costs.h.
#ifdef MOTE_HAVE_TRAIN
#include "cli/compress_costs.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/measured.h"
#include "cli/model_options.h"
#include "ir/graph_file.h"
#include "ops/execute.h"
#include "passes/pipeline.h"
#include "passes/quantize.h"
#include "train/prune.h"

namespace mote::cli {

Costs estimate_costs(const Graph& graph, const Board& board) {
  Costs costs;
  costs.macs = count_macs(graph);
  for (const Tensor& tensor : graph.tensors)
    if (tensor.is_constant()) costs.parameter_bytes += tensor.bytes();
  Graph optimised = graph;
  if (!passes::run(optimised, board.target.target).ok()) return costs;
  costs.macs = count_macs(optimised);
  const auto plan = make_plan(optimised, board.target.target);
  if (!plan) return costs;
  costs.constant_bytes = plan->constant_bytes();
  costs.arena_bytes = plan->arena_bytes;
  std::int64_t instructions = 0;
  bool known = true;
  for (const Step& step : plan->steps) {
    instructions += step.instructions_estimated;
    known = known && step.instructions_estimated > 0;
  }
  if (known) costs.instructions = instructions;
  return costs;
}

double int8_instructions(const Graph& float_graph, const Board& board) {
  Graph graph = float_graph;
  if (!passes::run(graph, {}).ok()) return 0;
  passes::Calibration ranges;
  for (const Tensor& tensor : graph.tensors) ranges.ranges[tensor.name] = {-1.0F, 1.0F};
  const auto quantised = passes::quantize(graph, ranges);
  if (!quantised) return 0;
  // Without the passes: dead channels depend on the ranges.
  const auto plan = make_plan(*quantised, board.target.target);
  double instructions = 0;
  if (plan.ok())
    for (const Step& step : plan->steps) instructions += static_cast<double>(step.instructions_estimated);
  return instructions;
}

Result<Report> measure_on_board(const Graph& graph, const Board& board, const InputSet& inputs, std::size_t samples,
                                const Session& session) {
  MOTE_TRY(TemporaryFolder folder, TemporaryFolder::create());
  ModelOptions options;
  options.model = (folder.path() / (graph.name + ".mir")).string();
  options.board = board.name;
  MOTE_TRY_VOID(save_graph(graph, options.model));
  MOTE_TRY(const ProjectSource source, open_project(options));
  Bytes bytes;
  for (std::size_t i = 0; i < std::min(samples, inputs.size()); ++i) {
    MOTE_TRY(const Bytes one, encode_input(inputs[i], graph.tensor(graph.inputs[0])));
    bytes.insert(bytes.end(), one.begin(), one.end());
  }
  MOTE_TRY(MeasureResult result, measure(source.project, board, {bytes}, build_options(session), run_options(session)));
  Executor executor(graph);
  Bytes reference;
  const auto each = static_cast<std::size_t>(graph.tensor(graph.inputs[0]).bytes());
  for (std::size_t at = 0; at < bytes.size(); at += each) {
    const Bytes output = executor.run({std::span(bytes).subspan(at, each)})[0];
    reference.insert(reference.end(), output.begin(), output.end());
  }
  result.report.bit_exact = reference == result.run.outputs[0];
  return std::move(result.report);
}

Wanted wanted_of(const Limits& limits, const Board& board, double float_accuracy) {
  Wanted wanted;
  // A point below the float model, or what the project is content with if that is less: where the float model itself
  // misses the project's limit, compression is not to blame.
  wanted.accuracy = float_accuracy - 0.01;
  if (limits.accuracy > 0) wanted.accuracy = std::min(wanted.accuracy, limits.accuracy);
  const auto least = [](double limit, double board_has) -> std::optional<double> {
    if (limit > 0 && board_has > 0) return std::min(limit, board_has);
    if (limit > 0 || board_has > 0) return std::max(limit, board_has);
    return std::nullopt;
  };
  wanted.flash_bytes = least(static_cast<double>(limits.flash_bytes), static_cast<double>(board.flash.bytes));
  wanted.ram_bytes = least(static_cast<double>(limits.ram_bytes), static_cast<double>(board.ram_bytes()));
  wanted.latency_ms = least(limits.latency_ms, 0);
  wanted.energy_uj = least(limits.energy_uj, 0);
  return wanted;
}

std::vector<std::string> missed_by(const CompressRow& row, const Wanted& wanted, const Board& board,
                                   const std::optional<CompressRow>& before) {
  std::vector<std::string> missed;
  double code = 0;
  double stack = 0;
  double cycles_each = 1;
  double energy_each_ms = 0;
  if (before && before->measured && before->costs.instructions) {
    const Report& report = *before->measured;
    code = static_cast<double>(report.code_bytes);
    stack = static_cast<double>(report.ram_bytes - report.arena_bytes);
    if (report.cycles_estimated)
      cycles_each = static_cast<double>(*report.cycles_estimated) / static_cast<double>(*before->costs.instructions);
    if (report.energy_uj_estimated && report.latency_ms_estimated)
      energy_each_ms = *report.energy_uj_estimated / *report.latency_ms_estimated;
  }
  if (row.accuracy < wanted.accuracy - 1e-9) missed.emplace_back("accuracy");
  const Costs& costs = row.costs;
  if (costs.constant_bytes && wanted.flash_bytes &&
      static_cast<double>(*costs.constant_bytes) + code > *wanted.flash_bytes)
    missed.emplace_back("flash");
  if (costs.arena_bytes && wanted.ram_bytes && static_cast<double>(*costs.arena_bytes) + stack > *wanted.ram_bytes)
    missed.emplace_back("ram");
  if (costs.instructions && board.clock_hz > 0) {
    const double ms =
        static_cast<double>(*costs.instructions) * cycles_each * 1000 / static_cast<double>(board.clock_hz);
    if (wanted.latency_ms && ms > *wanted.latency_ms) missed.emplace_back("latency");
    if (wanted.energy_uj && energy_each_ms > 0 && ms * energy_each_ms > *wanted.energy_uj)
      missed.emplace_back("energy");
  }
  return missed;
}

std::vector<std::string> missed_by(const Report& report, const Wanted& wanted) {
  std::vector<std::string> missed;
  if (wanted.flash_bytes && static_cast<double>(report.flash_bytes) > *wanted.flash_bytes) missed.emplace_back("flash");
  if (wanted.ram_bytes && static_cast<double>(report.ram_bytes) > *wanted.ram_bytes) missed.emplace_back("ram");
  if (wanted.latency_ms && report.latency_ms_estimated && *report.latency_ms_estimated > *wanted.latency_ms)
    missed.emplace_back("latency");
  if (wanted.energy_uj && report.energy_uj_estimated && *report.energy_uj_estimated > *wanted.energy_uj)
    missed.emplace_back("energy");
  return missed;
}

std::string table_head() {
  return fmt::format("{:<34} {:>10} {:>8} {:>11} {:>12} {:>9} {:>14}", "step", "validation", "change", "MACs",
                     "flash (data)", "arena", "instructions");
}

std::string table_line(const CompressRow& row, const CompressRow& first) {
  const auto number = [](const std::optional<std::int64_t>& value) {
    return value ? fmt::format("{}", *value) : std::string("-");
  };
  std::string line =
      fmt::format("{:<34} {:>8.2f} % {:>+8.2f} {:>11} {:>12} {:>9} {:>14}", row.step, 100 * row.accuracy,
                  100 * (row.accuracy - first.accuracy), row.costs.macs, number(row.costs.constant_bytes),
                  number(row.costs.arena_bytes), number(row.costs.instructions));
  if (!row.missed.empty()) line += fmt::format("  misses {}", fmt::join(row.missed, ", "));
  return line;
}

nlohmann::ordered_json row_json(const CompressRow& row, const CompressRow& first) {
  const auto number = [](const std::optional<std::int64_t>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
  };
  nlohmann::ordered_json json;
  json["step"] = row.step;
  json["validation_accuracy"] = row.accuracy;
  json["validation_change"] = row.accuracy - first.accuracy;
  json["macs"] = row.costs.macs;
  json["parameter_bytes"] = row.costs.parameter_bytes;
  json["constant_bytes_estimated"] = number(row.costs.constant_bytes);
  json["arena_bytes_estimated"] = number(row.costs.arena_bytes);
  json["instructions_estimated"] = number(row.costs.instructions);
  json["misses"] = row.missed;
  if (row.measured) json["measured"] = to_json(*row.measured);
  return json;
}

}  // namespace mote::cli

#endif
