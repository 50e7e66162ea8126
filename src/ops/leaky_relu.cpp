// leaky_relu: x where it is not negative, else alpha * x. Integer form: one multiplier for each side of the zero point.
#include "ops/leaky_relu.h"

#include <cmath>

#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/requantizer.h"

namespace mote::ops {

LeakyScales leaky_scales(const Tensor& x, const Tensor& out, double alpha) {
  const float positive = scale_of(x) / scale_of(out);
  const float negative = scale_of(x) * static_cast<float>(alpha) / scale_of(out);
  return {quantize_multiplier(static_cast<double>(positive)), quantize_multiplier(static_cast<double>(negative))};
}

namespace {

constexpr AttrDef kAttrs[] = {{"alpha", AttrKind::real}};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  const Tensor& out = output(graph, node);
  MOTE_TRY_VOID(want_same_type(x, out));
  const double alpha = node.attrs.real("alpha");
  if (!std::isfinite(static_cast<float>(alpha))) return bad_input("its alpha is not finite");
  if (x.type != DType::f32) {
    if (alpha < 0) return unsupported("its alpha is below 0; only floats may have that");
    const float ratio = scale_of(x) / scale_of(out);
    if (!std::isfinite(ratio) || !std::isfinite(scale_of(x) * static_cast<float>(alpha) / scale_of(out)))
      return bad_input("its scales are too far apart");
  }
  return one_output(x.type, x.shape);
}

template <typename T>
void run_integer(const LeakyScales& scales, const ConstView& x, const View& out) {
  const IntRange range = type_range(out.tensor->type);
  const std::int32_t zero_in = zero_point_of(*x.tensor), zero_out = zero_point_of(*out.tensor);
  for (std::int64_t i = 0; i < x.tensor->elements(); ++i) {
    const std::int32_t v = x.as<T>()[i] - zero_in;
    const std::int32_t scaled = multiply_by_quantized_multiplier(v, v >= 0 ? scales.positive : scales.negative);
    out.as<T>()[i] = static_cast<T>(clamp_to(wrapping_add(scaled, zero_out), range));
  }
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const ConstView& x = inputs[0];
  const double alpha = node.attrs.real("alpha");
  if (x.tensor->type == DType::f32) {
    for (std::int64_t i = 0; i < x.tensor->elements(); ++i) {
      const float v = x.as<float>()[i];
      outputs[0].as<float>()[i] = v > 0 ? v : v * static_cast<float>(alpha);
    }
    return;
  }
  const LeakyScales scales = leaky_scales(*x.tensor, *outputs[0].tensor, alpha);
  if (x.tensor->type == DType::i8) return run_integer<std::int8_t>(scales, x, outputs[0]);
  run_integer<std::int16_t>(scales, x, outputs[0]);
}

}  // namespace

const OpDef leaky_relu = {
    .name = "leaky_relu",
    .attrs = kAttrs,
    .elementwise = true,
    .in_place = true,
    .quant = QuantRule::calibrated,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
