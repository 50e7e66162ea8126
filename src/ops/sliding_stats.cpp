// sliding_stats: mean, standard deviation, smallest and largest value of windows, [N, ...samples] -> [N, frames, 4, 1].
// Integer form: int16 in, exact sums and an integer root with 8 bits behind the point, int8 out; error before its
// rounding below one step of the signal.
#include <algorithm>
#include <cmath>

#include "ops/normalise.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/signal.h"
#include "ops/spectrum.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {{"stride", AttrKind::integer, 1, 1 << 24}, {"window", AttrKind::integer, 2, 4096}};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  MOTE_TRY(const WalkSpec spec, walk_spec(graph, node));
  MOTE_TRY(const DType type, feature_type(graph, node));
  return one_output(type, {spec.batches, spec.frames, 4, 1});
}

void run_float(const WalkSpec& spec, const float* x, float* y) {
  double sum = 0;
  double squares = 0;
  for (std::int64_t i = 0; i < spec.window; ++i) sum += static_cast<double>(x[i]);
  const double mean = sum / spec.window;
  for (std::int64_t i = 0; i < spec.window; ++i)
    squares += (static_cast<double>(x[i]) - mean) * (static_cast<double>(x[i]) - mean);
  y[0] = static_cast<float>(mean);
  y[1] = static_cast<float>(std::sqrt(squares / spec.window));
  y[2] = *std::min_element(x, x + spec.window);
  y[3] = *std::max_element(x, x + spec.window);
}

void run_int16(const WalkSpec& spec, const std::int16_t* x, const Tensor& out, std::int8_t* y) {
  std::int32_t sum = 0;
  std::int64_t squares = 0;
  for (std::int64_t i = 0; i < spec.window; ++i) {
    sum += x[i];
    squares += std::int32_t{x[i]} * x[i];
  }
  const auto root = static_cast<std::int64_t>(
      integer_sqrt(static_cast<std::uint64_t>(spec.window * squares - std::int64_t{sum} * sum)));
  const auto quotient = [&](std::int64_t v) { return static_cast<std::int32_t>(v * 256 / spec.window); };
  const std::int32_t values[4] = {quotient(sum), quotient(root), *std::min_element(x, x + spec.window) * 256,
                                  *std::max_element(x, x + spec.window) * 256};
  const QuantizedMultiplier multiplier = stats_multiplier(out);
  for (std::size_t k = 0; k < 4; ++k) y[k] = requantize_feature(values[k], multiplier, out);
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const WalkSpec spec = walk_spec(*inputs[0].tensor, node.attrs);
  std::int64_t at = 0;
  for (std::int64_t n = 0; n < spec.batches; ++n)
    for (std::int64_t f = 0; f < spec.frames; ++f, at += 4) {
      const std::int64_t first = n * spec.samples + f * spec.stride;
      if (inputs[0].tensor->type == DType::f32) {
        run_float(spec, inputs[0].as<float>() + first, outputs[0].as<float>() + at);
      } else {
        run_int16(spec, inputs[0].as<std::int16_t>() + first, *outputs[0].tensor, outputs[0].as<std::int8_t>() + at);
      }
    }
}

}  // namespace

QuantizedMultiplier stats_multiplier(const Tensor& out) {
  return quantize_multiplier(0x1p-23 / static_cast<double>(scale_of(out)));
}

const OpDef sliding_stats = {
    .name = "sliding_stats",
    .attrs = kAttrs,
    .quant = QuantRule::signal,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
