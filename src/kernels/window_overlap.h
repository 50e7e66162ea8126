// How far the output of a sliding-window kernel may run into its input: outputs are written in order, and the input's
// first rows are not needed any more once the window has moved on.
//
//   memory   [ output ............ ]
//                   [ input ................ ]
//            |<lead>|   safe while every write stays below the first input byte that is still to be read
#pragma once

#include "kernels/kernel.h"
#include "ops/window.h"

namespace mote::kernels {

enum class WindowReads : std::uint8_t {
  per_channel,  ///< output channel c reads input channel c alone; channels in order (pooling, depthwise)
  all_channels  ///< the window is read again until the last output channel of the position is written (convolution)
};

/// For kernels that write positions in the order n, y, x. `in_shape` is [N,H,W,C]; `element_bytes` is that of both
/// tensors. With per_channel, out_c must be C.
Overlap window_overlap(const Shape& in_shape, const ops::Window& window, std::int32_t out_c, WindowReads reads,
                       std::int64_t element_bytes);

/// For int8 kernels that read the windows of `at_once` positions (counted in each image) before they write their
/// outputs.
Overlap batch_overlap(const Shape& in, const ops::Window& w, std::int64_t out_c, std::int64_t at_once);

}  // namespace mote::kernels
