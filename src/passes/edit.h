// The few moves that every rewriting pass makes on a Graph.
// Where it stands: inside src/passes; each pass leaves the graph without the nodes and tensors that it made needless.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ir/op_def.h"

namespace mote::passes {

/// The node that reads `id`, if it does so once, no other node does, and `id` is not a model output; else -1.
int only_reader(const Graph& graph, TensorId id);

/// Input `i` of the node, or null when it is absent.
const Tensor* input_or_null(const Graph& graph, const Node& node, int i);

/// Makes every node that reads `from`, and the model's outputs, use `to`.
void replace_uses(Graph& graph, TensorId from, TensorId to);

/// Makes one value of two equal ones, `in` computed first and `out` copied from it by a node about to be erased (which
/// must be marked so by the caller if this returns true). A model's inputs and outputs keep their names, so this fails
/// between two of them.
bool bypass(Graph& graph, const Node& copy, TensorId in, TensorId out);

/// Erases the marked nodes, and tensors that nothing uses any more.
void erase_nodes(Graph& graph, const std::vector<bool>& marked);

/// Gives input `i` of the node a new constant: in the tensor that stands there if no other node uses it, else in a copy
/// of it. The tensor's name, type and quantisation stay unless changed afterwards. Returns its id.
TensorId set_constant(Graph& graph, std::size_t node, int i, Shape shape, std::shared_ptr<const Bytes> data);

/// A node name that none has yet: `wanted`, `wanted_2`, ...
std::string unique_node_name(const Graph& graph, std::string_view wanted);

/// Both float, or quantised with the very same numbers.
bool same_quantization(const Tensor& a, const Tensor& b);

/// Whether the value lies in the range that the node's operator allows for the integer attribute.
bool attribute_allows(const Node& node, std::string_view name, std::int64_t value);

/// Has weights and an optional bias (conv2d, depthwise_conv2d, fully_connected), both constant, in float32.
bool is_float_weighted(const Graph& graph, const Node& node);

/// Which output channel a weight belongs to: (index / inner) % channels.
struct ChannelIndex {
  std::size_t inner = 1, channels = 1;
  std::size_t operator()(std::size_t index) const { return index / inner % channels; }
};
ChannelIndex channel_index(const Shape& weights, int axis);

/// One activation after another as one, if there is such a one: ("relu6", "relu") is "relu6".
std::optional<std::string_view> combine_activations(std::string_view first, std::string_view second);

}  // namespace mote::passes
