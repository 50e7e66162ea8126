// Kernels for fully_connected and 1x1 conv2d whose weights are mostly zero, as magnitude pruning leaves them: the
// others stand as pairs of bytes, distance and weight, so that flash and work go with their number. Whether that wins
// is seen from the weights themselves; the planner compares with the dense kernels like with any other.
#include <algorithm>

#include "kernels/convolution.h"
#include "kernels/cost.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

// Counted on Cortex-M4: a pair for two rows and for one, an output besides. Riscv needs as many, cores with eight
// registers half as many again.
constexpr std::int64_t kPairTwoRows = 8, kPairOneRow = 6, kOutputSetup = 20;
std::int64_t sparse_on(const Target& target, std::int64_t instructions) {
  return target.has("armv6m") ? instructions * 3 / 2 : instructions;
}
constexpr std::size_t kFarthest = 255;  ///< inputs that a pair can skip

struct Pairs {
  std::vector<std::int8_t> bytes;
  std::vector<std::uint16_t> counts;
};

/// Weights are [outputs][inputs]. Gaps that are too long get a weight of zero on the way.
Pairs pairs_of(std::span<const std::int8_t> weights, std::int32_t outputs) {
  const std::size_t inputs = weights.size() / static_cast<std::size_t>(outputs);
  Pairs pairs;
  for (std::size_t o = 0; o < static_cast<std::size_t>(outputs); ++o) {
    const std::size_t before = pairs.bytes.size();
    std::size_t at = 0;
    for (std::size_t i = 0; i < inputs; ++i) {
      const std::int8_t weight = weights[o * inputs + i];
      if (weight == 0) continue;
      for (; i - at > kFarthest; at += kFarthest) pairs.bytes.insert(pairs.bytes.end(), {std::int8_t{-1}, 0});
      pairs.bytes.insert(pairs.bytes.end(), {static_cast<std::int8_t>(i - at), weight});
      at = i;
    }
    pairs.counts.push_back(static_cast<std::uint16_t>((pairs.bytes.size() - before) / 2));
  }
  if (pairs.bytes.empty()) pairs.bytes = {0, 0};  // a constant has at least one element
  return pairs;
}

/// Cores that cannot load single bytes from flash, and this machine's own board, have no use for it. Below half zeros
/// the pairs take more flash than the weights.
bool applies(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& weights = ops::input(graph, node, 1);
  if (!fits_device(graph, node, DType::i8) || target.has("unsigned_bytes") || target.has("host")) return false;
  if (weights.type != DType::i8 || weights.shape.back() > UINT16_MAX) return false;
  if (node.op == &ops::conv2d && !is_pointwise(convolution_window(graph, node))) return false;
  const auto w = weights.constant<std::int8_t>();
  return std::count(w.begin(), w.end(), std::int8_t{0}) * 2 > static_cast<std::int64_t>(w.size());
}

/// How far the output must lie before the input: two rows' outputs are written while their inputs are still needed.
std::int64_t lead(std::int64_t rows, std::int64_t inputs, std::int64_t outputs) {
  std::int64_t most = 0;
  for (const std::int64_t row : {std::int64_t{0}, std::max<std::int64_t>(0, rows - rows % 2 - 2), rows - rows % 2})
    if (row < rows) most = std::max(most, std::min(row + 2, rows) * outputs - row * inputs);
  return most;
}

KernelCall lower(const Graph& graph, const Node& node, const Target& target) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const Tensor& out = ops::output(graph, node);
  const std::int32_t outputs = weights.shape[0];
  const std::int64_t inputs = weights.shape.back();
  const std::int64_t rows = x.elements() / inputs;
  const auto w = weights.constant<std::int8_t>();
  const ops::Int8Range range = ops::int8_range(node.attrs.text("activation"), out.quant);
  const Pairs pairs = pairs_of(w, outputs);
  CallBuilder call("dense_s8_sparse");
  call.reads(node).set("rows", rows).set("inputs", inputs).set("outputs", outputs);
  call.set("out_zero", ops::zero_point_of(out)).set("act_min", range.min).set("act_max", range.max);
  call.constant("counts", pairs.counts).constant("pairs", pairs.bytes);
  call.constant("bias", folded_bias(ops::optional_input(graph, node, 2), w, outputs, ops::zero_point_of(x)));
  set_multipliers(call, node.op == &ops::conv2d ? ops::channel_multipliers(x, weights, out, outputs)
                                                : ops::fully_connected_multipliers(x, weights, out, outputs));
  call.overlap({.allowed = true, .lead = lead(rows, inputs, outputs), .equal_offset_only = false});
  const auto stored = static_cast<std::int64_t>(pairs.bytes.size() / 2);
  const std::int64_t two = stored * kPairTwoRows + outputs * (kOutputSetup + 2 * kRequantize);
  const std::int64_t one = stored * kPairOneRow + outputs * (kOutputSetup + kRequantize);
  return call.cost(sparse_on(target, rows / 2 * two + rows % 2 * one), 760).take();
}

}  // namespace

const KernelDef fully_connected_s8_sparse = {"fully_connected_s8_sparse", &ops::fully_connected, "dense_s8_sparse.c",
                                             applies, lower};
const KernelDef pointwise_s8_sparse = {"pointwise_s8_sparse", &ops::conv2d, "dense_s8_sparse.c", applies, lower};

}  // namespace mote::kernels
