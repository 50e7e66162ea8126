// The inputs of a weighted layer as rows: what each output position multiplies with the weights (im2col).
// Where it stands: under adaround, which solves a least-squares problem in these rows.
#pragma once

#include <span>
#include <vector>

#include "ir/op_def.h"

namespace mote::passes {

/// Rows of `width` values, as long as one output channel's weights, in their order.
struct Patches {
  std::size_t width = 0;
  std::vector<float> values;
  std::size_t rows() const { return width == 0 ? 0 : values.size() / width; }
  std::span<const float> operator[](std::size_t row) const { return {values.data() + row * width, width}; }
};

/// About `wanted` rows, evenly spread over all positions of all samples. `inputs`: the layer's input, one a sample.
/// `channel`: which input channel a depthwise_conv2d's output channel looks at (others look at all; ignored).
Patches extract_patches(const Graph& graph, const Node& node, const std::vector<std::vector<float>>& inputs,
                        std::size_t wanted, std::int32_t channel = 0);

}  // namespace mote::passes
