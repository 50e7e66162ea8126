// The folder that `mote compile` writes, as its mote.json describes it (docs/project_folder.md).
// Where it stands: board; the only reader of mote.json on the way from an emitted folder to a Report.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace mote {

/// One input or output of the model in the emitted code.
struct ProjectPort {
  std::string name;
  std::string function;  ///< C function that returns its address
  std::string type;      ///< "i8", "u8", "i16", "i32", "i64", "f32", "bool"
  std::vector<std::int64_t> shape;
  std::int64_t bytes = 0;     ///< of one sample
  std::vector<double> scale;  ///< empty: not quantised
  std::vector<std::int64_t> zero_point;
};

struct ProjectLayer {
  std::string name;
  std::string op;
  std::string kernel;
  std::string symbol;  ///< C function, found in the symbol table by the counting plugin
  std::int64_t macs = 0;
  std::int64_t instructions_estimated = 0;
  std::int64_t arena_live_bytes = 0;
  std::int64_t constant_bytes = 0;
  std::int64_t output_bytes = 0;
};

struct ProjectBuffer {
  std::string name;
  std::string kind;
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
};

struct Project {
  std::filesystem::path folder;
  std::string model;
  std::string model_hash;
  std::string board;
  std::string target;
  std::string header;
  std::vector<std::string> sources;       ///< relative to folder
  std::vector<std::string> include_dirs;  ///< relative to folder
  std::vector<std::string> cflags;
  std::int64_t arena_bytes = 0;
  std::int64_t constant_bytes = 0;
  std::vector<ProjectPort> inputs;
  std::vector<ProjectPort> outputs;
  std::string invoke;
  std::string reset;
  bool stateful = false;
  std::vector<ProjectLayer> layers;
  std::vector<ProjectBuffer> buffers;
};

/// Reads folder/mote.json. BadInput naming file and field; names of functions are checked to be C identifiers and paths
/// to stay inside the folder, since both end in generated code and command lines.
Result<Project> load_project(const std::filesystem::path& folder);

}  // namespace mote
