// The integer form of squared_error: how large it may be and what a step of its output is. Shared by the reference and
// the quantise pass.
#pragma once

#include "ir/graph.h"

namespace mote::ops {

/// Elements of an int8 operand at most, so that a sum of squares of 8 bits fits 31 bits.
inline constexpr std::int64_t kMostSquares = 33025;

/// A step of the int32 output: the mean of one squared step of the operands, scale^2 / elements of an example.
float squared_error_scale(float scale, std::int64_t elements);

}  // namespace mote::ops
