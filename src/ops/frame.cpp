// frame: cuts a signal into windows, [N, ...samples] -> [N, frames, window, 1], multiplied by a Hann window if asked
// for. Integer form: int16, the window in Q15, one rounding: error below one step.
#include <cmath>

#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/signal.h"
#include "ops/spectrum.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {kStrideAttr, {"taper", AttrKind::text, 0, 0, "none|hann"}, kWindowAttr};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  MOTE_TRY_VOID(want_filter(graph, node));
  MOTE_TRY(const WalkSpec spec, walk_spec(graph, node));
  return one_output(input(graph, node, 0).type, {spec.batches, spec.frames, spec.window, 1});
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const WalkSpec spec = walk_spec(*inputs[0].tensor, node.attrs);
  const bool tapered = node.attrs.text("taper") == "hann";
  const std::vector<double> window = hann_window(spec.window);
  const std::vector<std::int16_t> table = window_table(spec.window);
  std::int64_t at = 0;
  for (std::int64_t n = 0; n < spec.batches; ++n)
    for (std::int64_t f = 0; f < spec.frames; ++f)
      for (std::int64_t i = 0; i < spec.window; ++i, ++at) {
        const std::int64_t from = n * spec.samples + f * spec.stride + i;
        const auto k = static_cast<std::size_t>(i);
        if (inputs[0].tensor->type == DType::f32) {
          const auto x = static_cast<double>(inputs[0].as<float>()[from]);
          outputs[0].as<float>()[at] = static_cast<float>(tapered ? x * window[k] : x);
        } else {
          const std::int32_t x = inputs[0].as<std::int16_t>()[from];
          outputs[0].as<std::int16_t>()[at] = static_cast<std::int16_t>(tapered ? (x * table[k] + 16384) >> 15 : x);
        }
      }
}

}  // namespace

const OpDef frame = {
    .name = "frame",
    .attrs = kAttrs,
    .quant = QuantRule::signal_filter,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
