// `mote profile MODEL --board BOARD`: per layer instructions, estimated cycles, time, energy, RAM and flash.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "board/measure.h"
#include "cli/measured.h"
#include "cli/model_options.h"
#include "cli/report_json.h"
#include "cli/samples.h"
#include "cli/session.h"
#include "report/html_report.h"

namespace mote::cli {
namespace {

struct Options : ModelOptions {
  std::string json;
  std::string html;
  bool memory = false;
};

template <typename T>
std::string cell(const std::optional<T>& value, const char* pattern) {
  return value ? fmt::format(fmt::runtime(pattern), *value) : "-";
}

std::string layer_table(const Report& report) {
  std::string out =
      fmt::format("{:<28} {:<18} {:>10} {:>12} {:>8} {:>12} {:>9} {:>9} {:>9} {:>9}\n", "layer", "operator", "MACs",
                  "instructions", "per MAC", "cycles est.", "ms est.", "uJ est.", "RAM B", "flash B");
  for (const LayerReport& layer : report.layers) {
    std::string per_mac = "-";
    if (layer.instructions && layer.macs > 0)
      per_mac = fmt::format("{:.2f}", static_cast<double>(*layer.instructions) / static_cast<double>(layer.macs));
    out += fmt::format("{:<28} {:<18} {:>10} {:>12} {:>8} {:>12} {:>9} {:>9} {:>9} {:>9}\n", layer.name.substr(0, 28),
                       layer.op, layer.macs, cell(layer.instructions, "{}"), per_mac,
                       cell(layer.cycles_estimated, "{}"), cell(layer.latency_ms_estimated, "{:.3f}"),
                       cell(layer.energy_uj_estimated, "{:.2f}"), layer.arena_live_bytes, layer.constant_bytes);
  }
  return out;
}

Result<int> profile(const Options& options, const Session& session) {
  MOTE_TRY(const ProjectSource source, open_project(options));
  MOTE_TRY(const MeasureResult result,
           measure(source.project, source.board, random_samples(source.project.inputs, 1).data, build_options(session),
                   run_options(session)));
  const Report& report = result.report;
  session.say(layer_table(report));
  if (options.memory && source.compiled) session.say(draw_memory(source.compiled->plan));
  session.say(summary(report));
  if (!report.estimate_source.empty())
    session.say(fmt::format("Cycles are an estimate without wait states, from {}; energy from {}.",
                            report.estimate_source,
                            report.energy_source.empty() ? "nothing (no currents known)" : report.energy_source));
  for (const auto& [name, cycles] : report.wait_cycles_modes)
    session.say(fmt::format("Flash wait states add {} cycles ({:.0f} %): {}.", cycles,
                            100.0 * static_cast<double>(cycles) /
                                static_cast<double>(std::max<std::int64_t>(report.cycles_estimated.value_or(1), 1)),
                            name));
  if (!report.wait_source.empty()) session.say(fmt::format("Wait states are an estimate from {}.", report.wait_source));
  if (!options.json.empty()) MOTE_TRY_VOID(write_text(options.json, to_json(report).dump(1) + "\n"));
  if (!options.html.empty()) {
    MOTE_TRY(const std::string page, html_report(report_json(source.project, source.board, report)));
    MOTE_TRY_VOID(write_text(options.html, page));
  }
  return 0;
}

}  // namespace

void add_profile(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, session, "profile", "Measure every layer on a board's emulator",
                                  [options, &session] { return profile(*options, session); });
  options->add_to(*command, "A .tflite or .mir file, or a folder that `mote compile` wrote");
  command->add_option("--json", options->json, "Write the report as JSON");
  command->add_option("--html", options->html, "Write the report as one HTML page");
  command->add_flag("--memory", options->memory, "Draw the arena over time");
}

}  // namespace mote::cli
