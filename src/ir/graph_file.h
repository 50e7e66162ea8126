// A Graph on disk: `x.mir` (text.h) and, if it has large constants, `x.npz` beside it.
// Where it stands: file input and output of the IR; used by `mote` for `.mir` models, by `--dump-dir` and by golden
// tests.
#pragma once

#include <filesystem>

#include "ir/text.h"

namespace mote {

/// Writes `path` and its sidecar (`path` with extension .npz); a sidecar left from before is removed if there is none
/// now.
Result<void> save_graph(const Graph& graph, const std::filesystem::path& path);

/// Reads what save_graph wrote. A missing sidecar is an error only if the text refers to it.
Result<Graph> load_graph(const std::filesystem::path& path, OpLookup find_op);

}  // namespace mote
