// See report_json.h.
#include "cli/report_json.h"

#include "base/version.h"

namespace mote::cli {
namespace {

nlohmann::json board_json(const Board& board) {
  nlohmann::json json = {
      {"name", board.name}, {"description", board.description}, {"sources", nlohmann::json::array()}};
  if (board.clock_hz > 0) json["clock_hz"] = board.clock_hz;
  if (!board.memory_source.empty()) json["sources"].push_back(board.memory_source);
  if (board.currents && !board.currents->source.empty()) json["sources"].push_back(board.currents->source);
  return json;
}

nlohmann::json memory_json(const Project& project) {
  nlohmann::json json = {{"buffers", nlohmann::json::array()}, {"steps", nlohmann::json::array()}};
  for (const ProjectBuffer& buffer : project.buffers) {
    json["buffers"].push_back({{"name", buffer.name},
                               {"kind", buffer.kind},
                               {"offset", buffer.offset},
                               {"bytes", buffer.bytes},
                               {"first", buffer.first},
                               {"last", buffer.last}});
  }
  for (const ProjectLayer& layer : project.layers) json["steps"].push_back(layer.name);
  return json;
}

}  // namespace

nlohmann::json report_json(const Project& project, const Board& board, const Report& report) {
  nlohmann::json json = to_json(report);  // flat; the page sorts it into sections
  json.erase("samples");                  // of the measurement, not of a test of accuracy
  json["board"] = board_json(board);
  json["memory"] = memory_json(project);
  json["provenance"] = {{"mote", version()}, {"target", report.target}};
  if (!board.target.emulator.program.empty()) json["provenance"]["emulator"] = board.target.emulator.program;
  return json;
}

}  // namespace mote::cli
