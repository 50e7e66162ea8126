// Kernel for depthwise_conv2d 3x3 on Helium (device/cortex_m55/depthwise_3x3_s8_mve.h). Strips may run along either
// axis of the image: the cheaper one is chosen here, and the filter transposed with it.
#include <algorithm>

#include "kernels/convolution.h"
#include "kernels/dense_m55.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

constexpr std::int32_t kMostShift = 20;  // so that the zero point fits before the shift, and sums that saturate too

struct Axis {
  std::int32_t in = 0, out = 0, in_step = 0, out_step = 0, pad = 0;
};

struct Strips {
  Axis along, across;
  bool transposed = false;  ///< along is y
  bool linear = false;
  std::int32_t columns = 0;
  std::int64_t instructions = 0;
};

struct Layer {
  const Tensor& x;
  const Tensor& out;
  ops::Window window;
  ops::Int8Range range;
  std::int32_t channels;
  std::vector<QuantizedMultiplier> multipliers;

  bool stride1() const { return window.stride_h == 1; }
  /// Results that saturation alone does not bring into the range, or halves below the zero point.
  bool any() const { return range.min > -128 || range.max < 127 || mve_signed(out, range); }
};

Layer layer_of(const Graph& graph, const Node& node) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const Tensor& out = ops::output(graph, node);
  return {x,
          out,
          convolution_window(graph, node),
          ops::int8_range(node.attrs.text("activation"), out.quant),
          weights.shape[3],
          ops::channel_multipliers(x, weights, out, weights.shape[3])};
}

/// Counted in the code: copying of strips, then channels by fours of outputs.
std::int64_t instructions(const Layer& layer, const Strips& s) {
  const std::int64_t groups = (layer.channels + 15) / 16;
  const std::int64_t count = layer.stride1() ? (s.across.out + 1) / 2 : s.across.out;
  const std::int64_t inside = std::min(s.along.in, s.columns - s.along.pad);
  const std::int64_t copies = s.linear ? (inside * layer.channels + 15) / 16 : inside;
  const std::int64_t per_four = (layer.stride1() ? 16 : 19) + (layer.any() ? 6 : 0);
  const std::int64_t odd_row = layer.stride1() ? s.across.out % 2 : 0;
  const std::int64_t fours = layer.stride1() ? (s.along.out + 1) / 2 : (s.along.out + 3) / 4;
  const std::int64_t channel = (layer.stride1() ? 35 : 30) + per_four * fours;
  const std::int64_t right = s.columns - s.along.pad - inside;
  return 80 + groups * count * (130 + 17 * copies + 2 * right * std::min(layer.channels, 16) / 4) +
         layer.channels * (count * channel + odd_row * fours);
}

Strips strips(const Layer& layer, bool transposed) {
  const ops::Window& w = layer.window;
  const std::int32_t c = layer.channels, in_w = layer.x.shape[2];
  const Axis x = {in_w, w.out_w, c, c, w.pad_left};
  const Axis y = {layer.x.shape[1], w.out_h, in_w * c, w.out_w * c, w.pad_top};
  Strips s;
  s.along = transposed ? y : x;
  s.across = transposed ? x : y;
  s.transposed = transposed;
  s.linear = c <= 16 && !transposed;
  s.columns = layer.stride1() ? (s.along.out + 1) / 2 * 2 + 2 : 2 * ((s.along.out + 3) / 4 * 4) + 2;
  s.instructions = instructions(layer, s);
  return s;
}

Strips best_strips(const Layer& layer) {
  const Strips rows = strips(layer, false);
  if (layer.channels < 16) return rows;
  const Strips columns = strips(layer, true);
  return columns.instructions < rows.instructions ? columns : rows;
}

bool applies(const Graph& graph, const Node& node, const Target& target) {
  if (!target.has("mve") || !fits_device(graph, node, DType::i8)) return false;
  const Shape& in = ops::input(graph, node, 0).shape;
  const Shape& k = ops::input(graph, node, 1).shape;
  if (in[0] != 1 || k[3] != in[3] || k[1] != 3 || k[2] != 3) return false;
  const Layer layer = layer_of(graph, node);
  const ops::Window& w = layer.window;
  if (w.stride_h != w.stride_w || w.stride_h > 2 || w.dilation_h != 1 || w.dilation_w != 1) return false;
  if (w.pad_left > 2 || w.pad_top > 2) return false;
  return mve_scales(layer.multipliers, layer.any()) &&
         std::all_of(layer.multipliers.begin(), layer.multipliers.end(),
                     [](const QuantizedMultiplier& m) { return m.multiplier == 0 || m.shift >= -kMostShift; });
}

std::vector<std::uint32_t> packed_channels(const Graph& graph, const Node& node, const Layer& layer, bool transposed) {
  const auto weights = ops::input(graph, node, 1).constant<std::int8_t>();
  const std::vector<std::int8_t> w = channels_first(weights, layer.channels);
  const auto bias = folded_bias(ops::optional_input(graph, node, 2), w, layer.channels, ops::zero_point_of(layer.x));
  std::vector<std::uint32_t> packed;
  for (std::size_t c = 0; c < layer.multipliers.size(); ++c) {
    const QuantizedMultiplier m = layer.multipliers[c];
    for (std::size_t along = 0; along < 3; ++along) {
      std::uint32_t word = along == 0 && m.multiplier != 0 ? static_cast<std::uint8_t>(m.shift) : 0;
      for (std::size_t across = 3; across-- > 0;)
        word = word << 8 | static_cast<std::uint8_t>(w[c * 9 + (transposed ? along * 3 + across : across * 3 + along)]);
      packed.push_back(word);
    }
    packed.push_back(static_cast<std::uint32_t>(bias[c]));
    packed.push_back(static_cast<std::uint32_t>(m.multiplier));
  }
  return packed;
}

KernelCall lower(const Graph& graph, const Node& node, const Target&) {
  const Layer layer = layer_of(graph, node);
  const Strips s = best_strips(layer);
  CallBuilder call("depthwise_3x3_s8_mve");
  call.reads(node);
  call.set("in_along", s.along.in).set("in_across", s.across.in);
  call.set("out_along", s.along.out).set("out_across", s.across.out);
  call.set("in_along_step", s.along.in_step).set("in_across_step", s.across.in_step);
  call.set("out_along_step", s.along.out_step).set("out_across_step", s.across.out_step);
  call.set("pad_along", s.along.pad).set("pad_across", s.across.pad);
  call.set("channels", layer.channels).set("linear", s.linear ? 1 : 0);
  call.set("in_zero", ops::zero_point_of(layer.x)).set("out_zero", ops::zero_point_of(layer.out));
  call.set("act_min", layer.range.min).set("act_max", layer.range.max);
  call.constant("channel", packed_channels(graph, node, layer, s.transposed));
  const std::int64_t group = std::min(layer.channels, 16);
  call.scratch(16 + (s.along.in * group + 15) / 16 * 16 + 4 * s.columns * group + 64);
  const bool in_place = layer.stride1() && layer.x.shape == layer.out.shape && s.across.pad == 1;
  call.overlap({.allowed = in_place, .lead = 0, .equal_offset_only = true});
  call.cost(s.instructions, 1100);
  KernelCall made = call.take();
  if (!layer.stride1()) made.kernel += "_stride2";
  if (layer.any()) made.kernel += "_any";
  return made;
}

}  // namespace

const KernelDef depthwise_3x3_s8_mve = {"depthwise_3x3_s8_mve", &ops::depthwise_conv2d, "depthwise_3x3_s8_mve.c",
                                        applies, lower};

}  // namespace mote::kernels
