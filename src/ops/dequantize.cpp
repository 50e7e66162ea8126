// dequantize: int8 or int16 to float32: scale * (q - zero_point).
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::ops {
namespace {

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  if (x.type != DType::i16) MOTE_TRY_VOID(want_type(x, DType::i8, "input"));
  MOTE_TRY_VOID(want_per_tensor(x, "input"));
  MOTE_TRY_VOID(want_type(output(graph, node), DType::f32, "output"));
  return one_output(DType::f32, x.shape);
}

void run(const Node&, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Tensor& x = *inputs[0].tensor;
  const std::int64_t count = x.elements();
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int32_t q = x.type == DType::i8 ? inputs[0].as<std::int8_t>()[i] : inputs[0].as<std::int16_t>()[i];
    outputs[0].as<float>()[i] = scale_of(x) * static_cast<float>(q - zero_point_of(x));
  }
}

}  // namespace

const OpDef dequantize = {
    .name = "dequantize",
    .elementwise = true,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
