// See tools.h. The formats are those of GNU binutils and GCC, which every target uses.
#include "board/tools.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <sstream>
#include <vector>

namespace mote {
namespace {

std::string how_it_ended(const ProcessEnd& end) {
  if (end.timed_out) return fmt::format("did not end within {:.0f} s", end.seconds);
  if (end.signal != 0) return fmt::format("was stopped by signal {} ({})", end.signal, ::strsignal(end.signal));
  return fmt::format("failed with status {}", end.exit_code);
}

/// The number in "region `FLASH' overflowed by 123 bytes" for the region, or -1.
std::int64_t overflow_bytes(const std::string& text, const std::string& region) {
  const std::string key = fmt::format("region `{}' overflowed by ", region);
  const std::size_t at = text.find(key);
  if (at == std::string::npos) return -1;
  std::int64_t bytes = 0;
  for (std::size_t i = at + key.size(); i < text.size() && text[i] >= '0' && text[i] <= '9' && bytes < INT32_MAX; ++i)
    bytes = bytes * 10 + (text[i] - '0');
  return bytes;
}

/// "name 8000, other 4000": the three largest.
template <typename Item>
std::string largest(std::vector<Item> items, std::int64_t Item::*bytes) {
  std::stable_sort(items.begin(), items.end(), [&](const Item& a, const Item& b) { return a.*bytes > b.*bytes; });
  std::vector<std::string> parts;
  for (const auto& item : items)
    if (item.*bytes > 0 && parts.size() < 3) parts.push_back(fmt::format("{} {}", item.name, item.*bytes));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string blame_ram(const Project& project) {
  std::string text = fmt::format("arena {} bytes", project.arena_bytes);
  const std::string buffers = largest(project.buffers, &ProjectBuffer::bytes);
  if (!buffers.empty()) text += "; largest tensors: " + buffers;
  const auto fullest = std::max_element(
      project.layers.begin(), project.layers.end(),
      [](const ProjectLayer& a, const ProjectLayer& b) { return a.arena_live_bytes < b.arena_live_bytes; });
  if (fullest != project.layers.end()) text += "; fullest at layer " + fullest->name;
  return text;
}

}  // namespace

std::string telling_line(const std::string& output) {
  std::istringstream lines(output);
  std::string first;
  std::string line;
  while (std::getline(lines, line)) {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.pop_back();
    if (line.find("error:") != std::string::npos || line.find("undefined reference") != std::string::npos ||
        line.find("Error:") != std::string::npos)
      return line;
    if (first.empty()) first = line;
  }
  return first;
}

Error compile_error(const std::string& source, const ProcessEnd& end) {
  const std::string line = telling_line(end.err);
  return tool_failed(
      fmt::format("the compiler {}{}{}; -v shows all of its output", how_it_ended(end), line.empty() ? "" : ": ", line),
      source);
}

Error link_error(const ProcessEnd& end, const Project* project, const Board& board) {
  const std::string model = project == nullptr ? "the empty firmware" : project->model;
  const std::int64_t flash = overflow_bytes(end.err, "FLASH");
  const std::int64_t ram = overflow_bytes(end.err, "RAM");
  std::vector<std::string> parts;
  if (flash >= 0) {
    std::string part =
        fmt::format("code and constants are {} bytes over the {} bytes of flash", flash, board.flash.bytes);
    const std::string layers = project == nullptr ? "" : largest(project->layers, &ProjectLayer::constant_bytes);
    if (!layers.empty()) part += " (largest constants: " + layers + ")";
    parts.push_back(part);
  }
  if (ram >= 0) {
    std::string part = fmt::format("data and stack are {} bytes over the {} bytes of RAM", ram, board.ram_bytes());
    if (project != nullptr) part += " (" + blame_ram(*project) + ")";
    parts.push_back(part);
  }
  if (!parts.empty())
    return does_not_fit(fmt::format("{}", fmt::join(parts, "; ")), fmt::format("{} on {}", model, board.name));
  const std::string line = telling_line(end.err);
  return tool_failed(
      fmt::format("the linker {}{}{}; -v shows all of its output", how_it_ended(end), line.empty() ? "" : ": ", line),
      model);
}

}  // namespace mote
