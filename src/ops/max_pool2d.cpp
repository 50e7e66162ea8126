// max_pool2d: the largest element under the window, padding not counted; then fused activation.
// Integer form: input and output share one quantisation.
#include <limits>

#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/pool.h"

namespace mote::ops {
namespace {

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  MOTE_TRY_VOID(want_rank(x, 4, "input"));
  MOTE_TRY_VOID(want_same_quantization(x, output(graph, node)));
  MOTE_TRY(const Window w, pool_window(node.attrs, x.shape[1], x.shape[2]));
  return one_output(x.type, {x.shape[0], w.out_h, w.out_w, x.shape[3]});
}

template <typename T>
void run_integer(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const IntRange range = integer_range(node.attrs.text("activation"), *outputs[0].tensor);
  std::int32_t largest = 0;
  pool<T>(
      node, inputs[0], [&] { largest = std::numeric_limits<T>::min(); },
      [&](T v) { largest = std::max<std::int32_t>(largest, v); },
      [&](std::int64_t at, std::int64_t) { outputs[0].as<T>()[at] = static_cast<T>(clamp_to(largest, range)); });
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const std::string& activation = node.attrs.text("activation");
  if (inputs[0].tensor->type == DType::f32) {
    const FloatRange range = float_range(activation);
    float largest = 0.0F;
    pool<float>(
        node, inputs[0], [&] { largest = std::numeric_limits<float>::lowest(); },
        [&](float v) { largest = std::max(largest, v); },
        [&](std::int64_t at, std::int64_t) { outputs[0].as<float>()[at] = clamp_to(largest, range); });
    return;
  }
  if (inputs[0].tensor->type == DType::i8) return run_integer<std::int8_t>(node, inputs, outputs);
  run_integer<std::int16_t>(node, inputs, outputs);
}

}  // namespace

const OpDef max_pool2d = {
    .name = "max_pool2d",
    .attrs = kPoolAttrs,
    .has_activation = true,
    .quant = QuantRule::same_as_input,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
