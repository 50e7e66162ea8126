// See relu_like.h.
#include "ops/relu_like.h"

#include <cmath>

#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/rescale.h"

namespace mote::ops {

Result<std::vector<TensorType>> infer_relu(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  const Tensor& out = output(graph, node);
  MOTE_TRY_VOID(want_same_type(x, out));
  if (x.type != DType::f32 && !std::isfinite(scale_of(x) / scale_of(out)))
    return bad_input("its scales are too far apart");
  return one_output(x.type, x.shape);
}

void run_relu(std::string_view activation, const ConstView& x, const View& out) {
  const std::int64_t count = x.tensor->elements();
  if (x.tensor->type == DType::f32) {
    const FloatRange range = float_range(activation);
    for (std::int64_t i = 0; i < count; ++i) out.as<float>()[i] = clamp_to(x.as<float>()[i], range);
    return;
  }
  const QuantizedMultiplier multiplier = relu_multiplier(*x.tensor, *out.tensor);
  const IntRange range = integer_range(activation, *out.tensor);
  Rescaler(*x.tensor, *out.tensor, multiplier, range).run(x, out);
}

}  // namespace mote::ops
