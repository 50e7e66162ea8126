// Compiles an emitted folder with Mote's runtime into a firmware (host: a program) that reads samples and writes
// outputs. Where it stands: board, first step of measure. Objects and firmwares are kept in a cache keyed by the
// content of everything that goes into them, so nothing is compiled twice and nothing stale is used.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/result.h"
#include "board/board.h"
#include "board/project.h"

namespace mote {

struct BuildOptions {
  bool trace = false;           ///< compile with MOTE_TRACE_LAYERS: a run brings back every layer's output
  std::filesystem::path cache;  ///< empty: $MOTE_CACHE, else $XDG_CACHE_HOME/mote, else ~/.cache/mote
  int jobs = 0;                 ///< compilers at once; 0: as many as processors
  std::function<void(const std::string&)>
      log;  ///< every command and what tools printed (the command line's -v); may be empty
};

struct Firmware {
  Board board;
  Project project;
  std::filesystem::path elf;
  bool trace = false;
};

/// Compiles and links. Errors: Unsupported when the folder was written for a target whose kernels this board cannot
/// run; ToolFailed with the tool's first error line; DoesNotFit with the bytes over and the largest contributors.
Result<Firmware> build(const Project& project, const Board& board, const BuildOptions& options = {});

/// The same firmware around a model that does nothing; what `build` gives beyond it is the model's.
Result<Firmware> build_empty(const Board& board, const BuildOptions& options = {});

/// The folder that BuildOptions::cache stands for.
std::filesystem::path cache_folder(const BuildOptions& options);

}  // namespace mote
