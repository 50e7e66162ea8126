// See target.h. Emulator regions and flags are data; the only knowledge here is which fields exist.
#include "board/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/files.h"
#include "board/emulator.h"
#include "board/fields.h"

namespace mote {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLongestChain = 8;

fs::path target_path(const std::string& name) { return mote_home() / "device" / name / "target.toml"; }

Error unknown_target(const std::string& name) {
  return bad_input(fmt::format("there is no such target; known are {}", fmt::join(list_targets(), ", ")), name);
}

/// Follows falls_back_to from `first`; also collects the .c files of each folder, each name once.
Result<void> follow_chain(const std::string& first, const std::string& next, Target& target) {
  target.folders = {first};
  std::string name = next;
  while (!name.empty()) {
    if (std::find(target.folders.begin(), target.folders.end(), name) != target.folders.end() ||
        target.folders.size() >= kLongestChain)
      return bad_input("falls_back_to runs in a circle", target_path(first).string());
    std::error_code ec;
    if (!fs::exists(target_path(name), ec))
      return bad_input(fmt::format("falls back to \"{}\", which is no target", name),
                       target_path(target.folders.back()).string());
    MOTE_TRY(const nlohmann::json json, read_toml(target_path(name)));
    target.folders.push_back(name);
    Fields fields(json, target_path(name).string());
    name = fields.text_or("falls_back_to", "");
    MOTE_TRY_VOID(fields.finish());
  }
  std::set<std::string> sources;
  for (const auto& folder : target.folders) {
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(mote_home() / "device" / folder, ec))
      if (entry.path().extension() == ".c") sources.insert(entry.path().filename().string());
  }
  target.sources.assign(sources.begin(), sources.end());
  return {};
}

}  // namespace

Emulator read_emulator(Fields fields) {
  Emulator emulator;
  emulator.program = fields.text("program");
  emulator.arguments = fields.texts_or_empty("arguments");
  emulator.flash = {"flash", 0, 0};
  emulator.ram = {"ram", 0, 0};
  constexpr std::int64_t kHighest = 0xffffffff;
  emulator.flash.address = static_cast<std::uint64_t>(fields.integer("flash_address", 0, kHighest));
  emulator.flash.bytes = fields.integer("flash_bytes", 1024, kHighest);
  emulator.ram.address = static_cast<std::uint64_t>(fields.integer("ram_address", 0, kHighest));
  emulator.ram.bytes = fields.integer("ram_bytes", 1024, kHighest);
  emulator.counts = fields.flag_or("counts", true);
  fields.reject_others();
  return emulator;
}

Result<TargetFile> load_target_file(const std::string& name) {
  std::error_code ec;
  const bool plain = !name.empty() && name.find_first_of("/\\.") == std::string::npos;
  if (!plain || !fs::exists(target_path(name), ec)) return unknown_target(name);
  const std::string where = target_path(name).string();
  MOTE_TRY(const nlohmann::json json, read_toml(target_path(name)));

  TargetFile file;
  Fields fields(json, where);
  file.target.name = name;
  file.description = fields.text("description");
  const std::string falls_back_to = fields.text_or("falls_back_to", "");
  file.target.features = fields.texts_or_empty("features");
  file.target.alignment = static_cast<std::int32_t>(fields.integer("alignment", 1, 64));
  file.compiler = fields.text("compiler");
  file.cflags = fields.texts_or_empty("cflags");
  file.runtime_cflags = fields.texts_or_empty("runtime_cflags");
  file.link_flags = fields.texts_or_empty("link_flags");
  file.libraries = fields.texts_or_empty("libraries");
  file.runtime = fields.texts_or_empty("runtime");
  file.link_script = fields.text_or("link_script", "");
  if (fields.has("emulator")) file.emulator = read_emulator(fields.object("emulator"));
  if (fields.has("cycles")) {
    Fields cycles = fields.object("cycles");
    file.cycles.source = cycles.text("source");
    file.cycles.instruction_set = cycles.text("instruction_set");
    file.cycles.cycles = cycles.all_integers(0, 1000);
    cycles.reject_others();
  }
  fields.reject_others();
  MOTE_TRY_VOID(fields.finish());
  MOTE_TRY_VOID(follow_chain(name, falls_back_to, file.target));
  return file;
}

Result<Target> load_target(const std::string& name) {
  MOTE_TRY(TargetFile file, load_target_file(name));
  return std::move(file.target);
}

std::vector<std::string> list_targets() {
  std::vector<std::string> names;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(mote_home() / "device", ec))
    if (fs::exists(entry.path() / "target.toml", ec)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace mote
