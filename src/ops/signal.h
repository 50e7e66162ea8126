// What operators from signal to signal share. A signal is [N, ...] of T samples each: float32 of full scale 1, or int16
// of scale 1/32768.
#pragma once

#include <cstdint>

#include "ir/op_def.h"

namespace mote::ops {

struct SignalSpec {
  std::int32_t batches = 1, samples = 0;
};
SignalSpec signal_spec(const Tensor& x);

/// Input 0 is a signal.
Result<void> want_signal(const Graph& graph, const Node& node);
/// Input 0 and the output are signals of one type.
Result<void> want_filter(const Graph& graph, const Node& node);

/// window and stride of operators that walk over a signal without a transform.
struct WalkSpec : SignalSpec {
  std::int32_t window = 1, stride = 1, frames = 0;
};
WalkSpec walk_spec(const Tensor& x, const Attributes& attrs);
/// BadInput: the signal is shorter than one window.
Result<WalkSpec> walk_spec(const Graph& graph, const Node& node);

}  // namespace mote::ops
