// The integer softmax's table of exponentials and its last steps, shared by the reference and the compiler of device
// kernels. Source: gemmlowp's fixed-point exp and reciprocal, with TFLite's choice of formats (differences Q5.26, sums
// Q12.19). The int16 form has two tables of 513 points with linear interpolation, after TFLite's.
#pragma once

#include <array>
#include <cstdint>

#include "ir/graph.h"
#include "ops/fixed_point.h"

namespace mote::ops {

/// exp(-d * beta * scale) for d = 0..255 steps below the row's maximum, as Q0.31; 0 where TFLite treats it as 0.
using ExpTable = std::array<std::int32_t, 256>;

/// Whether beta * scale is large enough for TFLite's fixed-point form (2^-26 at least).
bool softmax_scale_is_legal(double beta, double scale);
ExpTable softmax_exp_table(double beta, double scale);

/// Rows must be shorter than this, else the Q12.19 sum of exponentials could overflow.
inline constexpr std::int32_t kSoftmaxMaxDepth = 4095;

/// Points of an int16 function, for inputs -32768, -32640, ..., 32768 (steps of 128).
using Table16 = std::array<std::int16_t, 513>;
/// exp on [-10, 0] as Q0.15, and 1 / (1 + x) on [0, 1] as Q0.15; the input's range is the whole of int16.
const Table16& softmax_exp_table16();
const Table16& softmax_reciprocal_table16();
/// From int16 differences to the exponential's table: beta * scale in units of 10 / 65535.
QuantizedMultiplier softmax_multiplier16(double beta, double scale);
inline constexpr std::int32_t kSoftmaxMaxDepth16 = 65535;

/// 1 / sum as Q0.31 times 2^shift... see `SoftmaxReciprocal`.
struct SoftmaxReciprocal {
  std::int32_t scale = 0;  ///< Q0.31
  std::int32_t shift = 0;  ///< the quotient is scale * 2^-shift
};
/// `sum` is Q12.19 and at least 2^19 (the maximum itself adds 1).
SoftmaxReciprocal softmax_reciprocal(std::int32_t sum);

}  // namespace mote::ops
