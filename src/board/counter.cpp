// See counter.h.
#include "board/counter.h"

#include <fmt/format.h>

#include <array>
#include <sstream>

#include "base/files.h"

namespace mote {
namespace fs = std::filesystem;

Result<fs::path> find_counter() {
  std::error_code ec;
  if (const char* path = std::getenv("MOTE_PLUGIN"); path != nullptr && *path != '\0') {
    if (!fs::exists(path, ec)) return tool_failed("is not there, though MOTE_PLUGIN names it", path);
    return fs::path(path);
  }
  const fs::path program = fs::read_symlink("/proc/self/exe", ec);
  for (const fs::path& folder : {program.parent_path(), program.parent_path().parent_path()})
    if (fs::exists(folder / "mote_counter.so", ec)) return folder / "mote_counter.so";
  return tool_failed("is not next to the program; build the target mote_counter or set MOTE_PLUGIN", "mote_counter.so");
}

Result<std::string> counter_config(const Firmware& firmware, const ElfFile& elf) {
  std::string text = fmt::format("isa {}\n", firmware.board.target.cycles.instruction_set);
  for (const auto& [name, cycles] : firmware.board.target.cycles.cycles)
    text += fmt::format("cost {} {}\n", name, cycles);
  if (const auto& timing = firmware.board.flash_timing) {
    const MemoryRegion& flash = firmware.board.target.emulator.flash;
    for (const FlashTiming::Mode& mode : timing->modes)
      text +=
          fmt::format("flash {:x} {:x} {:x} {:x} {:x} {:x} {:x} {:x}\n", flash.address,
                      flash.address + static_cast<std::uint64_t>(flash.bytes), timing->wait_states, mode.width_bytes,
                      timing->line_bytes, timing->instruction_lines, timing->data_lines, mode.prefetch ? 1 : 0);
  }
  text += fmt::format("strict_alignment {}\n", firmware.board.target.target.has("unaligned") ? 0 : 1);
  const auto missing = [&](const std::string& name) {
    return bad_input(fmt::format("has no function \"{}\", which mote.json names; compile the model again", name),
                     firmware.project.model);
  };
  const auto range = [&](const char* key, const std::string& name) -> Result<void> {
    const Symbol* symbol = elf.find(name);
    if (symbol == nullptr) return missing(name);
    text += fmt::format("{} {:x} {:x}\n", key, symbol->address, symbol->address + symbol->bytes);
    return {};
  };
  MOTE_TRY_VOID(range("invoke", firmware.project.invoke));
  MOTE_TRY_VOID(range("main", "main"));
  // The compiler drops a layer that does nothing (a reshape in place); an odd address never runs, so that layer counts
  // zero.
  bool any = false;
  for (const auto& layer : firmware.project.layers) {
    const Symbol* symbol = elf.find(layer.symbol);
    any = any || symbol != nullptr;
    text += fmt::format("layer {:x}\n", symbol == nullptr ? 1 : symbol->address);
  }
  if (!any && !firmware.project.layers.empty()) return missing(firmware.project.layers.front().symbol);
  return text;
}

Result<Counts> read_counts(const fs::path& path, std::size_t layers) {
  MOTE_TRY(const std::string text, read_text(path));
  std::istringstream lines(text);
  Counts counts;
  std::int64_t calls = 0;
  std::string key;
  Count total;
  std::array<std::int64_t, 4> all_waits{};
  const auto per_sample = [&](Count sum) {
    const std::int64_t n = std::max<std::int64_t>(calls, 1);
    return Count{(sum.instructions + n / 2) / n, (sum.cycles + n / 2) / n, (sum.waits + n / 2) / n};
  };
  while (lines >> key) {
    Count count;
    if (key == "calls") {
      lines >> calls;
      continue;
    }
    if (!(lines >> count.instructions >> count.cycles)) break;
    if (key == "unaligned") {
      counts.unaligned =
          Unaligned{static_cast<std::uint64_t>(count.instructions), static_cast<std::uint64_t>(count.cycles)};
      continue;
    }
    if (key == "most") {
      counts.most = count;
      continue;
    }
    std::array<std::int64_t, 4> waits{};  // by mode of the flash
    for (std::int64_t& w : waits) lines >> w;
    if (!lines) break;
    count.waits = waits[0];
    total.waits += count.waits;
    for (std::size_t mode = 0; mode < waits.size(); ++mode) all_waits[mode] += waits[mode];
    total.instructions += count.instructions;
    total.cycles += count.cycles;
    if (key == "invoke") counts.invoke = per_sample(count);
    if (key == "layer") counts.layers.push_back(per_sample(count));
  }
  if (calls == 0 || counts.layers.size() != layers)
    return tool_failed("the counting plugin wrote no usable result", path.filename().string());
  counts.total = per_sample(total);
  for (const std::int64_t waits : all_waits) counts.waits.push_back(per_sample({0, 0, waits}).waits);
  return counts;
}

}  // namespace mote
