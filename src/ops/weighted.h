// What conv2d, depthwise_conv2d and fully_connected have in common: weights, bias, output multipliers.
// Source: TFLite 8-bit quantisation specification: int8 weights are symmetric, biases int32 with scale(x) * scale(w).
#pragma once

#include <vector>

#include "ir/op_def.h"
#include "ops/fixed_point.h"

namespace mote::ops {

/// Checks types and quantisation of x, weights, bias (null: none) and output, for `channels` outputs along `axis` of
/// the weights. Int8 weights and biases must be constants small enough that no 32-bit sum overflows, with zero points
/// folded or not: 256 * sum |w| + |bias| < 2^31 for every channel.
Result<void> check_weighted(const Tensor& x, const Tensor& weights, const Tensor* bias, const Tensor& out,
                            std::int32_t channels, std::int32_t axis);

/// scale(x) * scale(w[c]) / scale(out) for every output channel, as TFLite Micro finds it for convolutions: in double.
std::vector<QuantizedMultiplier> channel_multipliers(const Tensor& x, const Tensor& weights, const Tensor& out,
                                                     std::int32_t channels);
/// The same for fully_connected, where TFLite Micro takes the product of the scales in float32 if the weights have one
/// scale.
std::vector<QuantizedMultiplier> fully_connected_multipliers(const Tensor& x, const Tensor& weights, const Tensor& out,
                                                             std::int32_t channels);

}  // namespace mote::ops
