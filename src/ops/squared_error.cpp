// squared_error: mean of (a - b)^2 over all elements of an example, one number: what an autoencoder's reconstruction
// lacks, as loss and as score. Integer form: both operands int8 of one scale s; the output is the int32 sum of
// (qa - qb)^2, exact, in steps of s^2 / elements, so that no score saturates or is rounded.
#include "ops/squared_error.h"

#include <fmt/format.h>

#include <cmath>

#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::ops {

float squared_error_scale(float scale, std::int64_t elements) {
  return static_cast<float>(static_cast<double>(scale) * static_cast<double>(scale) / static_cast<double>(elements));
}

namespace {

std::int64_t elements_of_example(const Tensor& a) { return a.elements() / a.shape[0]; }

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& a = input(graph, node, 0);
  const Tensor& b = input(graph, node, 1);
  const Tensor& out = output(graph, node);
  if (a.shape.empty() || a.shape != b.shape)
    return bad_input(
        fmt::format("operands are {} and {}; they must be alike", shape_text(a.shape), shape_text(b.shape)));
  MOTE_TRY_VOID(want_same_quantization(a, b));
  const Shape shape{a.shape[0], 1};
  if (a.type == DType::f32) return one_output(DType::f32, shape);
  MOTE_TRY_VOID(want_type(a, DType::i8, "input"));
  const std::int64_t each = elements_of_example(a);
  if (each > kMostSquares)
    return unsupported(fmt::format("has {} elements an example, at most {}", each, kMostSquares));
  MOTE_TRY_VOID(want_per_tensor(out, "output"));
  const auto step = static_cast<double>(squared_error_scale(scale_of(a), each));
  if (zero_point_of(out) != 0 || !(std::fabs(static_cast<double>(scale_of(out)) - step) <= 1e-5 * step))
    return bad_input(fmt::format("its output must be of scale {:g}, zero point 0", step));
  return one_output(DType::i32, shape);
}

void run(const Node&, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Tensor& a = *inputs[0].tensor;
  const std::int64_t each = elements_of_example(a);
  for (std::int64_t n = 0; n < a.shape[0]; ++n) {
    if (a.type == DType::f32) {
      double sum = 0;
      for (std::int64_t i = n * each; i < (n + 1) * each; ++i)
        sum +=
            std::pow(static_cast<double>(inputs[0].as<float>()[i]) - static_cast<double>(inputs[1].as<float>()[i]), 2);
      outputs[0].as<float>()[n] = static_cast<float>(sum / static_cast<double>(each));
      continue;
    }
    std::int32_t sum = 0;
    for (std::int64_t i = n * each; i < (n + 1) * each; ++i) {
      const std::int32_t d = inputs[0].as<std::int8_t>()[i] - inputs[1].as<std::int8_t>()[i];
      sum += d * d;
    }
    outputs[0].as<std::int32_t>()[n] = sum;
  }
}

}  // namespace

const OpDef squared_error = {
    .name = "squared_error",
    .min_inputs = 2,
    .max_inputs = 2,
    .quant = QuantRule::squared_error,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
