// envelope: how strong a signal is from moment to moment: the mean of |x| over windows, [N, ...samples] -> [N, frames,
// 1, 1], a signal of a lower rate. Its spectrum shows how often a bearing knocks. Integer form: int16, exact sum, one
// rounding.
#include <algorithm>
#include <cmath>

#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/signal.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {{"stride", AttrKind::integer, 1, 1 << 24}, {"window", AttrKind::integer, 1, 4096}};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  MOTE_TRY_VOID(want_filter(graph, node));
  MOTE_TRY(const WalkSpec spec, walk_spec(graph, node));
  return one_output(input(graph, node, 0).type, {spec.batches, spec.frames, 1, 1});
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const WalkSpec spec = walk_spec(*inputs[0].tensor, node.attrs);
  std::int64_t at = 0;
  for (std::int64_t n = 0; n < spec.batches; ++n)
    for (std::int64_t f = 0; f < spec.frames; ++f, ++at) {
      const std::int64_t first = n * spec.samples + f * spec.stride;
      if (inputs[0].tensor->type == DType::f32) {
        double sum = 0;
        for (std::int64_t i = 0; i < spec.window; ++i)
          sum += std::fabs(static_cast<double>(inputs[0].as<float>()[first + i]));
        outputs[0].as<float>()[at] = static_cast<float>(sum / spec.window);
        continue;
      }
      std::int32_t sum = 0;
      for (std::int64_t i = 0; i < spec.window; ++i)
        sum += std::abs(std::int32_t{inputs[0].as<std::int16_t>()[first + i]});
      outputs[0].as<std::int16_t>()[at] =
          static_cast<std::int16_t>(std::min((sum + spec.window / 2) / spec.window, 32767));
    }
}

}  // namespace

const OpDef envelope = {
    .name = "envelope",
    .attrs = kAttrs,
    .quant = QuantRule::signal_filter,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
