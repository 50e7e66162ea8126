// Layers with some of another's output channels, or with those of several: weights, bias and scales by channel.
// Where it stands: what split_layers and stack_layers share.
#pragma once

#include <vector>

#include "ir/graph.h"

namespace mote::passes {

/// A conv2d, depthwise_conv2d (one output a channel) or fully_connected whose weights and bias are constants.
bool has_constant_layer(const Graph& graph, const Node& node);

/// Its output's channels, the last axis.
std::int32_t output_channels(const Graph& graph, const Node& layer);

/// A node with these of the layer's channels, which writes `out`, of that many; of a depthwise layer it reads `x`,
/// which has those channels alone, and any other the layer's own input. Its constants are new tensors.
Node take_channels(Graph& graph, const Node& layer, const std::vector<std::int64_t>& channels, TensorId x,
                   TensorId out);

/// Whether the channels of two layers with the same input can stand in one layer, each with its very own arithmetic.
bool can_stack(const Graph& graph, const Node& a, const Node& b);

/// A node with all channels of the layers, in order, every two of which can_stack; it writes `out`.
Node stack_channels(Graph& graph, const std::vector<const Node*>& layers, TensorId out);

}  // namespace mote::passes
