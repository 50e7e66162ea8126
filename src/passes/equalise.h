// Cross-layer equalisation: where a layer feeds only the next, through nothing but steps that scale along (relu, pools,
// flatten), a channel may be scaled down before and up after (Nagel et al. 2019, section 4.1).
//
//   y = relu(w1 x + b1); z = w2 y      =>      y' = relu(w1/s x + b1/s); z = (w2 s) y'
//
// The paper evens out the ranges of w1 and w2. Mote's weights have a scale for every output channel, so w1's ranges
// cost nothing; what has one scale is the activation y: its channels' ranges are evened out against those of w2's
// inputs. Where it stands: on the float graph after its passes, before calibration.
#pragma once

#include "passes/quantize.h"

namespace mote::passes {

/// Keeps what the graph computes, to rounding. Returns how many activations were equalised.
Result<std::int32_t> equalise(Graph& float_graph, std::span<const Sample> samples);

}  // namespace mote::passes
