// See fold_batch_norm.h. Computed in double, rounded once.
#include "passes/fold_batch_norm.h"

#include <cmath>

#include "ops/ops.h"
#include "passes/edit.h"

namespace mote::passes {
namespace {

/// y = x * factor + offset, per channel.
struct Affine {
  std::vector<double> factor, offset;
};

Affine affine_of(const Graph& graph, const Node& node) {
  const auto values = [&](std::size_t i) { return graph.tensor(node.inputs[i]).constant<float>(); };
  const auto gamma = values(1), beta = values(2), mean = values(3), variance = values(4);
  Affine affine;
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    const double factor = double{gamma[c]} / std::sqrt(double{variance[c]} + node.attrs.real("epsilon"));
    affine.factor.push_back(factor);
    affine.offset.push_back(double{beta[c]} - double{mean[c]} * factor);
  }
  return affine;
}

bool has_constant_parameters(const Graph& graph, const Node& node) {
  for (std::size_t i = 1; i < node.inputs.size(); ++i)
    if (!graph.tensor(node.inputs[i]).is_constant()) return false;
  return true;
}

/// The layer before that can take the factors, or -1.
int layer_before(const Graph& graph, std::size_t n) {
  const TensorId x = graph.nodes[n].inputs[0];
  const int layer = graph.producer(x);
  if (layer < 0 || only_reader(graph, x) != static_cast<int>(n)) return -1;
  const Node& node = graph.nodes[static_cast<std::size_t>(layer)];
  return is_float_weighted(graph, node) && node.attrs.text("activation") == "none" ? layer : -1;
}

void set_bias(Graph& graph, std::size_t layer, std::vector<float> values) {
  const Shape shape = {static_cast<std::int32_t>(values.size())};
  const int slot = graph.nodes[layer].op->bias_input;
  if (input_or_null(graph, graph.nodes[layer], slot) != nullptr) {
    set_constant(graph, layer, slot, shape, make_data(values));
    return;
  }
  const std::string name = graph.unique_tensor_name(graph.nodes[layer].name + "_bias");
  const TensorId id = graph.add(Tensor{name, DType::f32, shape, {}, make_data(values)});
  graph.nodes[layer].inputs.resize(static_cast<std::size_t>(slot) + 1, kNoTensor);
  graph.nodes[layer].inputs[static_cast<std::size_t>(slot)] = id;
}

void fold_into(Graph& graph, std::size_t layer, const Affine& affine) {
  const Node& node = graph.nodes[layer];
  const Tensor weights = graph.tensor(node.inputs[static_cast<std::size_t>(node.op->weight_input)]);
  const Tensor* old_bias = input_or_null(graph, node, node.op->bias_input);
  const ChannelIndex channel = channel_index(weights.shape, node.op->weight_axis);
  std::vector<float> scaled(weights.constant<float>().begin(), weights.constant<float>().end());
  for (std::size_t i = 0; i < scaled.size(); ++i)
    scaled[i] = static_cast<float>(double{scaled[i]} * affine.factor[channel(i)]);
  std::vector<float> bias(channel.channels);
  for (std::size_t c = 0; c < bias.size(); ++c) {
    const double before = old_bias != nullptr ? double{old_bias->constant<float>()[c]} : 0.0;
    bias[c] = static_cast<float>(before * affine.factor[c] + affine.offset[c]);
  }
  set_constant(graph, layer, node.op->weight_input, weights.shape, make_data(scaled));
  set_bias(graph, layer, std::move(bias));
}

/// x [N,H,W,C]: a depthwise convolution of 1x1.
void make_depthwise(Graph& graph, std::size_t n, const Affine& affine) {
  const std::string& name = graph.nodes[n].name;
  const auto channels = static_cast<std::int32_t>(affine.factor.size());
  const std::vector<float> factor(affine.factor.begin(), affine.factor.end());
  const std::vector<float> offset(affine.offset.begin(), affine.offset.end());
  const TensorId weights =
      graph.add({graph.unique_tensor_name(name + "_factor"), DType::f32, {1, 1, 1, channels}, {}, make_data(factor)});
  const TensorId bias =
      graph.add({graph.unique_tensor_name(name + "_offset"), DType::f32, {channels}, {}, make_data(offset)});
  Node& node = graph.nodes[n];
  node.op = &ops::depthwise_conv2d;
  node.inputs = {node.inputs[0], weights, bias};
  node.attrs = {};
  node.attrs.set("activation", "none");
  for (const auto* one : {"dilation_h", "dilation_w", "stride_h", "stride_w"}) node.attrs.set(one, std::int64_t{1});
  for (const auto* zero : {"pad_top", "pad_left", "pad_bottom", "pad_right"}) node.attrs.set(zero, std::int64_t{0});
}

}  // namespace

Result<void> fold_batch_norm(Graph& graph, const Target&) {
  std::vector<bool> folded(graph.nodes.size(), false);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (graph.nodes[n].op != &ops::batch_norm || !has_constant_parameters(graph, graph.nodes[n])) continue;
    const Affine affine = affine_of(graph, graph.nodes[n]);
    if (const int layer = layer_before(graph, n); layer >= 0) {
      fold_into(graph, static_cast<std::size_t>(layer), affine);
      std::swap(graph.nodes[static_cast<std::size_t>(layer)].outputs, graph.nodes[n].outputs);
      graph.nodes[n].outputs.clear();
      folded[n] = true;
    } else if (graph.tensor(graph.nodes[n].inputs[0]).shape.size() == 4) {
      make_depthwise(graph, n, affine);
    }
  }
  erase_nodes(graph, folded);
  return {};
}

}  // namespace mote::passes
