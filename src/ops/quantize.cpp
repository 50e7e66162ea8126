// quantize: float32 to int8 or int16, or integers (int8, int16, int32) to int8 or int16 of another quantisation (the
// output tensor says which).
// Source: TFLite: round(x / scale) halves away from zero, float division; integers by one fixed-point multiplier.
#include <cmath>

#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/rescale.h"

namespace mote::ops {
namespace {

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  const Tensor& out = output(graph, node);
  if (x.type != DType::i32) MOTE_TRY_VOID(want_activation(x, "input"));
  if (out.type != DType::i16) MOTE_TRY_VOID(want_type(out, DType::i8, "output"));
  MOTE_TRY_VOID(want_per_tensor(x, "input"));
  MOTE_TRY_VOID(want_per_tensor(out, "output"));
  return one_output(out.type, x.shape);
}

template <typename T>
void quantize_reals(const ConstView& x, const View& out) {
  const IntRange range = type_range(out.tensor->type);
  const auto most = static_cast<float>(range.max + 1) * 8.0F;
  const float scale = scale_of(*out.tensor);
  const std::int32_t zero_point = zero_point_of(*out.tensor);
  const std::int64_t count = x.tensor->elements();
  for (std::int64_t i = 0; i < count; ++i) {
    const float steps = std::round(x.as<float>()[i] / scale);
    std::int32_t q = range.min;  // below the range, or not a number
    if (steps > most)
      q = range.max;
    else if (steps > -most)
      q = clamp_to(static_cast<std::int32_t>(steps) + zero_point, range);
    out.as<T>()[i] = static_cast<T>(q);
  }
}

void run(const Node&, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Tensor& x = *inputs[0].tensor;
  const Tensor& out = *outputs[0].tensor;
  if (x.type != DType::f32)
    return Rescaler(x, out, rescale_multiplier(x, out), type_range(out.type)).run(inputs[0], outputs[0]);
  if (out.type == DType::i8) return quantize_reals<std::int8_t>(inputs[0], outputs[0]);
  quantize_reals<std::int16_t>(inputs[0], outputs[0]);
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
