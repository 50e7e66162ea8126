// taper: multiplies every frame of a signal, [N, frames, window, 1] as `frame` gives it, by a window function. Integer
// form: int16, the window in Q15, one rounding: error below one step.
#include "ops/taper.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/signal.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {{"window", AttrKind::text, 0, 0, "hann|hamming|blackman"}};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  MOTE_TRY_VOID(want_filter(graph, node));
  const Tensor& x = input(graph, node, 0);
  MOTE_TRY_VOID(want_rank(x, 4, "frames"));
  if (x.shape[2] > (1 << 16)) return unsupported("its window is longer than 65536 samples");
  return one_output(x.type, x.shape);
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Tensor& x = *inputs[0].tensor;
  const std::vector<double> window = window_function(node.attrs.text("window"), x.shape[2]);
  const std::vector<std::int16_t> table = taper_table(window);
  const std::int64_t depth = x.shape[3];
  for (std::int64_t i = 0; i < x.elements(); ++i) {
    const auto k = static_cast<std::size_t>(i / depth % x.shape[2]);
    if (x.type == DType::f32) {
      outputs[0].as<float>()[i] = static_cast<float>(static_cast<double>(inputs[0].as<float>()[i]) * window[k]);
    } else {
      const std::int32_t v = inputs[0].as<std::int16_t>()[i];
      outputs[0].as<std::int16_t>()[i] = static_cast<std::int16_t>((v * table[k] + 16384) >> 15);
    }
  }
}

std::int64_t macs(const Graph& graph, const Node& node) { return input(graph, node, 0).elements(); }

}  // namespace

std::vector<double> window_function(std::string_view name, std::int32_t length) {
  const double cosine = name == "hamming" ? 0.46 : 0.5;
  std::vector<double> values;
  for (std::int32_t i = 0; i < length; ++i) {
    const double angle = 2 * std::numbers::pi * i / length;
    values.push_back(name == "blackman" ? 0.42 - 0.5 * std::cos(angle) + 0.08 * std::cos(2 * angle)
                                        : 1 - cosine - cosine * std::cos(angle));
  }
  return values;
}

std::vector<std::int16_t> taper_table(const std::vector<double>& window) {
  std::vector<std::int16_t> table;
  for (const double w : window) table.push_back(static_cast<std::int16_t>(std::min(32767L, std::lround(32768.0 * w))));
  return table;
}

const OpDef taper = {
    .name = "taper",
    .attrs = kAttrs,
    .quant = QuantRule::signal_filter,
    .infer = infer,
    .run = run,
    .macs = macs,
};

}  // namespace mote::ops
