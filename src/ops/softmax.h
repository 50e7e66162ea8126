// The integer softmax's table of exponentials and its last steps, shared by the reference and the compiler of device
// kernels. Source: gemmlowp's fixed-point exp and reciprocal, with TFLite's choice of formats (differences Q5.26, sums
// Q12.19).
#pragma once

#include <array>
#include <cstdint>

#include "ir/graph.h"

namespace mote::ops {

/// exp(-d * beta * scale) for d = 0..255 steps below the row's maximum, as Q0.31; 0 where TFLite treats it as 0.
using ExpTable = std::array<std::int32_t, 256>;

/// Whether beta * scale is large enough for TFLite's fixed-point form (2^-26 at least).
bool softmax_scale_is_legal(double beta, double scale);
ExpTable softmax_exp_table(double beta, double scale);

/// Rows must be shorter than this, else the Q12.19 sum of exponentials could overflow.
inline constexpr std::int32_t kSoftmaxMaxDepth = 4095;

/// 1 / sum as Q0.31 times 2^shift... see `SoftmaxReciprocal`.
struct SoftmaxReciprocal {
  std::int32_t scale = 0;  ///< Q0.31
  std::int32_t shift = 0;  ///< the quotient is scale * 2^-shift
};
/// `sum` is Q12.19 and at least 2^19 (the maximum itself adds 1).
SoftmaxReciprocal softmax_reciprocal(std::int32_t sum);

}  // namespace mote::ops
