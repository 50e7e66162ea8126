// See training_page.h.
#ifdef MOTE_HAVE_TRAIN
#include "cli/training_page.h"

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/version.h"
#include "cli/compress_costs.h"
#include "import/import.h"
#include "report/html_report.h"
#include "train/recipe.h"

namespace mote::cli {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

/// By the planner, without building: constants for flash, the arena for RAM.
Json costs_json(const Graph& graph, const Board& board) {
  const Costs costs = estimate_costs(graph, board);
  Json json = {{"board", board.name}, {"macs", costs.macs}};
  if (costs.constant_bytes) json["constant_bytes_estimated"] = *costs.constant_bytes;
  if (costs.arena_bytes) json["arena_bytes_estimated"] = *costs.arena_bytes;
  if (costs.instructions) json["instructions_estimated"] = *costs.instructions;
  if (board.flash.bytes > 0) json["flash_bytes"] = board.flash.bytes;
  if (board.ram_bytes() > 0) json["ram_bytes"] = board.ram_bytes();
  return json;
}

}  // namespace

Result<void> write_training_page(const fs::path& folder, const fs::path& page) {
  MOTE_TRY(Json report, evaluation_report(folder));
  MOTE_TRY(const Recipe recipe, read_recipe(folder / "project.toml"));
  std::error_code ec;
  const bool quantised = fs::exists(folder / "model_int8.mir", ec);
  MOTE_TRY(const Graph graph, import_file(folder / (quantised ? "model_int8.mir" : "model_float.mir")));
  for (const std::string& name : recipe.boards) {
    MOTE_TRY(const Board board, load_board(name));
    report["costs"].push_back(costs_json(graph, board));
  }
  report["performance"]["macs"] = estimate_costs(graph, Board{}).macs;
  report["provenance"] = {{"mote", version()}, {"project", recipe.name}};
  if (!recipe.description.empty()) report["provenance"]["description"] = recipe.description;
  MOTE_TRY(const std::string text, html_report(report));
  return write_text(page, text);
}

}  // namespace mote::cli

#endif
