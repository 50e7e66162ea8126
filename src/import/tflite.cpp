// See tflite.h: what is missing first, then tensors, then operators, then the verifier.
#include "import/tflite.h"

#include <fmt/format.h>

#include <algorithm>

#include "import/layer_name.h"
#include "import/tflite_operator.h"
#include "import/tflite_tensor.h"
#include "ir/op_def.h"
#include "ir/verify.h"

namespace mote {
namespace {

constexpr std::size_t kMaxListed = 12;

std::string node_name(const TfliteFile& file, const schema::Operator& op) {
  const OpDef* def = tflite_op(file.code(op).code);
  const auto outputs = TfliteFile::ints(op.outputs());
  const std::string tensor = outputs.empty() ? "" : file.tensor_name(static_cast<std::size_t>(outputs[0]));
  return layer_name(def != nullptr ? def->name : identifier(file.code(op).name), tensor);
}

/// One line naming every operator that stands in the way.
Result<void> check_support(const TfliteFile& file) {
  std::vector<std::string> missing;
  std::size_t count = 0;
  for (std::size_t i = 0; i < file.operators(); ++i) {
    const auto reason = unsupported_reason(file, file.op(i));
    if (!reason || ++count > kMaxListed) continue;
    missing.push_back(
        fmt::format("node {} \"{}\": {} {}", i, node_name(file, file.op(i)), file.code(file.op(i)).name, *reason));
  }
  if (count == 0) return {};
  if (count > kMaxListed) missing.push_back(fmt::format("and {} more", count - kMaxListed));
  return unsupported(fmt::format("{}; \"mote ops\" lists the operators that Mote has", fmt::join(missing, "; ")));
}

/// The tensors that operators and ports name, in the file's order. ids[i] is kNoTensor for the others.
Result<std::vector<TensorId>> read_tensors(const TfliteFile& file, Graph& graph) {
  std::vector<bool> used(file.tensors(), false);
  const auto mark = [&](std::span<const std::int32_t> ids) {
    for (const std::int32_t id : ids)
      if (id >= 0) used[static_cast<std::size_t>(id)] = true;
  };
  mark(file.inputs());
  mark(file.outputs());
  for (std::size_t i = 0; i < file.operators(); ++i) {
    mark(TfliteFile::ints(file.op(i).inputs()));
    mark(TfliteFile::ints(file.op(i).outputs()));
  }
  TfliteTensorReader reader(file);
  UniqueNames names;
  std::vector<TensorId> ids(file.tensors(), kNoTensor);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!used[i]) continue;
    MOTE_TRY(Tensor tensor, reader.read(i));
    tensor.name = names.take(tensor.name.empty() ? fmt::format("tensor_{}", i) : tensor.name);
    ids[i] = graph.add(std::move(tensor));
  }
  return ids;
}

/// Interpreters take scales of weights to run along the operator's channel axis, whatever the file says; where a
/// square layer leaves it open, so do we. The same for biases, which have one axis only.
void settle_weight_axis(Graph& graph, const Node& node) {
  const auto at = static_cast<std::size_t>(node.op->weight_input);
  if (node.op->weight_input < 0 || at >= node.inputs.size() || node.inputs[at] == kNoTensor) return;
  Tensor& weights = graph.tensor(node.inputs[at]);
  const auto axis = static_cast<std::size_t>(node.op->weight_axis);
  if (weights.quant.per_channel() && axis < weights.shape.size() &&
      static_cast<std::size_t>(weights.shape[axis]) == weights.quant.scale.size())
    weights.quant.axis = node.op->weight_axis;
}

Result<void> read_nodes(const TfliteFile& file, const std::vector<TensorId>& ids, Graph& graph) {
  UniqueNames names;
  for (std::size_t i = 0; i < file.operators(); ++i) {
    const std::string name = names.take(node_name(file, file.op(i)));
    auto node = read_operator(file, file.op(i), graph, ids);
    if (!node) return std::move(node).error().at(fmt::format("node {} \"{}\"", i, name));
    node->name = name;
    settle_weight_axis(graph, *node);
    graph.nodes.push_back(std::move(node).value());
  }
  return {};
}

}  // namespace

Result<Graph> import_tflite(std::span<const std::uint8_t> bytes, std::string_view name) {
  MOTE_TRY(const TfliteFile file, TfliteFile::open(bytes));
  MOTE_TRY_VOID(check_support(file));
  Graph graph;
  graph.name = identifier(name);
  MOTE_TRY(const std::vector<TensorId> ids, read_tensors(file, graph));
  for (const std::int32_t id : file.inputs()) graph.inputs.push_back(ids[static_cast<std::size_t>(id)]);
  for (const std::int32_t id : file.outputs()) graph.outputs.push_back(ids[static_cast<std::size_t>(id)]);
  MOTE_TRY_VOID(read_nodes(file, ids, graph));
  graph.remove_unused_tensors();
  MOTE_TRY_VOID(verify(graph, Code::BadInput));
  return graph;
}

}  // namespace mote
