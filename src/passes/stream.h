// Asked for by `--stream N`: a model over a sliding window becomes one that takes the N new frames of every step and
// keeps what it needs of the past in delay lines. Bit for bit the window model's outputs once it is warmed up.
//
//   x 1x30x1x40 -> depthwise_conv2d(k 3) -> t 1x28x1x40 -> conv2d(1x1) -> u 1x28x1x8 -> fully_connected -> y
//   => (N = 1)
//   x 1x1x1x40 -> delay_line(3) -> depthwise_conv2d(k 3) -> t 1x1x1x40 -> conv2d(1x1) -> u 1x1x1x8
//     -> delay_line(28) -> fully_connected -> y
//
// A tensor is streamed if a new window's values are the old one's, moved by some steps, and new ones at the end: then
// only these are computed. Padding along time breaks that (values at the window's borders are not those inside), so
// from such a layer on the whole window is computed anew, as it is behind layers that see all of time at once.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "ir/plan.h"

namespace mote::passes {

struct StreamReport {
  Streaming streaming;
  std::int64_t macs_window = 0;         ///< of one inference of the window model
  std::int64_t macs_step = 0;           ///< of one step
  std::vector<std::string> recomputed;  ///< layers that see a whole window each step: place and reason
};

/// `frames` new frames a step, along the input's axis 1 (axis 2 where axis 1 has one element). BadInput: frames outside
/// [1, window), or strides that do not divide what a step brings. Unsupported: not one input, no time axis, or nothing
/// could be saved; the message names the layer and why.
Result<StreamReport> stream(Graph& graph, std::int32_t frames);

/// What the window model sees at the end of step `step` (the first is 0) of a sequence: `window` is its input, `steps`
/// hold the `frames` of each step one after another. Frames before the first are 0.
Bytes window_of_steps(const Tensor& window, std::int32_t frames, std::span<const std::uint8_t> steps,
                      std::int64_t step);

}  // namespace mote::passes
