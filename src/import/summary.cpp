// See summary.h.
#include "import/summary.h"

#include <algorithm>

#include "import/layer_name.h"
#include "import/tflite.h"
#include "import/tflite_operator.h"
#include "import/tflite_tensor.h"
#include "ir/op_def.h"

namespace mote {
namespace {

/// Weights and biases: what was learned. Shapes, permutations and paddings are constants without a quantisation.
bool is_parameter(const TensorSummary& tensor) {
  return tensor.constant && (tensor.type == "f32" || !tensor.quant.empty());
}

/// Counts every parameter with the first operator that reads it.
void count_parameters(ModelSummary& summary) {
  std::vector<bool> counted(summary.tensors.size(), false);
  for (OperatorSummary& op : summary.operators)
    for (const int id : op.inputs) {
      if (id < 0 || counted[static_cast<std::size_t>(id)]) continue;
      counted[static_cast<std::size_t>(id)] = true;
      const TensorSummary& tensor = summary.tensors[static_cast<std::size_t>(id)];
      if (!is_parameter(tensor)) continue;
      op.parameters += element_count(tensor.shape);
      op.parameter_bytes += tensor.data_bytes;
    }
}

template <typename Field>
std::int64_t total(const ModelSummary& summary, Field field) {
  std::int64_t sum = 0;
  for (const OperatorSummary& op : summary.operators)  // hostile files reach the limit; it is enough to say so
    sum = op.*field > INT64_MAX - sum ? INT64_MAX : sum + op.*field;
  return sum;
}

/// A tensor that the import would refuse, as far as the file tells; one that it takes, as it takes it.
TensorSummary summarize_tensor(const TfliteFile& file, TfliteTensorReader& reader, std::size_t index) {
  TensorSummary out;
  const schema::Tensor& from = file.tensor(index);
  out.name = file.tensor_name(index);
  out.data_bytes = static_cast<std::int64_t>(file.data(from).size());
  out.constant = out.data_bytes != 0;
  if (const auto tensor = reader.read(index); tensor.ok()) {
    out.type = dtype_name(tensor->type);
    out.shape = tensor->shape;
    out.quant = tensor->quant;
    return out;
  }
  const auto shape = TfliteFile::ints(from.shape());
  out.shape.assign(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(shape.size(), 8)));
  out.type = tflite_type_name(from.type());
  if (from.is_variable()) out.type += " variable";
  if (from.sparsity() != nullptr) out.type += " sparse";
  return out;
}

}  // namespace

std::int64_t total_macs(const ModelSummary& summary) { return total(summary, &OperatorSummary::macs); }
std::int64_t total_parameters(const ModelSummary& summary) { return total(summary, &OperatorSummary::parameters); }
std::int64_t total_parameter_bytes(const ModelSummary& summary) {
  return total(summary, &OperatorSummary::parameter_bytes);
}

ModelSummary summarize(const Graph& graph) {
  ModelSummary summary;
  summary.format = "Mote text form";
  summary.name = graph.name;
  summary.inputs.assign(graph.inputs.begin(), graph.inputs.end());
  summary.outputs.assign(graph.outputs.begin(), graph.outputs.end());
  for (const Tensor& tensor : graph.tensors)
    summary.tensors.push_back({.name = tensor.name,
                               .type = std::string(dtype_name(tensor.type)),
                               .shape = tensor.shape,
                               .quant = tensor.quant,
                               .constant = tensor.is_constant(),
                               .data_bytes = tensor.is_constant() ? tensor.bytes() : 0});
  for (const Node& node : graph.nodes) {
    OperatorSummary op{
        .name = node.name, .op = std::string(node.op->name), .inputs = {}, .outputs = {}, .unsupported = {}};
    op.inputs.assign(node.inputs.begin(), node.inputs.end());
    op.outputs.assign(node.outputs.begin(), node.outputs.end());
    op.macs = node.op->macs == nullptr ? 0 : node.op->macs(graph, node);
    summary.operators.push_back(std::move(op));
  }
  count_parameters(summary);
  return summary;
}

Result<ModelSummary> summarize_tflite(std::span<const std::uint8_t> bytes, std::string_view name) {
  MOTE_TRY(const TfliteFile file, TfliteFile::open(bytes));
  ModelSummary summary;
  summary.format = "TFLite";
  summary.name = identifier(name);
  summary.description = file.description();
  std::vector<int> numbers(file.tensors(), -1);  // by the file's numbers; tensors that nothing uses are left out
  TfliteTensorReader reader(file);
  const auto number = [&](std::span<const std::int32_t> ids) {
    std::vector<int> out;
    for (const std::int32_t id : ids) {
      if (id < 0) {
        out.push_back(-1);
        continue;
      }
      int& known = numbers[static_cast<std::size_t>(id)];
      if (known < 0) {
        known = static_cast<int>(summary.tensors.size());
        summary.tensors.push_back(summarize_tensor(file, reader, static_cast<std::size_t>(id)));
      }
      out.push_back(known);
    }
    return out;
  };
  summary.inputs = number(file.inputs());
  UniqueNames names;
  for (std::size_t i = 0; i < file.operators(); ++i) {
    const schema::Operator& from = file.op(i);
    const OpDef* def = tflite_op(file.code(from).code);
    OperatorSummary op;
    op.name = names.take(tflite_layer_name(file, from));
    op.op = def != nullptr ? std::string(def->name) : file.code(from).name;
    op.inputs = number(TfliteFile::ints(from.inputs()));
    op.outputs = number(TfliteFile::ints(from.outputs()));
    op.unsupported = unsupported_reason(file, from).value_or("");
    summary.operators.push_back(std::move(op));
  }
  summary.outputs = number(file.outputs());
  count_parameters(summary);
  const auto graph = import_tflite(bytes, name);
  if (!graph) {
    summary.problem = graph.error().to_string();
    return summary;
  }
  // The import keeps order and number of operators.
  for (std::size_t i = 0; i < summary.operators.size(); ++i) {
    const Node& node = graph->nodes[i];
    summary.operators[i].macs = node.op->macs == nullptr ? 0 : node.op->macs(*graph, node);
  }
  return summary;
}

}  // namespace mote
