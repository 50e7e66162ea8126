// centre_distance: how far a row of features lies from the nearest of some centres (Euclid), [N, 1]. With the centres
// of k-means over normal examples it is an anomaly score.
//
// Inputs: x; centres [P, features] of x's type and quantisation.
// Integer form: exact sum of squares in 64 bits, integer root with 8 bits behind the point, one scaling to int16, which
// saturates: within a step of the output plus a 2^-8th step of x.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/normalise.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/tabular.h"

namespace mote::ops {
namespace {

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  MOTE_TRY(const RowSpec spec, want_rows(graph, node));
  const Tensor& x = input(graph, node, 0);
  MOTE_TRY(const Tensor* centres, want_table(graph, node, 1, x.type, 2, "centres"));
  MOTE_TRY_VOID(want_same_quantization(x, *centres));
  if (centres->shape[1] != spec.features)
    return bad_input(fmt::format("centres of {} features for rows of {}", centres->shape[1], spec.features));
  return one_output(output(graph, node).type, {spec.rows, 1});
}

template <typename X, typename Sum>
Sum nearest(const X* x, const ConstView& centres) {
  const auto features = static_cast<std::size_t>(centres.tensor->shape[1]);
  Sum best = std::numeric_limits<Sum>::max();
  for (std::size_t p = 0; p < static_cast<std::size_t>(centres.tensor->shape[0]); ++p) {
    Sum sum = 0;
    for (std::size_t i = 0; i < features; ++i) {
      const auto d = static_cast<Sum>(x[i]) - static_cast<Sum>(centres.as<X>()[p * features + i]);
      sum += d * d;
    }
    best = std::min(best, sum);
  }
  return best;
}

/// Differences of int16 squared and summed over 32,768 features stay below 2^47; the root below 2^32.
template <typename X>
void run_integer(const RowSpec& spec, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const QuantizedMultiplier m = distance_multiplier(*inputs[0].tensor, *outputs[0].tensor);
  for (std::int64_t n = 0; n < spec.rows; ++n) {
    const auto sum = nearest<X, std::int64_t>(inputs[0].as<X>() + n * spec.features, inputs[1]);
    const std::uint32_t root = integer_sqrt(static_cast<std::uint64_t>(sum) << (2 * kRootBits));
    const auto steps = static_cast<std::int32_t>(std::min<std::uint32_t>(root, INT32_MAX));
    outputs[0].as<std::int16_t>()[n] =
        static_cast<std::int16_t>(std::clamp(multiply_by_quantized_multiplier(steps, m), -32768, 32767));
  }
}

void run(const Node&, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const RowSpec spec = row_spec(*inputs[0].tensor);
  if (inputs[0].tensor->type == DType::i8) return run_integer<std::int8_t>(spec, inputs, outputs);
  if (inputs[0].tensor->type == DType::i16) return run_integer<std::int16_t>(spec, inputs, outputs);
  for (std::int64_t n = 0; n < spec.rows; ++n)
    outputs[0].as<float>()[n] = std::sqrt(nearest<float, float>(inputs[0].as<float>() + n * spec.features, inputs[1]));
}

std::int64_t macs(const Graph& graph, const Node& node) {
  return std::int64_t{row_spec(input(graph, node, 0)).rows} * input(graph, node, 1).elements();
}

}  // namespace

const OpDef centre_distance = {
    .name = "centre_distance",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .run = run,
    .macs = macs,
};

}  // namespace mote::ops
