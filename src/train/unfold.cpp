// See unfold.h.
#include "train/unfold.h"

#include <algorithm>
#include <cmath>

#include "ops/ops.h"
#include "passes/edit.h"
#include "train/torch_graph.h"

namespace mote {
namespace {

constexpr double kEpsilon = 1e-3;

/// Per channel, of what a layer gives before its activation.
struct Statistics {
  std::vector<double> mean, variance;
};

/// A convolution without a batch norm behind it, whose activation can stand alone.
bool wants_batch_norm(const Graph& graph, const Node& node) {
  if (node.op != &ops::conv2d && node.op != &ops::depthwise_conv2d) return false;
  if (!passes::is_float_weighted(graph, node)) return false;
  const std::string& activation = node.attrs.text("activation");
  if (activation != "none" && activation != "relu" && activation != "relu6") return false;
  for (const TensorId id : {node.inputs[1], node.inputs.size() > 2 ? node.inputs[2] : kNoTensor})
    if (id != kNoTensor && graph.consumers(id).size() != 1) return false;
  const int next = passes::only_reader(graph, node.outputs[0]);
  return next < 0 || graph.nodes[static_cast<std::size_t>(next)].op != &ops::batch_norm;
}

/// The bias away, the activation to a node of its own. What it gives then is the convolution alone.
Graph bare(const Graph& graph, const std::vector<bool>& chosen) {
  Graph made = graph;
  for (std::size_t n = 0; n < made.nodes.size(); ++n) {
    if (!chosen[n]) continue;
    made.nodes[n].attrs.set("activation", std::string("none"));
    made.nodes[n].inputs.resize(2);
  }
  return made;
}

std::vector<float> bias_of(const Graph& graph, const Node& node, std::size_t channels) {
  if (node.inputs.size() < 3 || node.inputs[2] == kNoTensor) return std::vector<float>(channels, 0.0F);
  const auto values = graph.tensor(node.inputs[2]).constant<float>();
  return {values.begin(), values.end()};
}

/// Statistics of the chosen convolutions, without bias, on the samples.
Result<std::map<TensorId, Statistics>> measure(const Graph& graph, const std::vector<bool>& chosen,
                                               const std::vector<passes::Sample>& samples) {
  // The bare convolution's output is what the hook sees; bias and activation are put back before the next node reads.
  MOTE_TRY(TorchGraph lowered, TorchGraph::create(bare(graph, chosen)));
  std::map<TensorId, const Node*> layers;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n)
    if (chosen[n]) layers[graph.nodes[n].outputs[0]] = &graph.nodes[n];
  const Shape& one = graph.tensor(graph.inputs[0]).shape;
  const auto count = static_cast<std::int64_t>(samples.size());
  std::vector<std::int64_t> shape(one.begin(), one.end());
  shape.front() = count;
  at::Tensor batch = at::empty(shape);
  const std::int64_t each = batch.numel() / count;
  for (std::int64_t i = 0; i < count; ++i) {
    const Bytes& bytes = samples[static_cast<std::size_t>(i)].front();
    std::copy_n(reinterpret_cast<const float*>(bytes.data()), each, batch.data_ptr<float>() + i * each);
  }
  std::map<TensorId, Statistics> found;
  GraphHooks hooks;
  hooks.activation = [&](TensorId id, const at::Tensor& value) -> at::Tensor {
    const auto layer = layers.find(id);
    if (layer == layers.end()) return value;
    const at::Tensor rows = value.reshape({-1, value.size(-1)}).to(at::kDouble);
    const at::Tensor mean = rows.mean(0), variance = (rows - rows.mean(0)).square().mean(0);
    const auto channels = static_cast<std::size_t>(value.size(-1));
    found[id] = {{mean.data_ptr<double>(), mean.data_ptr<double>() + channels},
                 {variance.data_ptr<double>(), variance.data_ptr<double>() + channels}};
    std::vector<float> bias = bias_of(graph, *layer->second, channels);
    const at::Tensor offset = at::from_blob(bias.data(), {static_cast<std::int64_t>(channels)}).clone();
    return lower_activation(value + offset, layer->second->attrs.text("activation"));
  };
  at::NoGradGuard no_grad;
  lowered.forward({batch}, false, hooks);
  return found;
}

/// conv -> batch_norm [-> relu] in place of node n of `graph`; `made` is the list of nodes so far.
void unfold(Graph& graph, Node node, const Statistics& statistics, std::vector<Node>& made) {
  const Tensor weights = graph.tensor(node.inputs[1]);
  const passes::ChannelIndex channel = passes::channel_index(weights.shape, node.op->weight_axis);
  std::vector<float> values(weights.constant<float>().begin(), weights.constant<float>().end());
  std::vector<double> square(channel.channels, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) square[channel(i)] += double{values[i]} * double{values[i]};
  const std::vector<float> bias = bias_of(graph, node, channel.channels);
  std::vector<float> gamma, beta, mean, variance;
  std::vector<double> factor;
  for (std::size_t c = 0; c < channel.channels; ++c) {
    // A filter of mean square 2 / fan_in, as fresh ones have; fan_in of them sum to 2.
    factor.push_back(square[c] > 1e-20 ? std::sqrt(2 / square[c]) : 1.0);
    const double m = statistics.mean[c] * factor[c];
    const double v = statistics.variance[c] * factor[c] * factor[c];
    mean.push_back(static_cast<float>(m));
    variance.push_back(static_cast<float>(v));
    gamma.push_back(static_cast<float>(std::sqrt(v + kEpsilon) / factor[c]));
    beta.push_back(static_cast<float>(double{bias[c]} + statistics.mean[c]));
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(double{values[i]} * factor[channel(i)]);
  graph.tensor(node.inputs[1]).data = make_data(values);
  node.inputs.resize(2);

  const auto channels = static_cast<std::int32_t>(channel.channels);
  const std::string activation = node.attrs.text("activation");
  const TensorId output = node.outputs[0];
  const Tensor like{"", DType::f32, graph.tensor(output).shape, {}, nullptr};
  const auto fresh = [&](const std::string& name) {
    Tensor tensor = like;
    tensor.name = graph.unique_tensor_name(name);
    return graph.add(std::move(tensor));
  };
  const auto constant = [&](const char* what, const std::vector<float>& data) {
    return graph.add(Tensor{graph.unique_tensor_name(node.name + what), DType::f32, {channels}, {}, make_data(data)});
  };
  node.attrs.set("activation", std::string("none"));
  const TensorId convolved = fresh(node.name + "_convolved");
  const TensorId normed = activation == "none" ? output : fresh(node.name + "_normed");
  node.outputs = {convolved};
  const std::string name = node.name;
  Node norm{&ops::batch_norm,
            passes::unique_node_name(graph, name + "_norm"),
            {convolved, constant("_gamma", gamma), constant("_beta", beta), constant("_mean", mean),
             constant("_variance", variance)},
            {normed},
            {}};
  norm.attrs.set("epsilon", kEpsilon);
  made.push_back(std::move(node));
  made.push_back(std::move(norm));
  if (activation != "none")
    made.push_back({activation == "relu" ? &ops::relu : &ops::relu6,
                    passes::unique_node_name(graph, name + "_" + activation),
                    {normed},
                    {output},
                    {}});
}

}  // namespace

Result<Graph> unfold_batch_norm(const Graph& graph, const std::vector<passes::Sample>& samples) {
  std::vector<bool> chosen;
  for (const Node& node : graph.nodes) chosen.push_back(wants_batch_norm(graph, node));
  if (std::find(chosen.begin(), chosen.end(), true) == chosen.end() || samples.empty()) return graph;
  MOTE_TRY(const auto statistics, measure(graph, chosen, samples));
  Graph made = graph;
  std::vector<Node> nodes;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (chosen[n])
      unfold(made, graph.nodes[n], statistics.at(graph.nodes[n].outputs[0]), nodes);
    else
      nodes.push_back(graph.nodes[n]);
  }
  made.nodes = std::move(nodes);
  made.remove_unused_tensors();
  return made;
}

}  // namespace mote
