// What conv2d, depthwise_conv2d and fully_connected have in common: weights, bias, output multipliers.
// Source: TFLite 8-bit quantisation specification: int8 weights are symmetric, biases int32 with scale(x) * scale(w);
// and its 16x8 form: int16 activations, int8 weights, int64 (or int32) biases.
#pragma once

#include <vector>

#include "ir/op_def.h"
#include "ops/fixed_point.h"

namespace mote::ops {

/// Whether the sums of an int16 layer are 64 bits wide: TFLite Micro's rule for conv2d and fully_connected goes by the
/// bias's type; its depthwise_conv2d and transpose_conv always have wide sums. Int8 layers never do.
bool has_wide_sums(const Tensor& x, const Tensor* bias);

/// Checks types and quantisation of x, weights, bias (null: none) and output, for `channels` outputs along `axis` of
/// the weights. Integer weights (int8 or int4) and biases must be constants small enough that no sum overflows, with
/// zero points folded or not: 256 * sum |w| + |bias| < 2^31 for every channel of an int8 layer, 32768 * sum |w| +
/// |bias| < 2^31 or (wide sums) 2^47 for an int16 layer's.
/// `wide_sums`: those of int16 layers always are, as with depthwise_conv2d, whose axis is not 0.
Result<void> check_weighted(const Tensor& x, const Tensor& weights, const Tensor* bias, const Tensor& out,
                            std::int32_t channels, std::int32_t axis, bool wide_sums = false);

/// Element of an int32 or int64 bias; 0 of an absent one.
std::int64_t bias_element(const Tensor* bias, const std::uint8_t* data, std::int64_t i);
inline std::int64_t bias_element(const Tensor* bias, std::int64_t i) {
  return bias_element(bias, bias != nullptr ? bias->data->data() : nullptr, i);
}

/// scale(x) * scale(w[c]) / scale(out) for every output channel, as TFLite Micro finds it for convolutions: in double.
std::vector<QuantizedMultiplier> channel_multipliers(const Tensor& x, const Tensor& weights, const Tensor& out,
                                                     std::int32_t channels);
/// The same for fully_connected, where TFLite Micro takes the product of the scales in float32 if the weights have one
/// scale.
std::vector<QuantizedMultiplier> fully_connected_multipliers(const Tensor& x, const Tensor& weights, const Tensor& out,
                                                             std::int32_t channels);

}  // namespace mote::ops
