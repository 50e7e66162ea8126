// See execute.h. Every activation keeps its own buffer: simple, and any layer can be looked at afterwards.
#include "ops/execute.h"

#include <algorithm>

namespace mote {

Executor::Executor(const Graph& graph) : graph_(graph), values_(graph.tensors.size()) {
  for (std::size_t i = 0; i < values_.size(); ++i)
    if (!graph.tensors[i].is_constant()) values_[i].resize(static_cast<std::size_t>(graph.tensors[i].bytes()));
  reset();
}

void Executor::reset() {
  for (const Node& node : graph_.nodes) {
    if (!node.op->stateful) continue;
    Bytes& state = values_[static_cast<std::size_t>(node.outputs[0])];
    std::fill(state.begin(), state.end(), reset_byte(graph_.tensor(node.outputs[0])));
  }
}

std::span<const std::uint8_t> Executor::value(TensorId id) const {
  const Tensor& tensor = graph_.tensor(id);
  return tensor.is_constant() ? std::span<const std::uint8_t>(*tensor.data) : values_[static_cast<std::size_t>(id)];
}

std::vector<Bytes> Executor::run(const std::vector<std::span<const std::uint8_t>>& inputs) {
  MOTE_CHECK(inputs.size() == graph_.inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Bytes& value = values_[static_cast<std::size_t>(graph_.inputs[i])];
    MOTE_CHECK(inputs[i].size() == value.size());
    std::copy(inputs[i].begin(), inputs[i].end(), value.begin());
  }
  std::vector<ConstView> in;
  std::vector<View> out;
  for (const Node& node : graph_.nodes) {
    in.clear();
    out.clear();
    for (const TensorId id : node.inputs)
      in.push_back(id == kNoTensor ? ConstView{} : ConstView{&graph_.tensor(id), value(id).data()});
    for (const TensorId id : node.outputs)
      out.push_back(View{&graph_.tensor(id), values_[static_cast<std::size_t>(id)].data()});
    node.op->run(node, in, out);
  }
  std::vector<Bytes> results;
  for (const TensorId id : graph_.outputs) {
    const auto bytes = value(id);
    results.emplace_back(bytes.begin(), bytes.end());
  }
  return results;
}

}  // namespace mote
