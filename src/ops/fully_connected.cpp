// fully_connected: y[n][o] = sum over i of x[n][i] * weights[o][i], plus bias, plus fused activation.
// Integer form as conv2d's, but with TFLite Micro's float32 product of scales when the weights have one scale
// (weighted.h).
#include <fmt/format.h>

#include "ir/int4.h"
#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/requantizer.h"
#include "ops/weighted.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {
    {"activation", AttrKind::text, 0, 0, kActivations},
    {"keep_dims", AttrKind::integer, 0, 1},
};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  const Tensor& weights = input(graph, node, 1);
  MOTE_TRY_VOID(want_rank(weights, 2, "weights"));
  const std::int32_t outputs = weights.shape[0];
  const std::int32_t inputs = weights.shape[1];
  const bool keep_dims = node.attrs.integer("keep_dims") != 0;
  const bool fits = keep_dims ? !x.shape.empty() && x.shape.back() == inputs : x.elements() % inputs == 0;
  if (!fits)
    return bad_input(fmt::format("weights \"{}\" are {}, which does not fit the input's {}", weights.name,
                                 shape_text(weights.shape), shape_text(x.shape)));
  MOTE_TRY_VOID(check_weighted(x, weights, optional_input(graph, node, 2), output(graph, node), outputs, 0));
  Shape shape = {static_cast<std::int32_t>(x.elements() / inputs), outputs};
  if (keep_dims) {
    shape = x.shape;
    shape.back() = outputs;
  }
  return one_output(x.type, shape);
}

void run_float(const FloatRange& range, std::span<const ConstView> inputs, const float* bias,
               std::span<const View> outputs) {
  const Shape& k = inputs[1].tensor->shape;
  const std::int64_t rows = inputs[0].tensor->elements() / k[1];
  for (std::int64_t n = 0; n < rows; ++n)
    for (std::int64_t o = 0; o < k[0]; ++o) {
      float sum = 0.0F;
      for (std::int64_t i = 0; i < k[1]; ++i)
        sum += inputs[0].as<float>()[n * k[1] + i] * inputs[1].as<float>()[o * k[1] + i];
      outputs[0].as<float>()[n * k[0] + o] = clamp_to(sum + (bias != nullptr ? bias[o] : 0.0F), range);
    }
}

template <typename T, typename Acc>
void run_integer(const Requantizer& requantize, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Shape& k = inputs[1].tensor->shape;
  const std::int64_t rows = inputs[0].tensor->elements() / k[1];
  const std::int32_t zero_point = zero_point_of(*inputs[0].tensor);
  const std::vector<std::int8_t> weights = int8_elements(*inputs[1].tensor);
  const Tensor* bias = inputs.size() > 2 ? inputs[2].tensor : nullptr;
  for (std::int64_t n = 0; n < rows; ++n)
    for (std::int64_t o = 0; o < k[0]; ++o) {
      Acc sum = bias != nullptr ? static_cast<Acc>(bias_element(bias, inputs[2].data, o)) : Acc{0};
      const std::int8_t* row = weights.data() + o * k[1];
      for (std::int64_t i = 0; i < k[1]; ++i) sum += (inputs[0].as<T>()[n * k[1] + i] - zero_point) * row[i];
      outputs[0].as<T>()[n * k[0] + o] = static_cast<T>(requantize(sum, static_cast<std::size_t>(o)));
    }
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const bool has_bias = inputs.size() > 2 && inputs[2].tensor != nullptr;
  const std::string& activation = node.attrs.text("activation");
  if (inputs[0].tensor->type == DType::f32)
    return run_float(float_range(activation), inputs, has_bias ? inputs[2].as<float>() : nullptr, outputs);
  const Requantizer requantize(activation, *outputs[0].tensor,
                               fully_connected_multipliers(*inputs[0].tensor, *inputs[1].tensor, *outputs[0].tensor,
                                                           inputs[1].tensor->shape[0]));
  if (inputs[0].tensor->type == DType::i8) return run_integer<std::int8_t, std::int32_t>(requantize, inputs, outputs);
  if (has_wide_sums(*inputs[0].tensor, has_bias ? inputs[2].tensor : nullptr))
    return run_integer<std::int16_t, std::int64_t>(requantize, inputs, outputs);
  run_integer<std::int16_t, std::int32_t>(requantize, inputs, outputs);
}

std::int64_t macs(const Graph& graph, const Node& node) {
  return output(graph, node).elements() * input(graph, node, 1).shape[1];
}

}  // namespace

const OpDef fully_connected = {
    .name = "fully_connected",
    .attrs = kAttrs,
    .min_inputs = 2,
    .max_inputs = 3,
    .has_activation = true,
    .weight_input = 1,
    .weight_axis = 0,
    .bias_input = 2,
    .quant = QuantRule::calibrated,
    .infer = infer,
    .run = run,
    .macs = macs,
};

}  // namespace mote::ops
