// See measured.h.
#include "cli/measured.h"

#include <fmt/format.h>

namespace mote::cli {

BuildOptions build_options(const Session& session) {
  BuildOptions options;
  if (session.verbose) options.log = [&session](const std::string& line) { session.detail(line); };
  return options;
}

RunOptions run_options(const Session& session) {
  RunOptions options;
  if (session.verbose) options.log = [&session](const std::string& line) { session.detail(line); };
  return options;
}

std::string summary(const Report& report) {
  std::string out = fmt::format("{} on {}: {} MACs", report.model, report.board, report.macs);
  if (report.instructions) out += fmt::format(", {} instructions", *report.instructions);
  if (report.cycles_estimated) out += fmt::format(", {} cycles (estimate)", *report.cycles_estimated);
  if (report.latency_ms_estimated) out += fmt::format(", {:.3f} ms (estimate)", *report.latency_ms_estimated);
  if (report.energy_uj_estimated) out += fmt::format(", {:.1f} uJ (estimate)", *report.energy_uj_estimated);
  out += fmt::format("\nRAM {} bytes (arena {}", report.ram_bytes, report.arena_bytes);
  if (report.stack_bytes) out += fmt::format(", stack {}", *report.stack_bytes);
  out += fmt::format("), flash {} bytes (code {}, constants {})", report.flash_bytes, report.code_bytes,
                     report.constant_bytes);
  return out;
}

}  // namespace mote::cli
