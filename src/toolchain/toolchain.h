// The way through the house for one model: file -> import -> passes -> plan -> emit. The subcommands share it, and the
// search measures its front with it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "board/board.h"
#include "board/project.h"
#include "passes/stream.h"
#include "plan/plan.h"

namespace mote {

/// What to compile, for which board, and how.
struct CompileOptions {
  std::string model;
  std::string board;
  std::string optimize = "balanced";  ///< or "size", "speed", "ram"
  std::int64_t max_flash = 0;
  std::int64_t max_ram = 0;
  std::int64_t max_cycles = 0;
  std::vector<std::string> disabled;  ///< names of passes and kernels
  std::string stop_after;             ///< name of a pass; compile only
  std::string dump_dir;
  std::int32_t stream = 0;  ///< new frames a step; 0: the model as it is
};

/// A model compiled in memory.
struct Compiled {
  Board board;
  Graph imported;  ///< as the file has it: the reference
  Graph graph;     ///< after the passes
  Plan plan;
  std::optional<passes::StreamReport> streaming;  ///< with --stream; `imported` is the window model then
};

/// Imports and runs the passes (up to stop_after); the plan stays empty.
Result<Compiled> optimise_model(const CompileOptions& options);

/// Imports, optimises and plans.
Result<Compiled> compile_model(const CompileOptions& options);

/// Emits a compiled model into a new folder; appears whole or not at all.
Result<void> write_project(const Compiled& compiled, const CompileOptions& options,
                           const std::filesystem::path& folder);

/// What --stream made of a model, for people.
std::string streaming_text(const passes::StreamReport& report);

/// A folder that `mote compile` wrote, or a model file compiled into a temporary folder that lives as long as this.
struct ProjectSource {
  std::optional<TemporaryFolder> temporary;
  Project project;
  Board board;
  std::optional<Compiled> compiled;  ///< absent if the user gave a folder
};
Result<ProjectSource> open_project(const CompileOptions& options);

}  // namespace mote
