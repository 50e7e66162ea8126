// See layer_walk.h. All samples go through a layer before the next layer begins.
#include "passes/layer_walk.h"

#include <algorithm>

#include "ir/op_def.h"
#include "ops/execute.h"
#include "passes/calibrate.h"
#include "passes/edit.h"
#include "passes/real_values.h"

namespace mote::passes {
namespace {

using Reals = std::vector<std::vector<float>>;

/// What the float graph's weighted nodes get, by node name: one vector a sample.
std::map<std::string, Reals> float_inputs(const Graph& graph, std::span<const Sample> samples) {
  std::map<std::string, Reals> inputs;
  Executor executor(graph);
  for (const Sample& sample : samples) {
    executor.run({sample.begin(), sample.end()});
    for (const Node& node : graph.nodes)
      if (is_float_weighted(graph, node))
        inputs[node.name].push_back(real_values(graph.tensor(node.inputs[0]), executor.value(node.inputs[0])));
  }
  return inputs;
}

void run_node(const Graph& graph, const Node& node, std::vector<Bytes>& values) {
  std::vector<ConstView> in;
  std::vector<View> out;
  for (const TensorId id : node.inputs) {
    if (id == kNoTensor) {
      in.push_back({});
      continue;
    }
    const Tensor& tensor = graph.tensor(id);
    in.push_back({&tensor, tensor.is_constant() ? tensor.data->data() : values[static_cast<std::size_t>(id)].data()});
  }
  for (const TensorId id : node.outputs) {
    Bytes& value = values[static_cast<std::size_t>(id)];
    value.resize(static_cast<std::size_t>(graph.tensor(id).bytes()));
    out.push_back({&graph.tensor(id), value.data()});
  }
  node.op->run(node, in, out);
}

}  // namespace

Result<void> walk_layers(const Graph& float_graph, Graph& quantized, std::span<const Sample> samples,
                         const std::function<Result<void>(const LayerPair&)>& adjust) {
  MOTE_TRY_VOID(check_samples(float_graph, samples));
  const auto exact = float_inputs(float_graph, samples);
  std::vector<std::vector<Bytes>> values(samples.size(), std::vector<Bytes>(quantized.tensors.size()));
  for (std::size_t s = 0; s < samples.size(); ++s)
    for (std::size_t i = 0; i < quantized.inputs.size(); ++i) {
      const Tensor& input = float_graph.tensor(float_graph.inputs[i]);
      values[s][static_cast<std::size_t>(quantized.inputs[i])] =
          tensor_bytes(quantized.tensor(quantized.inputs[i]), real_values(input, samples[s][i]));
    }
  for (std::size_t n = 0; n < quantized.nodes.size(); ++n) {
    const Node& node = quantized.nodes[n];
    const auto found = exact.find(node.name);
    const bool is_integer = quantized.tensor(node.inputs[0]).type != DType::f32;
    if (found != exact.end() && is_integer) {
      const auto twin = std::find_if(float_graph.nodes.begin(), float_graph.nodes.end(),
                                     [&](const Node& candidate) { return candidate.name == node.name; });
      Reals given;
      const auto input = static_cast<std::size_t>(node.inputs[0]);
      for (const auto& of_sample : values) given.push_back(real_values(quantized.tensors[input], of_sample[input]));
      MOTE_TRY_VOID(adjust({float_graph, *twin, quantized, n, found->second, given}));
    }
    for (auto& of_sample : values) run_node(quantized, node, of_sample);
    // What no later node reads may go.
    for (const TensorId id : node.inputs) {
      if (id == kNoTensor || quantized.tensor(id).is_constant()) continue;
      const std::vector<int> readers = quantized.consumers(id);
      if (!readers.empty() && readers.back() == static_cast<int>(n))
        for (auto& of_sample : values) of_sample[static_cast<std::size_t>(id)] = {};
    }
  }
  return {};
}

}  // namespace mote::passes
