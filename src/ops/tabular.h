// What the operators on rows of features share: trees, distances to centres, votes of neighbours, mixtures.
// x is [N, ...], N rows of features in float32, int8 or int16; the tables are constants. Outputs are float32 for float
// features, else int16 per tensor with zero point 0.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/op_def.h"
#include "ops/fixed_point.h"

namespace mote::ops {

struct RowSpec {
  std::int32_t rows = 1, features = 1;
};
RowSpec row_spec(const Tensor& x);

/// Input 0 is rows of features, at most 32,768 a row; the output is float32 or int16 as above.
Result<RowSpec> want_rows(const Graph& graph, const Node& node);
/// Input i is a constant of this type and as many dimensions.
Result<const Tensor*> want_table(const Graph& graph, const Node& node, std::size_t i, DType type, std::size_t rank,
                                 std::string_view what);

/// Where a leaf of a tree_ensemble stands among children and roots: a child c < 0 is leaf -1 - c.
inline constexpr std::int32_t leaf_of(std::int32_t child) { return -1 - child; }

/// Behind the point of an integer root or distance.
inline constexpr int kRootBits = 8;
/// From such a root in steps of x to steps of the output.
QuantizedMultiplier distance_multiplier(const Tensor& x, const Tensor& out);

/// gaussian_mixture in fixed point. For component k and row i of its whitening matrix W (lower triangle, or the
/// diagonal): z = (sum over j of weights[k][i][j] * (x[j] - centre[k][j]) - rest[k][i]) >> shift[k][i], in 2^-10.
struct MixtureTables {
  std::int32_t components = 1, features = 1;
  bool full = false;                    ///< lower triangles, else diagonals
  std::vector<std::int16_t> centre;     ///< [K][F]: means, rounded to steps of x, zero point included
  std::vector<std::int16_t> weights;    ///< [K][row by row]
  std::vector<std::int32_t> rest;       ///< [K][F]: what rounding the means left, times the weights
  std::vector<std::int16_t> shift;      ///< [K][F], 0..40
  std::vector<std::int32_t> offset;     ///< [K]: -log of the component's weight and normalisation, in 2^-16
  std::vector<std::uint16_t> softplus;  ///< log(1 + exp(-i / 8)) in 2^-16, i = 0..96
  QuantizedMultiplier multiplier;       ///< from 2^-16 to steps of the output
};
inline constexpr std::int32_t kMixtureBits = 10;
inline constexpr std::int32_t kSoftplusSteps = 96;
MixtureTables mixture_tables(const Graph& graph, const Node& node);

}  // namespace mote::ops
