// What a model file holds, told without running it: for `mote inspect`, also for models that cannot be imported.
// Where it stands: beside tflite.h; plain data in, plain data out.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.h"

namespace mote {

struct TensorSummary {
  std::string name;
  std::string type;                 ///< "i8", or the format's own name where Mote has none
  std::vector<std::int32_t> shape;  ///< as in the file; may hold -1 or 0 where the import would refuse it
  Quantization quant;               ///< as in the file
  bool constant = false;
  std::int64_t data_bytes = 0;  ///< of a constant
};

struct OperatorSummary {
  std::string name;         ///< the layer's, unique
  std::string op;           ///< Mote's name; the format's own where Mote has no such operator
  std::vector<int> inputs;  ///< into ModelSummary::tensors; -1: absent
  std::vector<int> outputs;
  std::int64_t macs = 0;        ///< multiply-accumulates of one run; 0 also where unknown (see ModelSummary::problem)
  std::int64_t parameters = 0;  ///< elements of the weights and biases that no earlier operator has
  std::int64_t parameter_bytes = 0;  ///< their bytes in the file
  std::string unsupported;           ///< why Mote cannot take it; empty: it can
};

struct ModelSummary {
  std::string format;  ///< "TFLite", "Mote text form"
  std::string name;
  std::string description;  ///< what the file says of itself
  std::vector<TensorSummary> tensors;
  std::vector<OperatorSummary> operators;
  std::vector<int> inputs;
  std::vector<int> outputs;
  std::string problem;  ///< why the model cannot be imported, in one line; empty: it can, and MACs are known
};

/// Of a graph that was imported.
ModelSummary summarize(const Graph& graph);

/// Of a .tflite file, whether or not Mote has its operators. `problem` is what import_tflite says. BadInput or
/// Unsupported only if the file is damaged, or of a version whose operators cannot even be listed.
Result<ModelSummary> summarize_tflite(std::span<const std::uint8_t> bytes, std::string_view name);

/// The sums over all operators.
std::int64_t total_macs(const ModelSummary& summary);
std::int64_t total_parameters(const ModelSummary& summary);
std::int64_t total_parameter_bytes(const ModelSummary& summary);

}  // namespace mote
