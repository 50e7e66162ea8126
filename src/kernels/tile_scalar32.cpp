// See tile_scalar32.h.
#include "kernels/tile_scalar32.h"

#include <algorithm>

#include "kernels/pack.h"
#include "ops/operands.h"

namespace mote::kernels {
namespace {

template <typename T>
Bytes bytes_of(const std::vector<T>& values) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(values.data());
  return {begin, begin + values.size() * sizeof(T)};
}

}  // namespace

std::optional<ScaledLayer> scaled_layer(const Graph& graph, const Node& node, std::span<const std::int8_t> weights,
                                        std::span<const QuantizedMultiplier> multipliers) {
  const Tensor& out = ops::output(graph, node);
  const auto count = static_cast<std::int32_t>(multipliers.size());
  const auto bias =
      folded_bias(ops::optional_input(graph, node, 2), weights, count, ops::zero_point_of(ops::input(graph, node, 0)));
  ScaledLayer layer;
  layer.zero_point = ops::zero_point_of(out);
  layer.range = ops::int8_range(node.attrs.text("activation"), out.quant);
  for (const int fraction : {12, 9, 7, 11})
    if (auto channels = scaled_channels(weights, bias, multipliers, layer.zero_point, layer.range, fraction)) {
      layer.fraction = fraction;
      layer.channels = std::move(*channels);
      return layer;
    }
  return {};
}

void add_constant(KernelCall& call, std::string_view field, std::string_view name, std::string_view c_type,
                  Bytes bytes) {
  call.fields.push_back({std::string(field), ConstantRef{static_cast<std::int32_t>(call.constants.size())}});
  call.constants.push_back({std::string(name), std::string(c_type), std::move(bytes), 4});
}

void add_scales(KernelCall& call, const ScaledLayer& layer, std::string_view prefix) {
  const std::string at(prefix);
  std::vector<std::int32_t> channels;
  std::vector<std::int32_t> negatives;
  for (const ScaledChannel& channel : layer.channels) {
    channels.push_back(channel.bias);
    channels.push_back(channel.rescale.multiplier);
    negatives.push_back(channel.rescale.negative);
  }
  add_constant(call, at + "channels", "channels", "int32_t", bytes_of(channels));
  if (layer.is_signed())
    add_constant(call, at + "negatives", "negatives", "int32_t", bytes_of(negatives));
  else
    call.fields.push_back({at + "negatives", ConstantRef{-1}});
  const auto set = [&](std::string_view name, std::int64_t value) {
    call.fields.push_back({at + std::string(name), value});
  };
  set("round", rescale_round(layer.zero_point, layer.fraction));
  set("fraction", layer.fraction);
  set("act_min", layer.range.min);
  set("act_max", layer.range.max);
}

std::optional<TileLayer> tile_layer(const Graph& graph, const Node& node, std::span<const std::int8_t> weights,
                                    std::span<const QuantizedMultiplier> multipliers, const Target& target) {
  auto scaled = scaled_layer(graph, node, weights, multipliers);
  if (!scaled) return {};
  TileLayer layer;
  layer.scaled = std::move(*scaled);
  layer.words = target.has("unsigned_bytes");
  const std::size_t taps = weights.size() / multipliers.size();
  layer.outputs = static_cast<std::int32_t>(multipliers.size());
  layer.inputs = static_cast<std::int32_t>(layer.words ? (taps + 1) / 2 * 2 : taps);
  const std::uint8_t added = layer.words ? 128 : 0;
  for (std::size_t group = 0; group < multipliers.size(); group += 4)
    for (std::size_t t = 0; t < static_cast<std::size_t>(layer.inputs); ++t)
      for (std::size_t o = group; o < group + 4; ++o) {
        const bool live = o < multipliers.size() && t < taps && !layer.scaled.channels[o].constant;
        layer.weights.push_back(
            static_cast<std::uint8_t>(static_cast<std::uint8_t>(live ? weights[o * taps + t] : 0) + added));
      }
  return layer;
}

void add_tile_layer(KernelCall& call, const TileLayer& layer) {
  call.sources.emplace_back("mote_tile.c");
  call.sources.emplace_back("mote_tile_layer.c");
  add_constant(call, "layer.weights", "weights", layer.words ? "uint32_t" : "int8_t", layer.weights);
  call.fields.push_back({"layer.inputs", std::int64_t{layer.inputs}});
  call.fields.push_back({"layer.outputs", std::int64_t{layer.outputs}});
  add_scales(call, layer.scaled, "layer.scales.");
}

KernelCall pointwise_tile_call(const Node& node, const TileLayer& layer, std::int64_t pixels, std::int64_t in_c) {
  CallBuilder call("pointwise_s8_tile");
  call.reads(node).set("pixels", pixels).set("in_c", in_c);
  if (layer.words) call.scratch(tile_patch_bytes(layer));
  // Outputs of a tile are written while its inputs are still wanted, or, where these were widened, afterwards.
  const std::int64_t windows = layer.windows(), tiles = pixels / windows;
  const auto lead = [&](std::int64_t first, std::int64_t count) {
    return (first + count) * layer.outputs - (layer.words ? first + count : first) * in_c;
  };
  std::int64_t most = 0;
  if (tiles > 0) most = std::max({most, lead(0, windows), lead((tiles - 1) * windows, windows)});
  if (tiles * windows < pixels) most = std::max({most, lead(tiles * windows, 1), lead(pixels - 1, 1)});
  call.overlap({.allowed = true, .lead = most, .equal_offset_only = false});
  const std::int64_t gather = layer.words ? tile_gather_instructions(layer, 1, in_c) : 4;
  call.cost(60 + pixels * gather + tiles * tile_instructions(layer, windows) +
                (pixels - tiles * windows) * tile_instructions(layer, 1),
            250 + tile_code_bytes(layer));
  KernelCall result = call.take();
  add_tile_layer(result, layer);
  return result;
}

std::int64_t tile_instructions(const TileLayer& layer, std::int64_t windows) {
  const std::int64_t groups = (layer.outputs + 3) / 4, inputs = layer.inputs, more = layer.scaled.is_signed() ? 3 : 0;
  const bool one = windows == 1;
  if (layer.words)
    return 20 + groups * (one ? 17 * inputs + 70 : 39 * inputs / 2 + 185) + layer.outputs * windows * (28 + more);
  if (one) return 20 + groups * (14 * inputs + 45) + layer.outputs * (20 + more);
  return 20 + groups * (36 * inputs + 6 * (inputs / 8 + inputs % 8) + 215) + layer.outputs * windows * (14 + more);
}

std::int64_t tile_gather_instructions(const TileLayer& layer, std::int64_t runs, std::int64_t run_inputs) {
  if (layer.words) return 40 + runs * (30 + run_inputs * 7);
  return 30 + runs * (25 + (run_inputs % 4 == 0 ? run_inputs / 4 * 6 : run_inputs * 5));
}

std::int64_t tile_code_bytes(const TileLayer& layer) { return layer.words ? 1100 : 1300; }

std::int64_t tile_patch_bytes(const TileLayer& layer) {
  return layer.words ? 2 * (2 * std::int64_t{layer.inputs} + 4) : 4 * std::int64_t{round_up_to_4(layer.inputs)};
}

}  // namespace mote::kernels
