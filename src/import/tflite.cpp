// See tflite.h: what is missing first, then tensors, then operators, then the verifier.
#include "import/tflite.h"

#include <fmt/format.h>

#include <map>

#include "import/layer_name.h"
#include "import/tflite_operator.h"
#include "import/tflite_tensor.h"
#include "ir/op_def.h"
#include "ir/verify.h"

namespace mote {
namespace {

/// Puts a graph together. One use.
class Importer {
 public:
  explicit Importer(const TfliteFile& file) : file_(file), ids_(file.tensors(), kNoTensor) {}
  Result<Graph> run(std::string_view name);

 private:
  Result<void> read_tensors();
  Result<void> read_nodes();
  void settle_weight_axis(const Node& node);
  Result<void> dequantize_weights(Node& node);
  void name_tensors();
  std::vector<TensorId> mapped(std::span<const std::int32_t> ids) const;

  const TfliteFile& file_;
  Graph graph_;
  std::vector<TensorId> ids_;  ///< of the graph, by the file's numbers; kNoTensor: used by nothing
  UniqueNames names_;
  std::map<TensorId, TensorId> dequantized_;
  std::size_t dequantized_elements_ = 0;
};

std::vector<TensorId> Importer::mapped(std::span<const std::int32_t> ids) const {
  std::vector<TensorId> out;
  for (const std::int32_t id : ids) out.push_back(ids_[static_cast<std::size_t>(id)]);
  return out;
}

/// The tensors that operators and ports name, in the file's order.
Result<void> Importer::read_tensors() {
  std::vector<bool> used(file_.tensors(), false);
  const auto mark = [&](std::span<const std::int32_t> ids) {
    for (const std::int32_t id : ids)
      if (id >= 0) used[static_cast<std::size_t>(id)] = true;
  };
  mark(file_.inputs());
  mark(file_.outputs());
  for (std::size_t i = 0; i < file_.operators(); ++i) {
    mark(TfliteFile::ints(file_.op(i).inputs()));
    mark(TfliteFile::ints(file_.op(i).outputs()));
  }
  TfliteTensorReader reader(file_);
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    if (!used[i]) continue;
    MOTE_TRY(Tensor tensor, reader.read(i));
    tensor.name = names_.take(tensor.name.empty() ? fmt::format("tensor_{}", i) : tensor.name);
    ids_[i] = graph_.add(std::move(tensor));
  }
  return {};
}

/// Interpreters take the scales of weights to run along the operator's channel axis, whatever the file says; so do we.
void Importer::settle_weight_axis(const Node& node) {
  const auto at = static_cast<std::size_t>(node.op->weight_input);
  if (node.op->weight_input < 0 || at >= node.inputs.size() || node.inputs[at] == kNoTensor) return;
  Tensor& weights = graph_.tensor(node.inputs[at]);
  const auto axis = static_cast<std::size_t>(node.op->weight_axis);
  if (weights.quant.per_channel() && axis < weights.shape.size() &&
      static_cast<std::size_t>(weights.shape[axis]) == weights.quant.scale.size())
    weights.quant.axis = node.op->weight_axis;
}

/// "Dynamic range" models keep int8 weights in a float network. Their weights become the float32 values that they stand
/// for, so that the network is plain float; interpreters that round its activations to 8 bits differ by that rounding.
Result<void> Importer::dequantize_weights(Node& node) {
  const auto at = static_cast<std::size_t>(node.op->weight_input);
  if (node.op->weight_input < 0 || at >= node.inputs.size() || node.inputs[at] == kNoTensor) return {};
  if (node.inputs[0] == kNoTensor || graph_.tensor(node.inputs[0]).type != DType::f32) return {};
  const Tensor& weights = graph_.tensor(node.inputs[at]);
  if (weights.type != DType::i8 || !weights.is_constant() || weights.quant.empty()) return {};
  if (const auto known = dequantized_.find(node.inputs[at]); known != dequantized_.end()) {
    node.inputs[at] = known->second;
    return {};
  }
  const Quantization& q = weights.quant;
  const auto values = weights.constant<std::int8_t>();
  dequantized_elements_ += values.size();
  if (dequantized_elements_ > file_.bytes()) return bad_input("has more weights than the file has room for");
  std::size_t inner = 1;  // elements between neighbours along the axis
  if (q.per_channel())
    for (std::size_t i = static_cast<std::size_t>(q.axis) + 1; i < weights.shape.size(); ++i)
      inner *= static_cast<std::size_t>(weights.shape[i]);
  std::vector<float> real(values.size());
  for (std::size_t i = 0; i < real.size(); ++i) {
    const std::size_t channel = i / inner % q.scale.size();
    real[i] = q.scale[channel] * static_cast<float>(values[i] - q.zero_point[channel]);
  }
  Tensor tensor{.name = names_.take(weights.name + "_f32"),
                .type = DType::f32,
                .shape = weights.shape,
                .quant = {},
                .data = make_data(real)};
  const TensorId id = graph_.add(std::move(tensor));
  dequantized_[node.inputs[at]] = id;
  node.inputs[at] = id;
  return {};
}

Result<void> Importer::read_nodes() {
  UniqueNames names;
  for (std::size_t i = 0; i < file_.operators(); ++i) {
    const std::string name = names.take(tflite_layer_name(file_, file_.op(i)));
    const std::string place = fmt::format("node {} \"{}\"", i, name);
    auto node = read_operator(file_, file_.op(i), graph_, ids_);
    if (!node) return std::move(node).error().at(place);
    node->name = name;
    settle_weight_axis(*node);
    if (auto result = dequantize_weights(*node); !result) return std::move(result).error().at(place);
    graph_.nodes.push_back(std::move(node).value());
  }
  return {};
}

/// The file's names of inner tensors are long and tell of fused layers; people see them in memory maps and messages.
/// An activation is called like the layer that makes it, a constant after the first layer that reads it. The model's
/// inputs and outputs keep their names: they are its interface.
void Importer::name_tensors() {
  UniqueNames names;
  std::vector<bool> named(graph_.tensors.size(), false);
  const auto name = [&](TensorId id, const std::string& wanted) {
    if (id == kNoTensor || named[static_cast<std::size_t>(id)]) return;
    named[static_cast<std::size_t>(id)] = true;
    graph_.tensor(id).name = names.take(wanted);
  };
  for (const auto* ports : {&graph_.inputs, &graph_.outputs})
    for (const TensorId id : *ports) name(id, graph_.tensor(id).name);
  for (const Node& node : graph_.nodes)
    for (const TensorId id : node.outputs) name(id, node.name);
  for (const Node& node : graph_.nodes)
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const auto at = static_cast<int>(i);
      const char* role = at == node.op->weight_input ? "weights" : at == node.op->bias_input ? "bias" : "constant";
      name(node.inputs[i], node.name + "_" + role);
    }
}

Result<Graph> Importer::run(std::string_view name) {
  graph_.name = identifier(name);
  MOTE_TRY_VOID(read_tensors());
  graph_.inputs = mapped(file_.inputs());
  graph_.outputs = mapped(file_.outputs());
  MOTE_TRY_VOID(read_nodes());
  graph_.remove_unused_tensors();
  name_tensors();
  MOTE_TRY_VOID(verify(graph_, Code::BadInput));
  return std::move(graph_);
}

}  // namespace

Result<Graph> import_tflite(std::span<const std::uint8_t> bytes, std::string_view name) {
  MOTE_TRY(const TfliteFile file, TfliteFile::open(bytes));
  MOTE_TRY_VOID(check_support(file));
  return Importer(file).run(name);
}

}  // namespace mote
