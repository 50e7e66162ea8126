// Which int8 values each channel of each activation can take, whatever the input: interval analysis, front to back.
// Where it stands: the proof behind dead_channels. A channel is the index along the last axis.
#pragma once

#include <optional>
#include <vector>

#include "ir/graph.h"

namespace mote::passes {

/// Closed interval of int8 values.
struct Interval {
  std::int8_t low = -128;
  std::int8_t high = 127;
  bool operator==(const Interval&) const = default;
};

/// Of each tensor one interval a channel, over all its positions; empty for tensors that are not int8. Sound: no input
/// makes a value outside. Weighted layers distinguish border positions from interior ones exactly; other operators that
/// are monotonic in every element are evaluated by their own reference at both ends; of the rest nothing is known.
std::vector<std::vector<Interval>> channel_intervals(const Graph& graph);

/// How many channels: the last dimension, 1 for a scalar.
std::int32_t channel_count(const Tensor& tensor);

/// Along one axis of a window: which taps lie inside the input, for every distinct case of output position; [first,
/// last).
struct TapRange {
  std::int32_t first = 0, last = 0;
  auto operator<=>(const TapRange&) const = default;
};
std::vector<TapRange> tap_ranges(std::int32_t in, std::int32_t out, std::int32_t taps, std::int32_t stride,
                                 std::int32_t dilation, std::int32_t pad_before);

}  // namespace mote::passes
