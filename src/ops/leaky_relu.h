// The integer scales of `leaky_relu`, shared by its reference and its device kernel.
#pragma once

#include "ir/op_def.h"
#include "ops/fixed_point.h"

namespace mote::ops {

struct LeakyScales {
  QuantizedMultiplier positive, negative;  ///< from x's scale to the output's, for values from 0 on and below
};

/// Of a verified integer node; quotients are taken in float32, as TFLite Micro has it.
LeakyScales leaky_scales(const Tensor& x, const Tensor& out, double alpha);

}  // namespace mote::ops
