// See correct_bias.h. Layers are linear up to their bias, so the mean of the outputs is the output of the mean.
#include "passes/correct_bias.h"

#include <algorithm>
#include <cmath>

#include "ir/op_def.h"
#include "passes/edit.h"
#include "passes/layer_walk.h"
#include "passes/real_values.h"

namespace mote::passes {
namespace {

std::vector<float> mean_of(const std::vector<std::vector<float>>& rows) {
  std::vector<double> sum(rows.front().size(), 0.0);
  for (const auto& row : rows)
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += double{row[i]};
  std::vector<float> mean;
  for (const double s : sum) mean.push_back(static_cast<float>(s / static_cast<double>(rows.size())));
  return mean;
}

/// The float layer without bias and activation, with these weights, on this input: the mean of each output channel.
std::vector<double> channel_means(const LayerPair& pair, const std::vector<float>& x, std::vector<float> weights) {
  const Graph& graph = pair.float_graph;
  Node node = pair.float_node;
  node.attrs.set("activation", std::string("none"));
  Tensor w = graph.tensor(node.inputs[1]);
  w.data = make_data(weights);
  const Tensor& out = graph.tensor(node.outputs[0]);
  std::vector<float> y(static_cast<std::size_t>(out.elements()));
  const std::vector<ConstView> in = {
      {&graph.tensor(node.inputs[0]), reinterpret_cast<const std::uint8_t*>(x.data())}, {&w, w.data->data()}, {}};
  const std::vector<View> to = {{&out, reinterpret_cast<std::uint8_t*>(y.data())}};
  node.op->run(node, in, to);
  const auto channels = static_cast<std::size_t>(out.shape.back());
  std::vector<double> means(channels, 0.0);
  for (std::size_t i = 0; i < y.size(); ++i) means[i % channels] += double{y[i]};
  for (double& mean : means) mean *= static_cast<double>(channels) / static_cast<double>(y.size());
  return means;
}

Result<void> correct(const LayerPair& pair) {
  const Node& node = pair.quantized.nodes[pair.node];
  const Tensor* bias = input_or_null(pair.quantized, node, node.op->bias_input);
  const Tensor* float_bias = input_or_null(pair.float_graph, pair.float_node, node.op->bias_input);
  if (bias == nullptr || float_bias == nullptr) return {};
  const Tensor& w = pair.quantized.tensor(node.inputs[1]);
  const Tensor& float_w = pair.float_graph.tensor(pair.float_node.inputs[1]);
  const auto float_weights = float_w.constant<float>();
  const auto wanted = channel_means(pair, mean_of(pair.exact), {float_weights.begin(), float_weights.end()});
  const auto got = channel_means(pair, mean_of(pair.given), real_values(w, *w.data));
  const double in_scale = double{pair.quantized.tensor(node.inputs[0]).quant.scale[0]};
  std::vector<std::int32_t> corrected(wanted.size());
  for (std::size_t c = 0; c < wanted.size(); ++c) {
    const double step = in_scale * double{w.quant.scale[w.quant.per_channel() ? c : 0]};
    const double exact = double{float_bias->constant<float>()[c]} + wanted[c] - got[c];
    // 2^29 is what `quantize` keeps biases below; a layer without weights has nothing to correct.
    corrected[c] = static_cast<std::int32_t>(std::lround(std::clamp(exact / step, -0x1p29, 0x1p29)));
  }
  const TensorId id = node.inputs[static_cast<std::size_t>(node.op->bias_input)];
  pair.quantized.tensor(id).data = std::make_shared<const Bytes>(integer_bytes(*bias, corrected));
  return {};
}

}  // namespace

Result<void> correct_bias(const Graph& float_graph, Graph& quantized, std::span<const Sample> samples) {
  return walk_layers(float_graph, quantized, samples, correct);
}

}  // namespace mote::passes
