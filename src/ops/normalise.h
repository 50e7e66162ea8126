// The integer form of normalise: which values belong together, and the multiplier of a group. Shared by the reference
// and the compiler of its device kernel.
#pragma once

#include "ir/op_def.h"
#include "ops/fixed_point.h"

namespace mote::ops {

/// x is `batches` blocks of `count` rows of `inner` values; a group is one value of each row.
struct NormaliseSpec {
  std::int32_t batches = 1, count = 1, inner = 1;
  bool deviation = false;
};
NormaliseSpec normalise_spec(const Tensor& x, const Attributes& attrs);

/// Added to the variance, so that constant input stays 0.
inline constexpr double kNormaliseEpsilon = 1e-5;

/// Without deviation: from (x * count - sum) in steps of x to steps of the output.
/// With it: 1 / scale of the output.
QuantizedMultiplier normalise_multiplier(const NormaliseSpec& spec, const Tensor& x, const Tensor& out);
/// kNormaliseEpsilon * count^2 in squared steps of x, at least 1: mantissa * 2^shift.
struct NormaliseEpsilon {
  std::int32_t mantissa = 1, shift = 0;
  std::int64_t value() const { return std::int64_t{mantissa} << shift; }
};
NormaliseEpsilon normalise_epsilon(const NormaliseSpec& spec, const Tensor& x);
/// floor(sqrt(v)).
std::uint32_t integer_sqrt(std::uint64_t v);

}  // namespace mote::ops
