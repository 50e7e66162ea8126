// See emit.h. This file gathers: which device files are needed, and in which folder of the target's chain each is
// found.
#include "emit/emit.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/version.h"
#include "emit/layer.h"

namespace mote {
namespace fs = std::filesystem;
namespace {

/// The most specific version of a device file for this target.
Result<fs::path> find_device_file(const Target& target, const std::string& file) {
  for (const std::string& folder : target.folders) {
    const fs::path path = mote_home() / "device" / folder / file;
    std::error_code ec;
    if (fs::is_regular_file(path, ec)) return path;
  }
  return io_error(fmt::format("device file not found for target {}; is $MOTE_HOME set to Mote's folder?", target.name),
                  file);
}

/// Names in #include "..." lines.
std::vector<std::string> local_includes(const std::string& text) {
  constexpr std::string_view kInclude = "#include \"";
  std::vector<std::string> names;
  for (std::size_t at = text.find(kInclude); at != std::string::npos; at = text.find(kInclude, at + 1)) {
    const std::size_t begin = at + kInclude.size();
    names.push_back(text.substr(begin, text.find('"', begin) - begin));
  }
  return names;
}

/// Copies the kernels' files and, transitively, the headers that they include, to kernels/.
Result<void> copy_kernels(const Plan& plan, const Target& target, FolderWriter& folder) {
  std::vector<std::string> todo;
  for (const Step& step : plan.steps) {
    for (std::string& header : step_headers(step)) todo.push_back(std::move(header));
    todo.insert(todo.end(), step.sources.begin(), step.sources.end());
  }
  std::set<std::string> done;
  while (!todo.empty()) {
    const std::string file = std::move(todo.back());
    todo.pop_back();
    if (!done.insert(file).second) continue;
    MOTE_TRY(const fs::path path, find_device_file(target, file));
    MOTE_TRY(const std::string text, read_text(path));
    for (std::string& name : local_includes(text)) todo.push_back(std::move(name));
    MOTE_TRY_VOID(folder.add(fs::path("kernels") / file, text));
  }
  return {};
}

/// The C files of the project, in a fixed order.
std::vector<std::string> source_files(const Plan& plan) {
  std::set<std::string> kernels;
  for (const Step& step : plan.steps)
    for (const std::string& source : step.sources) kernels.insert("kernels/" + source);
  std::vector<std::string> sources = {symbol_prefix(plan) + ".c", symbol_prefix(plan) + "_weights.c"};
  sources.insert(sources.end(), kernels.begin(), kernels.end());
  return sources;
}

}  // namespace

std::string symbol_prefix(const Plan& plan) { return "mote_" + plan.model; }

std::string layer_symbol(const Plan& plan, std::size_t step) {
  return fmt::format("{}_layer_{:02}_{}", symbol_prefix(plan), step, plan.steps[step].name);
}

std::string banner(const Plan& plan, const EmitOptions& options, std::string_view what) {
  return fmt::format("/* {}\n * Written by mote {} from {} (SHA-256 {:.16}) for {}. Do not edit. */\n", what, version(),
                     options.source_name, plan.model_hash, plan.target);
}

Result<void> emit(const Plan& plan, const Target& target, const EmitOptions& options, FolderWriter& folder) {
  const std::vector<std::string> sources = source_files(plan);
  const std::string name = symbol_prefix(plan);
  MOTE_TRY_VOID(copy_kernels(plan, target, folder));
  MOTE_TRY_VOID(folder.add(name + ".h", emit_header(plan, options)));
  MOTE_TRY_VOID(folder.add(name + ".c", emit_source(plan, options)));
  MOTE_TRY_VOID(folder.add(name + "_weights.h", emit_weights_header(plan)));
  MOTE_TRY_VOID(folder.add(name + "_weights.c", emit_weights(plan, options)));
  MOTE_TRY_VOID(folder.add("CMakeLists.txt", emit_cmake(plan, sources)));
  MOTE_TRY_VOID(folder.add("README.md", emit_readme(plan, options)));
  return folder.add("mote.json", emit_json(plan, options, sources));
}

}  // namespace mote
