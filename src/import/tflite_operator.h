// Operators of a .tflite file as nodes of the IR: which ones there are, their options as attributes.
// Where it stands: inside src/import, between tflite_tensor.h and tflite.h.
#pragma once

#include <optional>

#include "import/tflite_file.h"
#include "ir/graph.h"

namespace mote {

/// The operator of Mote that a TFLite operator becomes; null if there is none.
const OpDef* tflite_op(schema::BuiltinOperator code);

/// Why the operator cannot be imported, from its code and options alone: "is not supported yet",
/// "with the fused activation TANH is not supported". Nothing if it can be.
std::optional<std::string> unsupported_reason(const TfliteFile& file, const schema::Operator& op);

/// The layer's name for people, not yet unique.
std::string tflite_layer_name(const TfliteFile& file, const schema::Operator& op);

/// Unsupported, in one line that names every operator that stands in the way, if there is any.
Result<void> check_support(const TfliteFile& file);

/// Fills a node's op, inputs, outputs and attributes. `graph` holds the tensors; `ids` maps the file's tensor numbers
/// to the graph's. The operator has passed unsupported_reason. Inputs that only carry attributes (a shape, a
/// permutation, paddings) are read from their constants and dropped.
Result<Node> read_operator(const TfliteFile& file, const schema::Operator& op, const Graph& graph,
                           const std::vector<TensorId>& ids);

}  // namespace mote
