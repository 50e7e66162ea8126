// Structured pruning: whole channels leave the graph, so that every kernel does less, on any chip. Channels that are
// joined (by an add, a depthwise convolution, a pool, a flatten) leave together. Importance after Li et al. 2017 (L1),
// Liu et al. 2017 (batch norm's scale) and Molchanov et al. 2019 (Taylor); where it stands: between training and
// fine-tuning, on the float Graph. No LibTorch here.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "ir/graph.h"

namespace mote {

/// An axis of a constant that belongs to a group: element i along it is channel i % channels.
struct ChannelAxis {
  TensorId constant = kNoTensor;
  int axis = 0;
  bool operator<(const ChannelAxis& other) const {
    return std::pair(constant, axis) < std::pair(other.constant, other.axis);
  }
};

/// Channels that can only leave together, wherever they are.
struct ChannelGroup {
  std::int32_t channels = 0;
  std::vector<TensorId> activations;   ///< their last axis is channels long, or a multiple (flattened)
  std::vector<ChannelAxis> producers;  ///< weights whose outputs they are
  std::vector<ChannelAxis> followers;  ///< biases, batch norms, depthwise weights
  std::vector<ChannelAxis> consumers;  ///< weights that read them
};

/// The groups that may lose channels; those tied to the graph's inputs or outputs, or to an operator that is not
/// understood, are left out. `graph` is verified.
std::vector<ChannelGroup> find_channel_groups(const Graph& graph);

/// The graph with only these channels of each group (as many lists as groups; each ascending and not empty). Internal:
/// the result does not verify.
Result<Graph> keep_channels(const Graph& graph, const std::vector<ChannelGroup>& groups,
                            const std::vector<std::vector<std::int32_t>>& keep);

/// By weights (producers of groups): one number an output channel; larger is more important.
using Importance = std::map<TensorId, std::vector<double>>;
/// Mean magnitude of each filter.
Importance importance_l1(const Graph& graph, const std::vector<ChannelGroup>& groups);
/// Magnitude of gamma behind the filter where a batch norm follows, else L1.
Importance importance_batch_norm(const Graph& graph, const std::vector<ChannelGroup>& groups);

/// The channels of each group, by its first producer.
std::map<TensorId, std::int32_t> group_widths(const Graph& graph);

/// What an inference costs; pruning lowers it. Empty: multiply-accumulates.
using CostFn = std::function<double(const Graph&)>;

struct PruneOptions {
  double fraction = 0.5;  ///< of the cost, that may be left
  CostFn cost = {};
  bool across_layers = false;  ///< importances of different layers compare as they are (Taylor's do); else each
                               ///< relative to its own layer's
  double least = 0.25;         ///< of a group's channels, that always stay, unless the cost is met with fewer alone
  std::map<TensorId, std::int32_t> widths = {};  ///< the channels that `least` is of, by a group's first producer,
                                                 ///< where earlier steps took some; absent: those there are
};

/// Removes, a few at a time, those channels of which the cost saved loses the least importance, until no more than
/// `fraction` of the cost is left or every group is down to `least` (4 channels where that meets the cost); then the
/// most important of them that still fit come back. Groups keep multiples of 4, which kernels like.
Result<Graph> prune_channels(const Graph& graph, const Importance& importance, const PruneOptions& options);

/// Multiply-accumulates of one inference.
std::int64_t count_macs(const Graph& graph);

}  // namespace mote
