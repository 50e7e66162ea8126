// See fold_bias.h. The sum is reordered, (sum + b) + c to sum + (b + c), so results agree to rounding only.
#include "passes/fold_bias.h"

#include <fmt/format.h>

#include "ops/ops.h"
#include "passes/edit.h"

namespace mote::passes {
namespace {

/// Constant with one value for each of `channels` along the last axis, or one for all of them.
bool is_channel_vector(const Tensor& c, std::int32_t channels) {
  if (!c.is_constant() || c.type != DType::f32) return false;
  return c.elements() == 1 || (c.elements() == channels && c.shape.back() == channels);
}

/// The layer whose only reader is this add, or -1.
int layer_before(const Graph& graph, std::size_t add, TensorId sum) {
  const int layer = graph.producer(sum);
  if (layer < 0 || only_reader(graph, sum) != static_cast<int>(add)) return -1;
  const Node& node = graph.nodes[static_cast<std::size_t>(layer)];
  const bool takes_it = is_float_weighted(graph, node) && node.attrs.text("activation") == "none";
  return takes_it && graph.tensor(sum).shape == graph.tensor(graph.nodes[add].outputs[0]).shape ? layer : -1;
}

void add_to_bias(Graph& graph, std::size_t layer, const Tensor& addend) {
  const auto extra = addend.constant<float>();
  const auto slot = static_cast<std::size_t>(graph.nodes[layer].op->bias_input);
  const Tensor* old = input_or_null(graph, graph.nodes[layer], static_cast<int>(slot));
  const std::int32_t channels = graph.tensor(graph.nodes[layer].outputs[0]).shape.back();
  std::vector<float> bias(static_cast<std::size_t>(channels), 0.0F);
  for (std::size_t c = 0; c < bias.size(); ++c)
    bias[c] = (old != nullptr ? old->constant<float>()[c] : 0.0F) + extra[extra.size() == 1 ? 0 : c];
  if (old != nullptr) {
    set_constant(graph, layer, static_cast<int>(slot), {channels}, make_data(bias));
    return;
  }
  Tensor tensor{
      graph.unique_tensor_name(graph.nodes[layer].name + "_bias"), DType::f32, {channels}, {}, make_data(bias)};
  const TensorId id = graph.add(std::move(tensor));
  graph.nodes[layer].inputs.resize(slot + 1, kNoTensor);
  graph.nodes[layer].inputs[slot] = id;
}

}  // namespace

Result<void> fold_bias(Graph& graph, const Target&) {
  std::vector<bool> folded(graph.nodes.size(), false);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (graph.nodes[n].op != &ops::add) continue;
    const std::int32_t channels = graph.tensor(graph.nodes[n].outputs[0]).shape.empty()
                                      ? 1
                                      : graph.tensor(graph.nodes[n].outputs[0]).shape.back();
    for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
      const Tensor addend = graph.tensor(graph.nodes[n].inputs[1 - side]);
      const int layer = layer_before(graph, n, graph.nodes[n].inputs[side]);
      if (layer < 0 || !is_channel_vector(addend, channels)) continue;
      const auto at = static_cast<std::size_t>(layer);
      add_to_bias(graph, at, addend);
      graph.nodes[at].outputs[0] = graph.nodes[n].outputs[0];
      graph.nodes[at].attrs.set("activation", graph.nodes[n].attrs.text("activation"));
      folded[n] = true;
      break;
    }
    // A folded node must not be found as a producer by the nodes after it.
    if (folded[n]) graph.nodes[n].outputs.clear();
  }
  erase_nodes(graph, folded);
  return {};
}

}  // namespace mote::passes
