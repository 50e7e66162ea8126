// See split_layers.h. From back to front, so that a depthwise layer has handed its slices on before the convolution is
// looked at.
#include "passes/split_layers.h"

#include <algorithm>

#include "ops/ops.h"
#include "passes/edit.h"
#include "passes/layer_channels.h"
#include "passes/remove_dead_nodes.h"

namespace mote::passes {
namespace {

/// The channels that a slice takes, in order; none if it takes less than all along another axis.
std::vector<std::int64_t> channels_taken(const Graph& graph, const Node& node) {
  if (node.op != &ops::slice || !node.attrs.list("drop").empty()) return {};
  const Shape& shape = graph.tensor(node.inputs[0]).shape;
  const auto& size = node.attrs.list("size");
  for (std::size_t i = 0; i + 1 < shape.size(); ++i)
    if (size[i] != shape[i]) return {};
  std::vector<std::int64_t> channels;
  for (std::int64_t c = 0; c < size.back(); ++c)
    channels.push_back(node.attrs.list("begin").back() + c * node.attrs.list("stride").back());
  return channels;
}

/// Of fewer channels a layer is little more than the gathering of its windows, which every layer does anew.
constexpr std::size_t kFewestChannels = 4;

struct Reader {
  std::size_t node = 0;
  std::vector<std::int64_t> channels;
};

/// Slices in place cost nothing, and one layer less is called.
bool planner_does_it(const Graph& graph, const Node& layer, const std::vector<Reader>& readers, const Target& target) {
  const Tensor& y = graph.tensor(layer.outputs[0]);
  if (y.elements() != y.shape.back()) return false;
  std::size_t taken = 0;
  for (const Reader& reader : readers) {
    taken += reader.channels.size();
    const bool dense =
        reader.channels.back() - reader.channels.front() + 1 == static_cast<std::int64_t>(reader.channels.size());
    if (!dense || dtype_bytes(y.type, reader.channels.front()) % target.alignment != 0) return false;
  }
  return taken == static_cast<std::size_t>(y.shape.back());
}

/// Those who read the layer's output, if they are slices of channels that can have layers of their own; else none.
std::vector<Reader> readers_of(Graph& graph, std::size_t n, const Target& target) {
  const Node& layer = graph.nodes[n];
  const TensorId y = layer.outputs[0];
  if (!has_constant_layer(graph, layer) || graph.is_output(y)) return {};
  if (layer.op == &ops::depthwise_conv2d) {
    const int before = graph.producer(layer.inputs[0]);
    const bool goes_on = before >= 0 && graph.nodes[static_cast<std::size_t>(before)].op == &ops::conv2d &&
                         only_reader(graph, layer.inputs[0]) == static_cast<int>(n) &&
                         has_constant_layer(graph, graph.nodes[static_cast<std::size_t>(before)]);
    if (!goes_on) return {};
  }
  std::vector<Reader> readers;
  std::size_t sum = 0;
  for (const int r : graph.consumers(y)) {
    Reader reader{static_cast<std::size_t>(r), channels_taken(graph, graph.nodes[static_cast<std::size_t>(r)])};
    if (reader.channels.empty()) return {};
    sum += reader.channels.size();
    // One scale a channel is not one scale a layer: see ops/weighted.h.
    if (layer.op == &ops::fully_connected && reader.channels.size() == 1 &&
        graph.tensor(layer.inputs[1]).quant.per_channel())
      return {};
    readers.push_back(std::move(reader));
  }
  const bool slim = std::any_of(readers.begin(), readers.end(),
                                [](const Reader& reader) { return reader.channels.size() < kFewestChannels; });
  if (slim && readers.size() > 1) return {};
  if (sum > static_cast<std::size_t>(output_channels(graph, layer)) || planner_does_it(graph, layer, readers, target))
    return {};
  return readers;
}

/// A slice of these channels of x, as a node.
Node slice_of(Graph& graph, const Node& like, TensorId x) {
  Node node{&ops::slice, unique_node_name(graph, like.name), {x}, {}, like.attrs};
  Tensor out = graph.tensor(x);
  std::vector<std::int64_t> size(out.shape.begin(), out.shape.end()), stride(size.size(), 1);
  size.back() = like.attrs.list("size").back();
  stride.back() = like.attrs.list("stride").back();
  out.name = graph.unique_tensor_name(out.name);
  out.shape.back() = static_cast<std::int32_t>(size.back());
  node.attrs.set("size", size);
  node.attrs.set("stride", stride);
  node.outputs = {graph.add(std::move(out))};
  return node;
}

}  // namespace

Result<void> split_layers(Graph& graph, const Target& target) {
  for (std::size_t n = graph.nodes.size(); n-- > 0;) {
    const std::vector<Reader> readers = readers_of(graph, n, target);
    // From the last on, so that inserted slices move none that is still to come.
    for (std::size_t i = readers.size(); i-- > 0;) {
      const Node layer = graph.nodes[n];
      const Node slice = graph.nodes[readers[i].node];
      TensorId x = layer.inputs[0];
      if (layer.op == &ops::depthwise_conv2d) {
        Node before = slice_of(graph, slice, x);
        x = before.outputs[0];
        graph.nodes[readers[i].node] = take_channels(graph, layer, readers[i].channels, x, slice.outputs[0]);
        graph.nodes.insert(graph.nodes.begin() + static_cast<std::ptrdiff_t>(readers[i].node), std::move(before));
      } else {
        graph.nodes[readers[i].node] = take_channels(graph, layer, readers[i].channels, x, slice.outputs[0]);
      }
    }
    if (!readers.empty()) {
      std::vector<bool> done(graph.nodes.size(), false);
      done[n] = true;
      erase_nodes(graph, done);
    }
  }
  return remove_dead_nodes(graph, target);
}

}  // namespace mote::passes
