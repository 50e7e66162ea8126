// The fields that all convolution kernels share.
#pragma once

#include "kernels/call.h"
#include "ops/window.h"

namespace mote::kernels {

/// in_h, in_w, out_h, out_w, batches, filter, stride, dilation (if wanted), pad_top, pad_left.
void set_window(CallBuilder& call, const Shape& in, const ops::Window& window, bool dilation);
/// in_zero, out_zero, act_min, act_max of an int8 node with one activation input.
void set_int8_range(CallBuilder& call, const Graph& graph, const Node& node);
/// act_min, act_max as floats.
void set_float_range(CallBuilder& call, const Node& node);

/// The window of a verified conv2d or depthwise_conv2d.
ops::Window convolution_window(const Graph& graph, const Node& node);
/// 1x1, stride 1, no padding: every pixel is its own window.
bool is_pointwise(const ops::Window& window);

}  // namespace mote::kernels
