// Kernels of 16x8 layers for Arm cores with the DSP extension: conv2d and fully_connected on the loops of
// device/cortex_m4/mote_m4_pairs16.h, which says how weights are packed and results rounded.
#include "kernels/pairs16_m4.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "kernels/convolution.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "kernels/window_overlap.h"
#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

struct Layer {
  std::vector<std::uint32_t> stream;
  std::int32_t group_words = 0, inputs = 0, outputs = 0;
  ops::IntRange range{};
};

void append(std::span<const Row16, 4> rows, std::int32_t inputs, std::vector<std::uint32_t>& stream) {
  for (const Row16& row : rows) stream.push_back(static_cast<std::uint32_t>(row.bias));
  for (std::size_t i = 0; i < static_cast<std::size_t>(inputs); i += 2)
    for (const std::size_t o : {0, 2}) stream.push_back(weight_word16(rows[o], rows[o + 1], i));
  for (const Row16& row : rows) stream.push_back(row.multiplier);
}

std::optional<Layer> pack(const Graph& graph, const Node& node) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const Tensor& out = ops::output(graph, node);
  const Tensor* bias = ops::optional_input(graph, node, 2);
  if (!ops::has_wide_sums(x, bias)) return std::nullopt;
  const std::int32_t channels = weights.shape[0];
  const auto multipliers = node.op == &ops::fully_connected
                               ? ops::fully_connected_multipliers(x, weights, out, channels)
                               : ops::channel_multipliers(x, weights, out, channels);
  const auto w = weights.constant<std::int8_t>();
  const std::size_t taps = w.size() / static_cast<std::size_t>(channels);
  Layer layer;
  layer.inputs = round_up_to_4(static_cast<std::int32_t>(taps));
  layer.outputs = channels;
  layer.range = ops::integer_range(node.attrs.text("activation"), out);
  std::vector<Row16> rows(static_cast<std::size_t>(round_up_to_4(channels)));
  for (std::size_t o = 0; o < static_cast<std::size_t>(channels); ++o) {
    const auto row =
        make_row16(w.subspan(o * taps, taps), ops::bias_element(bias, static_cast<std::int64_t>(o)), multipliers[o]);
    if (!row) return std::nullopt;
    rows[o] = *row;
  }
  for (std::size_t o = 0; o < rows.size(); o += 4)
    append(std::span<const Row16, 4>(&rows[o], 4), layer.inputs, layer.stream);
  layer.group_words = static_cast<std::int32_t>(layer.stream.size() / (rows.size() / 4));
  return layer;
}

bool is_rectified(const Layer& layer) { return layer.range.min == 0; }

KernelCall finish(CallBuilder call, const Layer& layer) {
  KernelCall result = call.take();
  if (is_rectified(layer)) result.kernel += "_relu";
  result.sources.push_back("mote_m4_pairs16.c");
  const bool clamps = layer.range.max < 32767 || (layer.range.min > -32768 && layer.range.min != 0);
  add_stream(result, layer.stream,
             {{"group_words", layer.group_words},
              {"inputs", layer.inputs},
              {"outputs", layer.outputs},
              {"act_min", layer.range.min},
              {"act_max", layer.range.max},
              {"clamps", clamps ? 1 : 0}});
  return result;
}

// Counted in device/cortex_m4/mote_m4_pairs16.c and its callers.
std::int64_t two_instructions(const Layer& layer) {
  const std::int64_t quads = layer.inputs / 4;
  return 45 + (layer.outputs + 3) / 4 * (38 + 30 * quads + 3 * ((quads + 1) / 2)) +
         (layer.outputs % 4 != 0 ? 50 + 10 * (layer.outputs % 4) : 0);
}
std::int64_t one_instructions(const Layer& layer) {
  return 40 + (layer.outputs + 3) / 4 * (18 + 22 * (layer.inputs / 4)) +
         (layer.outputs % 4 != 0 ? 45 + 6 * (layer.outputs % 4) : 0);
}
std::int64_t interleave_instructions(const Layer& layer) { return 6 + 11 * (layer.inputs / 4); }

KernelCall pointwise_call(const Node& node, const Layer& layer, std::int64_t pixels, std::int64_t in_c) {
  CallBuilder call("pointwise_s16_pairs");
  call.reads(node).set("pixels", pixels).set("in_c", in_c);
  const bool copies = in_c != layer.inputs;
  call.scratch(4 * std::int64_t{layer.inputs} * (copies ? 2 : 1));
  // When a pair's outputs are written, its inputs are in scratch already, and those before it are done; a last odd
  // pixel may be read where it stands, until its last output.
  std::int64_t lead = std::max<std::int64_t>(0, 2 * ((pixels - 1) / 2) * (layer.outputs - in_c));
  if (pixels % 2 != 0) lead = std::max<std::int64_t>(lead, pixels * layer.outputs - (pixels - 1) * in_c);
  call.overlap({.allowed = true, .lead = 2 * lead, .equal_offset_only = false});
  const std::int64_t copy = copies ? 30 + in_c : 0;
  call.cost(60 + pixels / 2 * (20 + 2 * copy + interleave_instructions(layer) + two_instructions(layer)) +
                pixels % 2 * (20 + copy + one_instructions(layer)),
            1100);
  return finish(std::move(call), layer);
}

bool usable(const Graph& graph, const Node& node, const Target& target) {
  return target.has("dsp") && fits_device(graph, node, DType::i16) && pack(graph, node).has_value();
}

bool applies_pointwise(const Graph& graph, const Node& node, const Target& target) {
  return is_pointwise(convolution_window(graph, node)) && usable(graph, node, target);
}

KernelCall lower_pointwise(const Graph& graph, const Node& node, const Target&) {
  const Shape& in = ops::input(graph, node, 0).shape;
  return pointwise_call(node, *pack(graph, node), std::int64_t{in[0]} * in[1] * in[2], in[3]);
}

KernelCall lower_conv2d(const Graph& graph, const Node& node, const Target&) {
  const Shape& in = ops::input(graph, node, 0).shape;
  const ops::Window w = convolution_window(graph, node);
  const Layer layer = *pack(graph, node);
  CallBuilder call("conv2d_s16_pairs");
  set_window(call, in, w, true);
  call.reads(node).set("in_c", in[3]).scratch(8 * std::int64_t{layer.inputs});
  Overlap overlap = batch_overlap(in, w, layer.outputs, 2);
  overlap.lead *= 2;  // it counts elements
  call.overlap(overlap);
  const std::int64_t positions = std::int64_t{w.out_h} * w.out_w;
  const std::int64_t gather = 95 + w.filter_h * (18 + 3 * ((w.filter_w * in[3] + 1) / 2)) + layer.inputs / 4;
  const std::int64_t image =
      positions / 2 * (40 + 2 * gather + interleave_instructions(layer) + two_instructions(layer)) +
      positions % 2 * (20 + gather + one_instructions(layer));
  call.cost(60 + in[0] * image, 1500);
  return finish(std::move(call), layer);
}

KernelCall lower_connected(const Graph& graph, const Node& node, const Target&) {
  const std::int32_t inputs = ops::input(graph, node, 1).shape[1];
  return pointwise_call(node, *pack(graph, node), ops::input(graph, node, 0).elements() / inputs, inputs);
}

}  // namespace

std::optional<Row16> make_row16(std::span<const std::int8_t> weights, std::int64_t bias, QuantizedMultiplier m) {
  std::int64_t magnitudes = 0;
  for (const std::int8_t w : weights) magnitudes += std::abs(w);
  if (magnitudes == 0) {
    const std::int64_t y = std::clamp(multiply_wide_by_quantized_multiplier(bias, m), -32768, 32767);
    return Row16{{}, static_cast<std::int32_t>(y * 4), std::uint32_t{1} << 30};
  }
  const QuantizedMultiplier reduced = reduced_multiplier(m);
  if (32768 * magnitudes + std::abs(bias) > INT32_MAX || reduced.shift < 16 || reduced.shift > 32) return std::nullopt;
  return Row16{weights, static_cast<std::int32_t>(bias),
               static_cast<std::uint32_t>(reduced.multiplier) << (32 - reduced.shift)};
}

std::uint32_t weight_word16(const Row16& a, const Row16& b, std::size_t i) {
  const auto weight = [](const Row16& row, std::size_t k) {
    return static_cast<std::uint32_t>(static_cast<std::uint8_t>(k < row.weights.size() ? row.weights[k] : 0));
  };
  return weight(a, i) | weight(b, i) << 8 | weight(a, i + 1) << 16 | weight(b, i + 1) << 24;
}

const KernelDef pointwise_s16_pairs = {"pointwise_s16_pairs", &ops::conv2d, "pointwise_s16_pairs.c", applies_pointwise,
                                       lower_pointwise};
const KernelDef conv2d_s16_pairs = {"conv2d_s16_pairs", &ops::conv2d, "conv2d_s16_pairs.c", usable, lower_conv2d};
const KernelDef fully_connected_as_pointwise_s16_pairs = {
    "fully_connected_as_pointwise_s16_pairs", &ops::fully_connected, "pointwise_s16_pairs.c", usable, lower_connected};

}  // namespace mote::kernels
