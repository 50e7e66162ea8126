// quantize: float32 to int8, or int8 to int8 of another quantisation (the output tensor says which).
// Source: TFLite: round(x / scale) halves away from zero, float division; int8 by one fixed-point multiplier.
#include <algorithm>
#include <cmath>

#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/rescale.h"

namespace mote::ops {
namespace {

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  const Tensor& out = output(graph, node);
  MOTE_TRY_VOID(want_f32_or_i8(x, "input"));
  MOTE_TRY_VOID(want_type(out, DType::i8, "output"));
  MOTE_TRY_VOID(want_per_tensor(x, "input"));
  MOTE_TRY_VOID(want_per_tensor(out, "output"));
  return one_output(DType::i8, x.shape);
}

std::int8_t quantize_real(float x, float scale, std::int32_t zero_point) {
  const float steps = std::round(x / scale);
  if (!(steps > -1024.0F)) return -128;  // below the range, or not a number
  if (steps > 1024.0F) return 127;
  return static_cast<std::int8_t>(std::clamp(static_cast<std::int32_t>(steps) + zero_point, -128, 127));
}

void run(const Node&, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Tensor& x = *inputs[0].tensor;
  const Tensor& out = *outputs[0].tensor;
  const std::int64_t count = x.elements();
  auto* y = outputs[0].as<std::int8_t>();
  if (x.type == DType::f32) {
    for (std::int64_t i = 0; i < count; ++i)
      y[i] = quantize_real(inputs[0].as<float>()[i], scale_of(out), zero_point_of(out));
    return;
  }
  const QuantizedMultiplier multiplier = rescale_multiplier(x, out);
  for (std::int64_t i = 0; i < count; ++i)
    y[i] = rescale_int8(inputs[0].as<std::int8_t>()[i], zero_point_of(x), multiplier, zero_point_of(out), -128, 127);
}

}  // namespace

const OpDef quantize = {
    .name = "quantize",
    .elementwise = true,
    .in_place = true,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
