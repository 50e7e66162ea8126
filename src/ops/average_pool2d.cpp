// average_pool2d: the mean of the elements under the window, padding not counted; then fused activation.
// Integer form: the mean is rounded half away from zero; input and output share one quantisation (TFLite's rule).
#include <fmt/format.h>

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
  const std::int64_t most = x.type == DType::i16 ? kMaxWindow16 : kMaxWindow;  // else the int32 sum would overflow
  if (x.type != DType::f32 && std::int64_t{w.filter_h} * w.filter_w > most)
    return unsupported(fmt::format("its window has more than {} elements", most));
  return one_output(x.type, {x.shape[0], w.out_h, w.out_w, x.shape[3]});
}

template <typename T>
void run_integer(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const IntRange range = integer_range(node.attrs.text("activation"), *outputs[0].tensor);
  std::int32_t sum = 0;
  pool<T>(
      node, inputs[0], [&] { sum = 0; }, [&](T v) { sum += v; },
      [&](std::int64_t at, std::int64_t window) {
        const auto count = static_cast<std::int32_t>(window);
        const std::int32_t mean = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
        outputs[0].as<T>()[at] = static_cast<T>(clamp_to(mean, range));
      });
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const std::string& activation = node.attrs.text("activation");
  if (inputs[0].tensor->type == DType::f32) {
    const FloatRange range = float_range(activation);
    float sum = 0.0F;
    pool<float>(
        node, inputs[0], [&] { sum = 0.0F; }, [&](float v) { sum += v; },
        [&](std::int64_t at, std::int64_t count) {
          outputs[0].as<float>()[at] = clamp_to(sum / static_cast<float>(count), range);
        });
    return;
  }
  if (inputs[0].tensor->type == DType::i8) return run_integer<std::int8_t>(node, inputs, outputs);
  run_integer<std::int16_t>(node, inputs, outputs);
}

}  // namespace

const OpDef average_pool2d = {
    .name = "average_pool2d",
    .attrs = kPoolAttrs,
    .has_activation = true,
    .quant = QuantRule::same_as_input,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
