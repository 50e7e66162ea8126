// Integer operators that scale single elements: relu, relu6, quantize from integers. One multiplier from input to
// output scale.
#pragma once

#include "ir/op_def.h"
#include "ops/activation.h"
#include "ops/fixed_point.h"

namespace mote::ops {

/// scale(x) / scale(out) in double, as TFLite Micro's quantize has it.
QuantizedMultiplier rescale_multiplier(const Tensor& x, const Tensor& out);
/// The same quotient taken in float32, as TFLite Micro's relu has it.
QuantizedMultiplier relu_multiplier(const Tensor& x, const Tensor& out);

/// Integer elements of one quantisation into those of another, clamped to a range within the output's type.
class Rescaler {
 public:
  Rescaler(const Tensor& x, const Tensor& out, QuantizedMultiplier multiplier, IntRange range);
  /// clamp(zero_point(out) + (q - zero_point(x)) * multiplier).
  std::int32_t operator()(std::int32_t q) const;
  /// Over all elements of `x`, int8, int16 or int32, into `out`, int8 or int16.
  void run(const ConstView& x, const View& out) const;

 private:
  std::int32_t zero_in_, zero_out_;
  QuantizedMultiplier multiplier_;
  IntRange range_;
};

}  // namespace mote::ops
