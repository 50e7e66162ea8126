// conv2d: cross-correlation of x [N,H,W,C] with weights [O,KH,KW,C], plus bias, plus fused activation.
// Integer form: Jacob et al. 2018, section 2.3; int32 sums, one multiplier per output channel, double rounding as
// TFLite Micro. With int16 activations sums are int64 where the bias is, and rounded once (weighted.h).
#include <fmt/format.h>

#include "ir/int4.h"
#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/requantizer.h"
#include "ops/weighted.h"
#include "ops/window.h"

namespace mote::ops {
namespace {

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  const Tensor& weights = input(graph, node, 1);
  MOTE_TRY_VOID(want_rank(x, 4, "input"));
  MOTE_TRY_VOID(want_rank(weights, 4, "weights"));
  if (weights.shape[3] != x.shape[3]) {
    const bool grouped = x.shape[3] % weights.shape[3] == 0;
    const std::string what =
        fmt::format("weights \"{}\" are for {} channels, input has {}", weights.name, weights.shape[3], x.shape[3]);
    return grouped ? unsupported(what + "; grouped convolutions are not supported") : bad_input(what);
  }
  MOTE_TRY_VOID(check_weighted(x, weights, optional_input(graph, node, 2), output(graph, node), weights.shape[0], 0));
  MOTE_TRY(const Window w, window_of(node.attrs, x.shape[1], x.shape[2], weights.shape[1], weights.shape[2]));
  return one_output(x.type, {x.shape[0], w.out_h, w.out_w, weights.shape[0]});
}

/// Visits every output element: `sum` adds one product, `finish` writes the element. Padding adds nothing: it stands
/// for real 0.
template <typename In, typename Acc, typename Weight, typename Product, typename Finish>
void convolve(const Node& node, std::span<const ConstView> inputs, const Weight* weights, Product product,
              Finish finish) {
  const Shape& in = inputs[0].tensor->shape;
  const Shape& k = inputs[1].tensor->shape;
  const Window w = *window_of(node.attrs, in[1], in[2], k[1], k[2]);
  const auto* x = inputs[0].as<In>();
  std::int64_t at = 0;
  for (std::int64_t n = 0; n < in[0]; ++n)
    for (std::int64_t oy = 0; oy < w.out_h; ++oy)
      for (std::int64_t ox = 0; ox < w.out_w; ++ox)
        for (std::int64_t o = 0; o < k[0]; ++o) {
          Acc sum = 0;
          for (std::int64_t ky = 0; ky < k[1]; ++ky) {
            const std::int64_t y = oy * w.stride_h - w.pad_top + ky * w.dilation_h;
            if (y < 0 || y >= in[1]) continue;
            for (std::int64_t kx = 0; kx < k[2]; ++kx) {
              const std::int64_t xx = ox * w.stride_w - w.pad_left + kx * w.dilation_w;
              if (xx < 0 || xx >= in[2]) continue;
              const In* pixel = x + ((n * in[1] + y) * in[2] + xx) * in[3];
              const Weight* tap = weights + ((o * k[1] + ky) * k[2] + kx) * k[3];
              for (std::int64_t c = 0; c < k[3]; ++c) sum += product(pixel[c], tap[c]);
            }
          }
          finish(at++, o, sum);
        }
}

template <typename T, typename Acc>
void run_integer(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const std::vector<std::int8_t> weights = int8_elements(*inputs[1].tensor);
  const Requantizer requantize(
      node.attrs.text("activation"), *outputs[0].tensor,
      channel_multipliers(*inputs[0].tensor, *inputs[1].tensor, *outputs[0].tensor, inputs[1].tensor->shape[0]));
  const std::int32_t zero_point = zero_point_of(*inputs[0].tensor);
  const Tensor* bias = inputs.size() > 2 ? inputs[2].tensor : nullptr;
  convolve<T, Acc>(
      node, inputs, weights.data(),
      [zero_point](T a, std::int8_t b) {
        // Both factors fit int16, and compilers know sums of such products.
        if constexpr (sizeof(T) == 1)
          return std::int32_t{static_cast<std::int16_t>(a - zero_point)} * static_cast<std::int16_t>(b);
        else
          return (a - zero_point) * b;
      },
      [&](std::int64_t at, std::int64_t o, Acc sum) {
        const Acc biased = sum + (bias != nullptr ? static_cast<Acc>(bias_element(bias, inputs[2].data, o)) : Acc{0});
        outputs[0].as<T>()[at] = static_cast<T>(requantize(biased, static_cast<std::size_t>(o)));
      });
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const bool has_bias = inputs.size() > 2 && inputs[2].tensor != nullptr;
  const std::string& activation = node.attrs.text("activation");
  if (inputs[0].tensor->type == DType::f32) {
    const FloatRange range = float_range(activation);
    convolve<float, float>(
        node, inputs, inputs[1].as<float>(), [](float a, float b) { return a * b; },
        [&](std::int64_t at, std::int64_t o, float sum) {
          const float biased = sum + (has_bias ? inputs[2].as<float>()[o] : 0.0F);
          outputs[0].as<float>()[at] = clamp_to(biased, range);
        });
    return;
  }
  if (inputs[0].tensor->type == DType::i8) return run_integer<std::int8_t, std::int32_t>(node, inputs, outputs);
  if (has_wide_sums(*inputs[0].tensor, has_bias ? inputs[2].tensor : nullptr))
    return run_integer<std::int16_t, std::int64_t>(node, inputs, outputs);
  run_integer<std::int16_t, std::int32_t>(node, inputs, outputs);
}

std::int64_t macs(const Graph& graph, const Node& node) {
  const Shape& k = input(graph, node, 1).shape;
  return output(graph, node).elements() * k[1] * k[2] * k[3];
}

}  // namespace

const OpDef conv2d = {
    .name = "conv2d",
    .attrs = kConvolutionAttrs,
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
