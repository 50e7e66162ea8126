// See board.h.
#include "board/board.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "board/emulator.h"
#include "board/fields.h"

namespace mote {
namespace fs = std::filesystem;
namespace {

fs::path boards_folder() { return mote_home() / "boards"; }

Result<fs::path> find_board(const std::string& name_or_path) {
  std::error_code ec;
  if (fs::path(name_or_path).extension() == ".toml") {
    if (fs::exists(name_or_path, ec)) return fs::path(name_or_path);
    return bad_input("there is no such board file", name_or_path);
  }
  const fs::path path = boards_folder() / (name_or_path + ".toml");
  const bool plain = !name_or_path.empty() && name_or_path.find_first_of("/\\") == std::string::npos;
  if (plain && fs::exists(path, ec)) return path;
  return bad_input(fmt::format("there is no such board; known are {}", fmt::join(list_boards(), ", ")), name_or_path);
}

MemoryRegion read_region(Fields fields, bool needs_name) {
  MemoryRegion region;
  region.name = needs_name ? fields.text("name") : "flash";
  region.bytes = fields.integer("bytes", 0, 0xffffffff);
  region.address = static_cast<std::uint64_t>(fields.integer_or("address", 0, 0xffffffff, 0));
  fields.reject_others();
  return region;
}

FlashTiming read_flash_timing(Fields fields) {
  FlashTiming timing;
  timing.wait_states = fields.integer("wait_states", 1, 100);
  timing.line_bytes = fields.integer("line_bytes", 1, 64);
  timing.instruction_lines = fields.integer("instruction_lines", 1, 64);
  timing.data_lines = fields.integer("data_lines", 1, 64);
  timing.source = fields.text("source");
  for (Fields& mode : fields.objects("modes")) {
    timing.modes.push_back({mode.text("name"), mode.integer("width_bytes", 1, 64), mode.flag_or("prefetch", false)});
    if (timing.modes.back().width_bytes > 0 && timing.line_bytes % timing.modes.back().width_bytes != 0)
      mode.fail("width_bytes", "must divide line_bytes");
    mode.reject_others();
  }
  if (timing.modes.empty() || timing.modes.size() > 4) fields.fail("modes", "must be one to four tables");
  fields.reject_others();
  return timing;
}

Currents read_currents(Fields fields) {
  Currents currents;
  currents.voltage = fields.number("voltage", 0.1, 60);
  currents.active_ma = fields.number("active_ma", 0.001, 100000);
  currents.sleep_ua = fields.number("sleep_ua", 0, 1e6);
  currents.source = fields.text("source");
  fields.reject_others();
  return currents;
}

}  // namespace

Result<Board> load_board(const std::string& name_or_path) {
  MOTE_TRY(const fs::path path, find_board(name_or_path));
  MOTE_TRY(const nlohmann::json json, read_toml(path));
  Fields fields(json, path.string());

  Board board;
  board.name = path.stem().string();
  board.description = fields.text("description");
  const std::string target = fields.text("target");
  board.clock_hz = fields.integer("clock_hz", 0, 10'000'000'000);
  board.flash = read_region(fields.object("flash"), false);
  for (auto& region : fields.objects("ram")) board.ram.push_back(read_region(region, true));
  if (fields.has("flash_timing")) board.flash_timing = read_flash_timing(fields.object("flash_timing"));
  board.memory_source = fields.text("memory_source");
  if (fields.has("currents")) board.currents = read_currents(fields.object("currents"));
  board.deploy = fields.texts_or_empty("deploy");
  std::optional<Emulator> emulator;
  if (fields.has("emulator")) emulator = read_emulator(fields.object("emulator"));
  fields.reject_others();
  if (board.ram.empty()) fields.fail("ram", "needs at least one region");
  MOTE_TRY_VOID(fields.finish());

  auto file = load_target_file(target);
  if (!file) return std::move(file).error().at(path.string());
  board.target = *std::move(file);
  if (emulator) board.target.emulator = *emulator;
  const Emulator& used = board.target.emulator;
  if (!used.program.empty() && (board.flash.bytes > used.flash.bytes || board.ram_bytes() > used.ram.bytes))
    return bad_input(fmt::format("its memory (flash {}, RAM {}) is larger than the emulator's ({}, {})",
                                 board.flash.bytes, board.ram_bytes(), used.flash.bytes, used.ram.bytes),
                     path.string());
  return board;
}

std::vector<std::string> list_boards() {
  std::vector<std::string> names;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(boards_folder(), ec))
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace mote
