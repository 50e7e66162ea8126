// Import of a model file of any format that Mote reads. Where it stands: what the command line calls.
#pragma once

#include <filesystem>

#include "ir/graph.h"

namespace mote {

/// By the extension: .tflite, or .mir (with its sidecar .npz if it has one). The graph is verified.
/// Errors name the file. Io: it cannot be read. Unsupported: another format, or operators that Mote lacks.
Result<Graph> import_file(const std::filesystem::path& path);

}  // namespace mote
