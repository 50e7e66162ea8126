// The depthwise kernel for any filter on Cortex-M4 and other cores with its DSP extension;
// device/cortex_m4/depthwise_taps_s8.c.
#include <algorithm>

#include "kernels/convolution.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "kernels/rescale_m4.h"
#include "kernels/scaled_channels_m4.h"
#include "kernels/window_overlap.h"
#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

struct Scaled {
  int fraction = kRescaleFraction;
  std::vector<ScaledChannel> channels;
};

ops::Int8Range range_of(const Graph& graph, const Node& node) {
  return ops::int8_range(node.attrs.text("activation"), ops::output(graph, node).quant);
}

/// Every channel, with the first fraction of those that the device has which suits all; nothing if none does.
std::optional<Scaled> scaled(const Graph& graph, const Node& node) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const Tensor& out = ops::output(graph, node);
  const std::int32_t channels = x.shape[3];
  const std::vector<std::int8_t> w = channels_first(weights.constant<std::int8_t>(), channels);
  const auto bias = folded_bias(ops::optional_input(graph, node, 2), w, channels, ops::zero_point_of(x));
  const auto multipliers = ops::channel_multipliers(x, weights, out, channels);
  for (const int fraction : {kRescaleFraction, 7})
    if (auto found = scaled_channels(w, bias, multipliers, ops::zero_point_of(out), range_of(graph, node), fraction))
      return Scaled{fraction, std::move(*found)};
  return {};
}

bool applies(const Graph& graph, const Node& node, const Target& target) {
  if (!target.has("dsp") || !fits_device(graph, node, DType::i8)) return false;
  const Shape& in = ops::input(graph, node, 0).shape;
  if (in[3] < 4 || ops::input(graph, node, 1).shape[3] != in[3]) return false;
  return scaled(graph, node).has_value();
}

/// Output positions [first, last) along one axis whose windows lie inside the input.
struct Inside {
  std::int64_t first = 0, last = 0;
  std::int64_t count() const { return last - first; }
};
Inside inside(std::int64_t in, std::int64_t out, std::int64_t taps, std::int64_t stride, std::int64_t dilation,
              std::int64_t pad) {
  const std::int64_t reach = (taps - 1) * dilation + 1;
  const std::int64_t first = std::min(out, (pad + stride - 1) / stride);
  const std::int64_t last = in + pad < reach ? 0 : std::min(out, (in + pad - reach) / stride + 1);
  return {first, std::max(first, last)};
}

/// Four channels' part of the stream: where their sums start, their weights, how sums become outputs.
void pack_group(std::vector<std::int32_t>& stream, const Scaled& scale, std::span<const std::int8_t> weights,
                std::size_t first, std::size_t channels, bool is_signed) {
  const auto channel = [&](std::size_t c) -> const ScaledChannel& { return scale.channels[first + c]; };
  for (std::size_t c = 0; c < 4; ++c) stream.push_back(channel(c).bias);
  for (std::size_t tap = 0; tap < weights.size() / channels; ++tap)
    for (std::size_t c = 0; c < 2; ++c) {
      const auto half = [&](std::size_t at) {
        const std::int32_t w = channel(at).constant ? 0 : weights[tap * channels + first + at];
        return static_cast<std::uint32_t>(static_cast<std::uint16_t>(w * 256));
      };
      stream.push_back(static_cast<std::int32_t>(half(c) | half(c + 2) << 16));
    }
  for (std::size_t c = 0; c < 4; ++c) stream.push_back(channel(c).rescale.multiplier);
  if (is_signed)
    for (std::size_t c = 0; c < 4; ++c) stream.push_back(channel(c).rescale.negative);
}

KernelCall lower(const Graph& graph, const Node& node, const Target&) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& out = ops::output(graph, node);
  const ops::Window w = convolution_window(graph, node);
  const ops::Int8Range range = range_of(graph, node);
  const Scaled scale = *scaled(graph, node);
  const bool is_signed = rescale_signed(ops::zero_point_of(out), range);
  const auto channels = static_cast<std::size_t>(x.shape[3]);
  const std::int64_t taps = std::int64_t{w.filter_h} * w.filter_w;
  const auto weights = ops::input(graph, node, 1).constant<std::int8_t>();

  std::vector<std::int32_t> stream;
  for (std::size_t c = 0; c < channels; c += 4)
    pack_group(stream, scale, weights, std::min(c, channels - 4), channels, is_signed);
  std::vector<std::int32_t> offsets;
  for (std::int32_t ky = 0; ky < w.filter_h; ++ky)
    for (std::int32_t kx = 0; kx < w.filter_w; ++kx)
      offsets.push_back((ky * w.dilation_h * x.shape[2] + kx * w.dilation_w) * x.shape[3]);
  const Inside rows = inside(x.shape[1], w.out_h, w.filter_h, w.stride_h, w.dilation_h, w.pad_top);
  const Inside columns = inside(x.shape[2], w.out_w, w.filter_w, w.stride_w, w.dilation_w, w.pad_left);

  CallBuilder call("depthwise_taps_s8");
  call.reads(node).constant("stream", stream).constant("offsets", offsets);
  call.set("taps", taps).set("group_words", 8 + 2 * taps + (is_signed ? 4 : 0));
  call.set("round", rescale_round(ops::zero_point_of(out), scale.fraction));
  set_window(call, x.shape, w, true);
  call.set("channels", x.shape[3]).set("zero_point", ops::zero_point_of(x));
  call.set("first_x", columns.first).set("last_x", columns.last).set("first_y", rows.first).set("last_y", rows.last);
  call.set("act_min", range.min).set("act_max", range.max);
  call.scratch(4 * (taps + w.filter_h) + round_up_to_4(x.shape[3]));
  if (channels % 4 == 0) call.overlap(window_overlap(x.shape, w, x.shape[3], WindowReads::per_channel, 1));

  const std::int64_t groups = static_cast<std::int64_t>(channels + 3) / 4;
  const std::int64_t positions = std::int64_t{x.shape[0]} * w.out_h * w.out_w;
  const std::int64_t borders = positions - x.shape[0] * rows.count() * columns.count();
  const std::int64_t group = 29 + (is_signed ? 10 : 0) + 9 * taps + (taps + 1) / 2 * 2;
  const std::int64_t clamps = range.min > -128 || range.max < 127 ? 9 * out.elements() : 0;
  const std::int64_t instructions =
      100 + positions * (50 + groups * group + (channels % 4 != 0 ? 30 : 0)) + borders * (25 + 12 * taps) + clamps;
  KernelCall made = call.cost(instructions, 700).take();
  made.kernel =
      std::string("mote_depthwise_taps_s8_") + (is_signed ? "signed_" : "plain_") + std::to_string(scale.fraction);
  return made;
}

}  // namespace

const KernelDef depthwise_taps_s8 = {"depthwise_taps_s8", &ops::depthwise_conv2d, "depthwise_taps_s8.c", applies,
                                     lower};

}  // namespace mote::kernels
