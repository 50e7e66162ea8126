// See duplicate_channels.h. One sweep from front to back: a layer's inputs are merged before its outputs are compared,
// so that duplicates behind duplicates are found.
#include "passes/duplicate_channels.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "ops/ops.h"
#include "passes/edit.h"

namespace mote::passes {
namespace {

/// For every channel (index along the last axis) the first that always has its value.
using Twins = std::vector<std::int32_t>;

std::size_t channels_of(const Tensor& tensor) {
  return tensor.shape.empty() ? 1 : static_cast<std::size_t>(tensor.shape.back());
}

Twins all_different(const Tensor& tensor) {
  Twins twins(channels_of(tensor));
  std::iota(twins.begin(), twins.end(), 0);
  return twins;
}

/// Equal keys, equal channels.
template <typename Key>
Twins first_of(const std::vector<Key>& keys) {
  std::map<Key, std::int32_t> first;
  Twins twins;
  for (const Key& key : keys)
    twins.push_back(first.emplace(key, static_cast<std::int32_t>(twins.size())).first->second);
  return twins;
}

bool has_int8_weights(const Graph& graph, const Node& node) {
  if (node.op->weight_input < 0 || graph.tensor(node.inputs[0]).type != DType::i8) return false;
  const Tensor& weights = graph.tensor(node.inputs[1]);
  const Tensor* bias = input_or_null(graph, node, 2);
  return weights.is_constant() && weights.type == DType::i8 && (bias == nullptr || bias->is_constant());
}

/// Output channels of a layer with the same weights, bias and scale; of a depthwise one also from the same input.
Twins twins_of_layer(const Graph& graph, const Node& node, const Twins& in) {
  const Tensor& weights = graph.tensor(node.inputs[1]);
  const Tensor* bias = input_or_null(graph, node, 2);
  const auto values = weights.constant<std::int8_t>();
  const std::size_t outputs = channels_of(graph.tensor(node.outputs[0]));
  const std::size_t taps = values.size() / outputs;
  const bool depthwise = node.op == &ops::depthwise_conv2d;
  using Key = std::tuple<std::int32_t, std::int32_t, float, std::vector<std::int8_t>>;
  std::vector<Key> keys;
  for (std::size_t o = 0; o < outputs; ++o) {
    std::vector<std::int8_t> row;
    for (std::size_t t = 0; t < taps; ++t) row.push_back(values[depthwise ? t * outputs + o : o * taps + t]);
    const std::vector<float>& scale = weights.quant.scale;
    keys.emplace_back(depthwise ? in[o * in.size() / outputs] : 0,
                      bias == nullptr ? 0 : bias->constant<std::int32_t>()[o], scale[scale.size() > 1 ? o : 0],
                      std::move(row));
  }
  return first_of(keys);
}

Twins twins_of(const Graph& graph, const Node& node, const std::vector<Twins>& known) {
  const Tensor& out = graph.tensor(node.outputs[0]);
  const Twins& in = known[static_cast<std::size_t>(node.inputs[0])];
  if (has_int8_weights(graph, node)) return twins_of_layer(graph, node, in);
  const bool keeps_channels = node.op == &ops::relu || node.op == &ops::relu6 || node.op == &ops::quantize ||
                              node.op == &ops::max_pool2d || node.op == &ops::average_pool2d;
  if (keeps_channels) return in;
  if (node.op == &ops::add && graph.tensor(node.inputs[0]).shape == graph.tensor(node.inputs[1]).shape) {
    std::vector<std::pair<std::int32_t, std::int32_t>> keys;
    const Twins& other = known[static_cast<std::size_t>(node.inputs[1])];
    for (std::size_t c = 0; c < in.size(); ++c) keys.emplace_back(in[c], other[c]);
    return first_of(keys);
  }
  Twins twins = all_different(out);
  if (node.op == &ops::reshape && twins.size() % in.size() == 0)  // whole pixels side by side
    for (std::size_t i = 0; i < twins.size(); ++i)
      twins[i] = static_cast<std::int32_t>(i - i % in.size()) + in[i % in.size()];
  return twins;
}

/// Adds the weights of duplicates to those of the first, channel by channel, where every sum fits.
void merge_inputs(Graph& graph, std::size_t n, const Twins& in) {
  const Tensor& weights = graph.tensor(graph.nodes[n].inputs[1]);
  const auto old = weights.constant<std::int8_t>();
  std::vector<std::int8_t> merged(old.begin(), old.end());
  bool changed = false;
  for (std::size_t c = 0; c < in.size(); ++c) {
    const auto first = static_cast<std::size_t>(in[c]);
    if (first == c) continue;
    bool fits = true;
    for (std::size_t row = 0; row < merged.size(); row += in.size())
      fits = fits && std::abs(merged[row + first] + merged[row + c]) <= 127;
    if (!fits) continue;
    for (std::size_t row = 0; row < merged.size(); row += in.size()) {
      merged[row + first] = static_cast<std::int8_t>(merged[row + first] + merged[row + c]);
      merged[row + c] = 0;
    }
    changed = true;
  }
  if (changed) set_constant(graph, n, 1, Shape(weights.shape), make_data(merged));
}

}  // namespace

Result<void> duplicate_channels(Graph& graph, const Target&) {
  std::vector<Twins> twins;
  for (const Tensor& tensor : graph.tensors) twins.push_back(all_different(tensor));
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    const Twins in = twins[static_cast<std::size_t>(node.inputs[0])];
    if (has_int8_weights(graph, node) && node.op != &ops::depthwise_conv2d) merge_inputs(graph, n, in);
    for (const TensorId id : graph.nodes[n].outputs)
      if (graph.tensor(id).type == DType::i8 && id == graph.nodes[n].outputs[0])
        twins[static_cast<std::size_t>(id)] = twins_of(graph, graph.nodes[n], twins);
  }
  return {};
}

}  // namespace mote::passes
