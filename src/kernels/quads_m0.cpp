// See quads_m0.h.
#include "kernels/quads_m0.h"

#include <algorithm>

#include "kernels/pack.h"
#include "kernels/rescale_m0.h"
#include "ops/activation.h"
#include "ops/operands.h"

namespace mote::kernels {
namespace {

/// What the loop can put together again from sums modulo 2^32.
constexpr std::int64_t kMostSum = (std::int64_t{1} << 23) - (std::int64_t{1} << 15) - 1;

}  // namespace

std::optional<QuadsLayer> quads_layer(const Graph& graph, const Node& node, std::span<const std::int8_t> weights,
                                      std::span<const QuantizedMultiplier> multipliers) {
  const Tensor& out = ops::output(graph, node);
  const std::int32_t zero_point = ops::zero_point_of(out);
  const ops::Int8Range range = ops::int8_range(node.attrs.text("activation"), out.quant);
  const auto outputs = static_cast<std::int32_t>(multipliers.size());
  const std::size_t taps = weights.size() / multipliers.size();
  const auto bias = folded_bias(ops::optional_input(graph, node, 2), weights, outputs,
                                ops::zero_point_of(ops::input(graph, node, 0)));
  const auto channels = channels_m0(weights, bias, multipliers);
  for (const ChannelM0& c : channels)
    if (c.sums.min < -kMostSum || c.sums.max > kMostSum) return {};
  const auto bits = finest_bits_m0(channels, zero_point, range);
  if (!bits) return {};
  auto rescales = find_rescales_m0(channels, zero_point, range, *bits);
  if (!rescales) return {};
  rescales->resize(static_cast<std::size_t>(round_up_to_4(outputs)));

  QuadsLayer layer;
  layer.inputs = static_cast<std::int32_t>((taps + 1) / 2 * 2);
  layer.outputs = outputs;
  layer.low_bits = bits->low_bits;
  layer.fraction = bits->fraction;
  layer.round = round_m0(zero_point, bits->fraction);
  layer.act_min = range.min;
  layer.act_max = range.max;
  layer.is_signed = any_negative_m0(*rescales);
  const auto word = [&](std::size_t output, std::size_t tap) {
    std::uint32_t bytes = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t o = output + k;
      const std::int32_t w = o < multipliers.size() && tap < taps ? weights[o * taps + tap] : 0;
      bytes |= static_cast<std::uint32_t>(w + 128) << (8 * k);
    }
    return bytes;
  };
  for (std::size_t o = 0; o < rescales->size();) {
    const std::size_t group = o + 8 <= multipliers.size() ? 8 : 4;
    for (std::size_t t = 0; t < static_cast<std::size_t>(layer.inputs); ++t)
      for (std::size_t k = 0; k < group; k += 4) layer.stream.push_back(word(o + k, t));
    for (std::size_t k = 0; k < group; ++k) append_rescale_m0(layer.stream, (*rescales)[o + k], layer.is_signed);
    o += group;
  }
  layer.group_words = static_cast<std::int32_t>(layer.stream.size() / (rescales->size() / 4));
  return layer;
}

void add_quads_layer(KernelCall& call, const QuadsLayer& layer) {
  if (layer.is_signed) call.kernel += "_signed";
  call.sources.emplace_back("mote_m0_quads.c");
  add_stream(call, layer.stream,
             {{"group_words", layer.group_words},
              {"inputs", layer.inputs},
              {"outputs", layer.outputs},
              {"low_bits", layer.low_bits},
              {"fraction", layer.fraction},
              {"round", layer.round},
              {"act_min", layer.act_min},
              {"act_max", layer.act_max}});
}

namespace {

/// With so many instructions for all inputs of a quad and of an octet.
std::int64_t instructions(const QuadsLayer& layer, std::int64_t quad, std::int64_t octet) {
  const std::int64_t rest = layer.outputs % 4;
  const std::int64_t scale = layer.is_signed ? 22 : 18;
  const std::int64_t octets = layer.outputs / 8, quads = (layer.outputs + 3) / 4 - 2 * octets;
  std::int64_t sum = 30 + quads * (47 + quad + 4 * scale);
  sum += octets * (85 + octet + 8 * scale);
  if (octets != 0) sum += 48;
  if (layer.outputs % 8 >= 4) sum += 48;
  if (rest != 0) sum += 55 + 5 * rest;
  if (layer.act_min > -128 || layer.act_max < 127) sum += 8 * layer.outputs;
  return sum;
}

}  // namespace

std::int64_t quads_instructions(const QuadsLayer& layer) {
  const std::int64_t pairs = layer.inputs / 2, turns = (pairs + 3) / 4;
  return instructions(layer, 20 * pairs + 3 * turns, 39 * pairs + 4 * turns);
}

std::int64_t quads_bytes_instructions(const QuadsLayer& layer) {
  const std::int64_t words = layer.inputs / 4, turns = (words + 1) / 2;
  return instructions(layer, 45 * words + 3 * turns, 83 * words + 4 * turns);
}

std::int64_t widen_m0_instructions(std::int64_t n, bool aligned) {
  if (n < 4) return 15 + 7 * n;
  const std::int64_t head = aligned ? 0 : 2, words = (n - head) / 4;
  return 20 + 8 * head + 17 * words + 7 * (n - head - 4 * words);
}

std::int64_t quads_code_bytes(const QuadsLayer& layer) { return layer.is_signed ? 1500 : 1420; }

}  // namespace mote::kernels
