// Import of TensorFlow Lite models. Where it stands: the first arrow of the house, file -> Graph.
// Format: the public TFLite schema, version 3 (tflite.fbs). Survives any bytes.
#pragma once

#include <span>
#include <string_view>

#include "ir/graph.h"

namespace mote {

/// The file's main graph, verified, batch as stated in the file. `name` becomes the graph's name as an identifier.
/// Paddings are resolved, constants that only carry attributes are gone, nodes have short names made from the layers'.
/// BadInput: not a model, damaged, or contradicting itself. Unsupported: one line that names every operator Mote lacks.
Result<Graph> import_tflite(std::span<const std::uint8_t> bytes, std::string_view name);

}  // namespace mote
