// The kernel of 16x8 depthwise layers for Arm cores with the DSP extension (device/cortex_m4/depthwise_s16_pairs.h).
#include <algorithm>
#include <optional>

#include "kernels/convolution.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "kernels/pairs16_m4.h"
#include "kernels/window_overlap.h"
#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

/// Two channels after each other: biases, multipliers, then their weights tap pair by tap pair.
std::optional<std::vector<std::uint32_t>> pack(const Graph& graph, const Node& node) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const Tensor* bias = ops::optional_input(graph, node, 2);
  const std::int32_t channels = x.shape[3];
  const auto multipliers = ops::channel_multipliers(x, weights, ops::output(graph, node), channels);
  const auto w = channels_first(weights.constant<std::int8_t>(), channels);
  const std::size_t taps = w.size() / static_cast<std::size_t>(channels);
  std::vector<std::uint32_t> stream;
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); c += 2) {
    std::vector<Row16> rows;
    for (std::size_t k = c; k < c + 2; ++k) {
      const auto row = make_row16(std::span(w).subspan(k * taps, taps),
                                  ops::bias_element(bias, static_cast<std::int64_t>(k)), multipliers[k]);
      if (!row) return std::nullopt;
      rows.push_back(*row);
    }
    for (const Row16& row : rows) stream.push_back(static_cast<std::uint32_t>(row.bias));
    for (const Row16& row : rows) stream.push_back(row.multiplier);
    for (std::size_t t = 0; t < taps; t += 2) stream.push_back(weight_word16(rows[0], rows[1], t));
  }
  return stream;
}

bool applies(const Graph& graph, const Node& node, const Target& target) {
  const std::int32_t channels = ops::input(graph, node, 0).shape.back();
  return target.has("dsp") && fits_device(graph, node, DType::i16) && channels % 2 == 0 &&
         ops::input(graph, node, 1).shape[3] == channels && pack(graph, node).has_value();
}

KernelCall lower(const Graph& graph, const Node& node, const Target&) {
  const Tensor& x = ops::input(graph, node, 0);
  const ops::Window w = convolution_window(graph, node);
  const std::int64_t channels = x.shape[3], taps = std::int64_t{w.filter_h} * w.filter_w, pairs = (taps + 1) / 2;
  CallBuilder call("depthwise_s16_pairs");
  set_window(call, x.shape, w, true);
  set_int16_range(call, graph, node);
  call.reads(node).set("channels", channels).set("tap_pairs", pairs).constant("stream", *pack(graph, node));
  call.scratch(4 * pairs * channels);
  call.overlap(window_overlap(x.shape, w, x.shape[3], WindowReads::per_channel, 2));
  // Counted in the assembly that gcc 12 -O2 makes.
  const bool plain = w.filter_h == 3 && w.filter_w == 3 && w.dilation_h == 1 && w.dilation_w == 1;
  const std::int64_t position = 55 + channels / 2 * (plain ? 86 : 42 + 14 * pairs);
  const std::int64_t gather = 20 + taps * (14 + 5 * (channels / 2));
  std::int64_t inside = 0;
  for (std::int64_t oy = 0; plain && oy < w.out_h; ++oy)
    for (std::int64_t ox = 0; ox < w.out_w; ++ox) {
      const std::int64_t top = oy * w.stride_h - w.pad_top, left = ox * w.stride_w - w.pad_left;
      inside += top >= 0 && left >= 0 && top + 3 <= x.shape[1] && left + 3 <= x.shape[2] ? 1 : 0;
    }
  const std::int64_t all = std::int64_t{w.out_h} * w.out_w;
  return call.cost(60 + x.shape[0] * (all * position + (all - inside) * gather), 780).take();
}

}  // namespace

const KernelDef depthwise_s16_pairs = {"depthwise_s16_pairs", &ops::depthwise_conv2d, "depthwise_s16_pairs.c", applies,
                                       lower};

}  // namespace mote::kernels
