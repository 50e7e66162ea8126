// transpose_conv: the gradient of a convolution with respect to its input, as TFLite has it: input pixel (y, x) adds
// weights[o, ky, kx] * pixel to output (y * stride_h - pad_top + ky, x * stride_w - pad_left + kx); plus bias, plus
// fused activation. Integer form as conv2d; sums of int16 layers are always 64 bits wide.
#include "ops/transpose_conv.h"

#include <fmt/format.h>

#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/requantizer.h"
#include "ops/weighted.h"
#include "ops/window.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {
    {"activation", AttrKind::text, 0, 0, kActivations}, {"height", AttrKind::integer, 1, kMaxWindow},
    {"pad_left", AttrKind::integer, 0, kMaxWindow},     {"pad_top", AttrKind::integer, 0, kMaxWindow},
    {"stride_h", AttrKind::integer, 1, kMaxWindow},     {"stride_w", AttrKind::integer, 1, kMaxWindow},
    {"width", AttrKind::integer, 1, kMaxWindow},
};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  const Tensor& weights = input(graph, node, 1);
  MOTE_TRY_VOID(want_rank(x, 4, "input"));
  MOTE_TRY_VOID(want_rank(weights, 4, "weights"));
  if (weights.shape[3] != x.shape[3])
    return bad_input(
        fmt::format("weights \"{}\" are for {} channels, input has {}", weights.name, weights.shape[3], x.shape[3]));
  if (weights.type == DType::i4) return unsupported("its weights are int4");
  MOTE_TRY_VOID(check_weighted(x, weights, optional_input(graph, node, 2), output(graph, node), weights.shape[0], 0,
                               /*wide_sums=*/true));
  const std::int64_t height = node.attrs.integer("height"), width = node.attrs.integer("width");
  if (std::int64_t{x.shape[0]} * height * width > INT32_MAX / weights.shape[0])
    return bad_input("its output has more than 2^31 elements");
  return one_output(
      x.type, {x.shape[0], static_cast<std::int32_t>(height), static_cast<std::int32_t>(width), weights.shape[0]});
}

/// Visits every output element: `sum` adds one product, `finish` writes the element.
template <typename In, typename Acc, typename Weight, typename Product, typename Finish>
void convolve(const Node& node, std::span<const ConstView> inputs, const Weight* weights, Product product,
              Finish finish) {
  const Shape& in = inputs[0].tensor->shape;
  const Shape& k = inputs[1].tensor->shape;
  const TransposeWindow w = transpose_window(node);
  const auto* x = inputs[0].as<In>();
  std::int64_t at = 0;
  for (std::int64_t n = 0; n < in[0]; ++n)
    for (std::int64_t oy = 0; oy < w.out_h; ++oy)
      for (std::int64_t ox = 0; ox < w.out_w; ++ox)
        for (std::int64_t o = 0; o < k[0]; ++o) {
          Acc sum = 0;
          for (std::int64_t ky = 0; ky < k[1]; ++ky) {
            const std::int64_t y = oy + w.pad_top - ky;
            if (y < 0 || y % w.stride_h != 0 || y / w.stride_h >= in[1]) continue;
            for (std::int64_t kx = 0; kx < k[2]; ++kx) {
              const std::int64_t xx = ox + w.pad_left - kx;
              if (xx < 0 || xx % w.stride_w != 0 || xx / w.stride_w >= in[2]) continue;
              const In* pixel = x + ((n * in[1] + y / w.stride_h) * in[2] + xx / w.stride_w) * in[3];
              const Weight* tap = weights + ((o * k[1] + ky) * k[2] + kx) * k[3];
              for (std::int64_t c = 0; c < k[3]; ++c) sum += product(pixel[c], tap[c]);
            }
          }
          finish(at++, o, sum);
        }
}

template <typename T, typename Acc>
void run_integer(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Tensor& x = *inputs[0].tensor;
  const Tensor& weights = *inputs[1].tensor;
  const Requantizer requantize(node.attrs.text("activation"), *outputs[0].tensor,
                               channel_multipliers(x, weights, *outputs[0].tensor, weights.shape[0]));
  const std::int32_t zero_point = zero_point_of(x);
  const Tensor* bias = inputs.size() > 2 ? inputs[2].tensor : nullptr;
  convolve<T, Acc>(
      node, inputs, inputs[1].as<std::int8_t>(), [&](T a, std::int8_t b) { return (a - zero_point) * b; },
      [&](std::int64_t at, std::int64_t o, Acc sum) {
        const Acc biased = sum + (bias != nullptr ? static_cast<Acc>(bias_element(bias, inputs[2].data, o)) : Acc{0});
        outputs[0].as<T>()[at] = static_cast<T>(requantize(biased, static_cast<std::size_t>(o)));
      });
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  if (inputs[0].tensor->type == DType::i8) return run_integer<std::int8_t, std::int32_t>(node, inputs, outputs);
  if (inputs[0].tensor->type == DType::i16) return run_integer<std::int16_t, std::int64_t>(node, inputs, outputs);
  const bool has_bias = inputs.size() > 2 && inputs[2].tensor != nullptr;
  const FloatRange range = float_range(node.attrs.text("activation"));
  convolve<float, float>(
      node, inputs, inputs[1].as<float>(), [](float a, float b) { return a * b; },
      [&](std::int64_t at, std::int64_t o, float sum) {
        outputs[0].as<float>()[at] = clamp_to(sum + (has_bias ? inputs[2].as<float>()[o] : 0.0F), range);
      });
}

/// Every input pixel meets every tap, but for those that fall outside.
std::int64_t macs(const Graph& graph, const Node& node) {
  const Shape& k = input(graph, node, 1).shape;
  return input(graph, node, 0).elements() * k[0] * k[1] * k[2];
}

}  // namespace

TransposeWindow transpose_window(const Node& node) {
  const auto attr = [&](std::string_view name) { return static_cast<std::int32_t>(node.attrs.integer(name)); };
  return {attr("stride_h"), attr("stride_w"), attr("pad_top"), attr("pad_left"), attr("height"), attr("width")};
}

const OpDef transpose_conv = {
    .name = "transpose_conv",
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
