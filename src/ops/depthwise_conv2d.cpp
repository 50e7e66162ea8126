// depthwise_conv2d: every channel of x [N,H,W,C] has M filters of its own; weights [1,KH,KW,C*M], output channel c*M+m.
// Integer form as conv2d's, with the weights' channels along axis 3; sums of int16 activations are always int64.
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
  if (weights.shape[0] != 1 || weights.shape[3] % x.shape[3] != 0)
    return bad_input(fmt::format("weights \"{}\" are {}, must be 1xKHxKWx(a multiple of the input's {} channels)",
                                 weights.name, shape_text(weights.shape), x.shape[3]));
  MOTE_TRY_VOID(check_weighted(x, weights, optional_input(graph, node, 2), output(graph, node), weights.shape[3], 3));
  MOTE_TRY(const Window w, window_of(node.attrs, x.shape[1], x.shape[2], weights.shape[1], weights.shape[2]));
  return one_output(x.type, {x.shape[0], w.out_h, w.out_w, weights.shape[3]});
}

/// Visits every output element: `product` of input and weight, `finish` writes the element. Padding adds nothing.
template <typename In, typename Acc, typename Weight, typename Product, typename Finish>
void convolve(const Node& node, std::span<const ConstView> inputs, const Weight* weights, Product product,
              Finish finish) {
  const Shape& in = inputs[0].tensor->shape;
  const Shape& k = inputs[1].tensor->shape;
  const Window w = *window_of(node.attrs, in[1], in[2], k[1], k[2]);
  const std::int64_t multiplier = k[3] / in[3];
  const auto* x = inputs[0].as<In>();
  std::int64_t at = 0;
  for (std::int64_t n = 0; n < in[0]; ++n)
    for (std::int64_t oy = 0; oy < w.out_h; ++oy)
      for (std::int64_t ox = 0; ox < w.out_w; ++ox)
        for (std::int64_t o = 0; o < k[3]; ++o) {
          Acc sum = 0;
          for (std::int64_t ky = 0; ky < k[1]; ++ky) {
            const std::int64_t y = oy * w.stride_h - w.pad_top + ky * w.dilation_h;
            if (y < 0 || y >= in[1]) continue;
            for (std::int64_t kx = 0; kx < k[2]; ++kx) {
              const std::int64_t xx = ox * w.stride_w - w.pad_left + kx * w.dilation_w;
              if (xx < 0 || xx >= in[2]) continue;
              sum += product(x[((n * in[1] + y) * in[2] + xx) * in[3] + o / multiplier],
                             weights[(ky * k[2] + kx) * k[3] + o]);
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
      channel_multipliers(*inputs[0].tensor, *inputs[1].tensor, *outputs[0].tensor, inputs[1].tensor->shape[3]));
  const std::int32_t zero_point = zero_point_of(*inputs[0].tensor);
  const Tensor* bias = inputs.size() > 2 ? inputs[2].tensor : nullptr;
  convolve<T, Acc>(
      node, inputs, weights.data(), [&](T a, std::int8_t b) { return (a - zero_point) * b; },
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
  run_integer<std::int16_t, std::int64_t>(node, inputs, outputs);
}

std::int64_t macs(const Graph& graph, const Node& node) {
  const Shape& k = input(graph, node, 1).shape;
  return output(graph, node).elements() * k[1] * k[2];
}

}  // namespace

const OpDef depthwise_conv2d = {
    .name = "depthwise_conv2d",
    .attrs = kConvolutionAttrs,
    .min_inputs = 2,
    .max_inputs = 3,
    .has_activation = true,
    .weight_input = 1,
    .weight_axis = 3,
    .bias_input = 2,
    .quant = QuantRule::calibrated,
    .infer = infer,
    .run = run,
    .macs = macs,
};

}  // namespace mote::ops
