// One table: flat key -> section and key there. Where it stands: report.
#include "report/sections.h"

#include <array>
#include <string>

namespace mote {
namespace {

using nlohmann::json;

struct Move {
  const char* flat;
  const char* section;
  const char* key;
};
constexpr std::array<Move, 15> kMoves = {{
    {"arena_bytes", "memory", "arena_bytes"},
    {"state_bytes", "memory", "state_bytes"},
    {"stack_bytes", "memory", "stack_bytes"},
    {"ram_bytes", "memory", "ram_bytes"},
    {"flash_bytes", "memory", "flash_bytes"},
    {"buffers", "memory", "buffers"},
    {"macs", "performance", "macs"},
    {"instructions", "performance", "instructions"},
    {"cycles_estimated", "performance", "cycles_estimated"},
    {"latency_ms_estimated", "performance", "latency_ms_estimated"},
    {"energy_uj_estimated", "performance", "energy_uj_estimated"},
    {"estimate_source", "performance", "source"},
    {"energy_source", "performance", "energy_source"},
    {"bit_exact", "accuracy", "bit_exact"},
    {"samples", "accuracy", "samples"},
}};

void drop_nulls(json& value) {
  if (value.is_object()) {
    for (auto entry = value.begin(); entry != value.end();) entry = entry->is_null() ? value.erase(entry) : ++entry;
  }
  if (value.is_structured()) {
    for (json& part : value) drop_nulls(part);
  }
}

}  // namespace

json with_sections(json report) {
  if (!report.is_object()) return report;
  drop_nulls(report);
  for (const Move& move : kMoves) {
    const auto found = report.find(move.flat);
    if (found == report.end()) continue;
    json& section = report[move.section];
    if (section.is_null()) section = json::object();
    if (section.is_object() && !section.contains(move.key)) section[move.key] = report[move.flat];
    report.erase(move.flat);
  }
  if (report.contains("model_hash") && report.contains("model") && report["model"].is_string()) {
    report["model"] = {{"name", report["model"]}, {"hash", report["model_hash"]}};
  }
  return report;
}

}  // namespace mote
