// average_pool2d: the mean of the elements under the window, padding not counted; then fused activation.
// Integer form: the mean is rounded half away from zero; input and output share one quantisation (TFLite's rule).
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
  if (x.type == DType::i8 && std::int64_t{w.filter_h} * w.filter_w > kMaxWindow)
    return unsupported("its window has more than 2^20 elements");  // the int32 sum would overflow
  return one_output(x.type, {x.shape[0], w.out_h, w.out_w, x.shape[3]});
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
  const Int8Range range = int8_range(activation, outputs[0].tensor->quant);
  std::int32_t sum = 0;
  pool<std::int8_t>(
      node, inputs[0], [&] { sum = 0; }, [&](std::int8_t v) { sum += v; },
      [&](std::int64_t at, std::int64_t window) {
        const auto count = static_cast<std::int32_t>(window);
        const std::int32_t mean = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
        outputs[0].as<std::int8_t>()[at] = static_cast<std::int8_t>(clamp_to(mean, range));
      });
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
