// Which channels of each activation anything needs: the decision behind dead_channels, made backwards from the model's
// outputs. A channel is the index along the last axis. Channels that can only go together (through depthwise layers,
// pooling, add, reshape) form one group.
#pragma once

#include <vector>

#include "passes/channel_intervals.h"

namespace mote::passes {

/// value - zero point, if the channel always has one and the same value: times a weight, that goes into the bias of the
/// layer that reads it.
std::optional<std::int32_t> constant_offset(const Tensor& x, const Interval& interval);

/// Of each int8 tensor the channels to keep, ascending and never empty; for tensors of other types an empty list.
std::vector<std::vector<std::int32_t>> channels_to_keep(const Graph& graph,
                                                        const std::vector<std::vector<Interval>>& intervals);

}  // namespace mote::passes
