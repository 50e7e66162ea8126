// See import.h.
#include "import/import.h"

#include <fmt/format.h>

#include "import/tflite.h"
#include "ir/graph_file.h"
#include "ops/ops.h"

namespace mote {

Result<Graph> import_file(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  if (extension == ".mir") return load_graph(path, ops::find);
  if (extension == ".onnx") return unsupported("ONNX models are not read yet; convert it to .tflite", path.string());
  if (extension != ".tflite")
    return unsupported(fmt::format("models end in .tflite or .mir, not in \"{}\"", extension), path.string());
  MOTE_TRY(const Bytes bytes, read_file(path));
  auto graph = import_tflite(bytes, path.stem().string());
  if (!graph) return std::move(graph).error().at(path.string());
  return graph;
}

}  // namespace mote
