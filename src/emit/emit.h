// Plan -> folder of C. Where it stands: after plan, before board; it decides nothing, it only writes.
// docs/project_folder.md describes what comes out; tests compile it with gcc and clang under every warning.
#pragma once

#include "base/files.h"
#include "ir/plan.h"
#include "ir/target.h"

namespace mote {

struct EmitOptions {
  std::string board;                ///< the board's name, for mote.json and the README
  std::string source_name;          ///< the model file's name, for the comment on top
  std::vector<std::string> cflags;  ///< extra compiler flags of the target that the kernels want, for mote.json
};

/// Writes the project into `folder` (the caller commits it). Io if a kernel's source is not where Mote's home should
/// have it.
Result<void> emit(const Plan& plan, const Target& target, const EmitOptions& options, FolderWriter& folder);

/// Parts of the project, each a file's text; `emit` writes them all.
std::string emit_header(const Plan& plan, const EmitOptions& options);
std::string emit_source(const Plan& plan, const EmitOptions& options);
std::string emit_weights_header(const Plan& plan);
std::string emit_weights(const Plan& plan, const EmitOptions& options);
std::string emit_cmake(const Plan& plan, const std::vector<std::string>& sources);
std::string emit_readme(const Plan& plan, const EmitOptions& options);
std::string emit_json(const Plan& plan, const EmitOptions& options, const std::vector<std::string>& sources);

/// "mote_kws": prefix of every public symbol.
std::string symbol_prefix(const Plan& plan);
/// "mote_kws_layer_03_conv2d_1": the function of one step.
std::string layer_symbol(const Plan& plan, std::size_t step);
/// The comment on top of every emitted file: Mote's version, the model's file name and hash, the target.
std::string banner(const Plan& plan, const EmitOptions& options, std::string_view what);

}  // namespace mote
