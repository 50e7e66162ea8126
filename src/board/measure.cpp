// See measure.h.
#include "board/measure.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "board/elf.h"

namespace mote {
namespace {

/// Fills the estimates that follow from a number of cycles.
template <typename Part>
void estimate(Part& part, const Board& board, const Count& count) {
  part.instructions = count.instructions;
  part.cycles_estimated = count.cycles;
  if (board.flash_timing) part.wait_cycles_estimated = count.waits;
  if (board.clock_hz <= 0) return;
  const double seconds = static_cast<double>(count.cycles) / static_cast<double>(board.clock_hz);
  part.latency_ms_estimated = seconds * 1e3;
  // V * mA * s = mJ
  if (board.currents) part.energy_uj_estimated = board.currents->voltage * board.currents->active_ma * seconds * 1e3;
}

Report describe(const Project& project, const Board& board) {
  Report report;
  report.model = project.model;
  report.model_hash = project.model_hash;
  report.board = board.name;
  report.target = board.target.target.name;
  report.arena_bytes = project.arena_bytes;
  report.estimate_source = board.target.cycles.source;
  if (board.flash_timing) report.wait_source = board.flash_timing->source;
  if (board.currents) report.energy_source = board.currents->source;
  for (const auto& layer : project.layers) {
    LayerReport part;
    part.name = layer.name;
    part.op = layer.op;
    part.kernel = layer.kernel;
    part.macs = layer.macs;
    part.instructions_predicted = layer.instructions_estimated;
    part.arena_live_bytes = layer.arena_live_bytes;
    part.constant_bytes = layer.constant_bytes;
    part.output_bytes = layer.output_bytes;
    report.macs += layer.macs;
    report.layers.push_back(std::move(part));
  }
  return report;
}

void add_sizes(Report& report, const ElfFile& with, const ElfFile& without) {
  report.code_bytes = with.code_bytes - without.code_bytes;
  report.constant_bytes = with.constant_bytes + with.data_bytes - without.constant_bytes - without.data_bytes;
  report.flash_bytes = report.code_bytes + report.constant_bytes;
  report.ram_bytes = with.data_bytes + with.zero_bytes - without.data_bytes - without.zero_bytes;
}

}  // namespace

Result<MeasureResult> measure(const Project& project, const Board& board, const std::vector<Bytes>& inputs,
                              const BuildOptions& build_options, const RunOptions& run_options) {
  MOTE_TRY(const Firmware firmware, build(project, board, build_options));
  MOTE_TRY(const Firmware empty, build_empty(board, build_options));
  MOTE_TRY(const ElfFile with, read_elf(firmware.elf));
  MOTE_TRY(const ElfFile without, read_elf(empty.elf));
  RunOptions counted = run_options;
  counted.count = true;
  MOTE_TRY(RunResult result, run(firmware, inputs, counted));

  Report report = describe(project, board);
  report.samples = result.samples;
  add_sizes(report, with, without);
  report.stack_bytes = result.stack_bytes;
  report.ram_bytes += result.stack_bytes.value_or(0);
  if (result.counts) {
    estimate(report, board, result.counts->total);
    for (std::size_t mode = 0; board.flash_timing && mode < board.flash_timing->modes.size(); ++mode)
      report.wait_cycles_modes.emplace_back(board.flash_timing->modes[mode].name, result.counts->waits[mode]);
    report.cycles_estimated_max = result.counts->most.cycles;
    for (std::size_t i = 0; i < report.layers.size(); ++i) estimate(report.layers[i], board, result.counts->layers[i]);
  }
  return MeasureResult{std::move(report), std::move(result)};
}

Result<MeasureResult> measure(const Project& project, const Board& board, const BuildOptions& build_options) {
  std::vector<Bytes> zeros;
  for (const auto& port : project.inputs) zeros.emplace_back(static_cast<std::size_t>(port.bytes), std::uint8_t{0});
  return measure(project, board, zeros, build_options);
}

namespace {
template <typename T>
nlohmann::json value_or_null(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

template <typename Part>
void put_estimates(nlohmann::json& json, const Part& part) {
  json["instructions"] = value_or_null(part.instructions);
  json["cycles_estimated"] = value_or_null(part.cycles_estimated);
  json["wait_cycles_estimated"] = value_or_null(part.wait_cycles_estimated);
  json["latency_ms_estimated"] = value_or_null(part.latency_ms_estimated);
  json["energy_uj_estimated"] = value_or_null(part.energy_uj_estimated);
}
}  // namespace

nlohmann::json to_json(const Report& report) {
  nlohmann::json json = {{"model", report.model},
                         {"model_hash", report.model_hash},
                         {"board", report.board},
                         {"target", report.target},
                         {"samples", report.samples},
                         {"macs", report.macs},
                         {"arena_bytes", report.arena_bytes},
                         {"ram_bytes", report.ram_bytes},
                         {"flash_bytes", report.flash_bytes},
                         {"code_bytes", report.code_bytes},
                         {"constant_bytes", report.constant_bytes},
                         {"estimate_source", report.estimate_source},
                         {"energy_source", report.energy_source},
                         {"wait_source", report.wait_source}};
  put_estimates(json, report);
  if (!report.wait_cycles_modes.empty()) json["wait_cycles_modes"] = nlohmann::json::array();
  for (const auto& [name, cycles] : report.wait_cycles_modes)
    json["wait_cycles_modes"].push_back({{"name", name}, {"cycles_estimated", cycles}});
  json["cycles_estimated_max"] = value_or_null(report.cycles_estimated_max);
  json["stack_bytes"] = value_or_null(report.stack_bytes);
  json["bit_exact"] = value_or_null(report.bit_exact);
  json["layers"] = nlohmann::json::array();
  for (const auto& layer : report.layers) {
    nlohmann::json part = {{"name", layer.name},
                           {"op", layer.op},
                           {"kernel", layer.kernel},
                           {"macs", layer.macs},
                           {"instructions_predicted", layer.instructions_predicted},
                           {"arena_live_bytes", layer.arena_live_bytes},
                           {"constant_bytes", layer.constant_bytes},
                           {"output_bytes", layer.output_bytes}};
    put_estimates(part, layer);
    json["layers"].push_back(std::move(part));
  }
  return json;
}

double battery_life_hours(double energy_uj, double inferences_per_hour, double sleep_ua, double battery_mah,
                          double voltage) {
  const double active_ma = energy_uj * 1e-6 * inferences_per_hour / 3600.0 / voltage * 1e3;  // average over the hour
  const double average_ma = active_ma + sleep_ua * 1e-3;
  return average_ma > 0 ? battery_mah / average_ma : std::numeric_limits<double>::infinity();
}

}  // namespace mote
