// See dense_m55.h.
#include "kernels/dense_m55.h"

#include <algorithm>

#include "kernels/pack.h"
#include "ops/operands.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

std::uint32_t word_of(std::span<const std::int8_t, 4> bytes) {
  std::uint32_t word = 0;
  for (std::size_t i = 4; i-- > 0;) word = word << 8 | static_cast<std::uint8_t>(bytes[i]);
  return word;
}

/// Instructions of the loop over chunks, with what `chunk` takes for one.
std::int64_t chunk_instructions(std::int64_t chunks, std::int64_t chunk) {
  return chunks * chunk + 2 + chunks / 2 * 2 + 1;
}

}  // namespace

bool mve_scales(std::span<const QuantizedMultiplier> multipliers, bool is_signed) {
  return std::all_of(multipliers.begin(), multipliers.end(), [&](const QuantizedMultiplier& m) {
    return m.multiplier == 0 || m.shift < 0 || (m.shift == 0 && !is_signed);
  });
}

bool mve_signed(const Tensor& out, ops::Int8Range range) { return range.min < ops::zero_point_of(out); }

std::optional<MveLayer> mve_layer(const Graph& graph, const Node& node, std::span<const std::int8_t> weights,
                                  std::span<const QuantizedMultiplier> multipliers) {
  const Tensor& out = ops::output(graph, node);
  MveLayer layer;
  layer.outputs = static_cast<std::int32_t>(multipliers.size());
  layer.out_zero = ops::zero_point_of(out);
  layer.range = ops::int8_range(node.attrs.text("activation"), out.quant);
  layer.is_signed = mve_signed(out, layer.range);
  if (!mve_scales(multipliers, layer.is_signed)) return {};
  const std::size_t inputs = weights.size() / multipliers.size();
  layer.chunks = static_cast<std::int32_t>((inputs + 15) / 16);
  const auto bias = folded_bias(ops::optional_input(graph, node, 2), weights, layer.outputs,
                                ops::zero_point_of(ops::input(graph, node, 0)));
  const auto weight = [&](std::size_t o, std::size_t i) {
    return o < multipliers.size() && i < inputs ? weights[o * inputs + i] : std::int8_t{0};
  };
  for (std::size_t o = 0; o < multipliers.size(); o += 4) {
    for (std::size_t chunk = 0; chunk < static_cast<std::size_t>(layer.chunks); ++chunk)
      for (std::size_t k = o; k < o + 4; ++k)
        for (std::size_t i = 16 * chunk; i < 16 * chunk + 16; i += 4) {
          const std::int8_t four[] = {weight(k, i), weight(k, i + 1), weight(k, i + 2), weight(k, i + 3)};
          layer.stream.push_back(word_of(four));
        }
    std::int8_t shifts[4] = {};
    for (std::size_t k = o; k < o + 4; ++k) layer.stream.push_back(static_cast<std::uint32_t>(bias[k]));
    for (std::size_t k = o; k < o + 4; ++k) {
      const QuantizedMultiplier m = k < multipliers.size() ? multipliers[k] : QuantizedMultiplier{};
      layer.stream.push_back(static_cast<std::uint32_t>(m.multiplier));
      shifts[k - o] = static_cast<std::int8_t>(m.multiplier == 0 ? 0 : m.shift);
    }
    layer.stream.push_back(word_of(shifts));
  }
  return layer;
}

void add_mve_layer(KernelCall& call, const MveLayer& layer) {
  if (layer.is_signed) call.kernel += "_signed";
  call.sources.push_back("mote_mve_dense.c");
  add_stream(call, layer.stream,
             {{"chunks", layer.chunks},
              {"outputs", layer.outputs},
              {"out_zero", layer.out_zero},
              {"act_min", layer.range.min},
              {"act_max", layer.range.max}});
}

KernelCall mve_pointwise_call(const Node& node, const MveLayer& layer, std::int64_t pixels, std::int64_t in_c) {
  CallBuilder call("pointwise_s8_mve");
  // Pixels that would be read beyond the input's end, and one more to leave pairs.
  const bool padded = in_c % 16 != 0;
  const std::int64_t beyond = padded ? (16 * std::int64_t{layer.chunks} + in_c - 1) / in_c - 1 : 0;
  std::int64_t copied = std::min(pixels, beyond);
  copied += (pixels - copied) % 2;
  call.reads(node).set("run.pixels", pixels).set("run.in_c", in_c).set("run.copied", copied);
  // The planner passes scratch only if there is some; the kernel takes it always.
  call.scratch(copied * in_c + 16);
  // A pair's inputs are needed until its last outputs are written.
  std::int64_t lead = 0;
  for (const std::int64_t first : {std::int64_t{0}, (pixels - 1) / 2 * 2})
    lead = std::max(lead, std::min(first + 2, pixels) * layer.outputs - first * in_c);
  call.overlap({.allowed = true, .lead = lead, .equal_offset_only = false});
  const std::int64_t pairs = pixels / 2;
  call.cost(40 + (copied != 0 ? 30 + copied * in_c / 5 : 0) + kMvePairsCall + pairs * mve_pair_instructions(layer) +
                pixels % 2 * mve_one_instructions(layer),
            kMveDenseCode + 200);
  KernelCall result = call.take();
  add_mve_layer(result, layer);
  return result;
}

std::int64_t mve_pair_instructions(const MveLayer& layer) {
  const std::int64_t groups = (layer.outputs + 3) / 4;
  const std::int64_t finish = layer.is_signed ? 16 : 12;
  return groups * (chunk_instructions(layer.chunks, 14) + 2 + 4 + 4 + finish + 7) + 13;
}

std::int64_t mve_one_instructions(const MveLayer& layer) {
  const std::int64_t groups = (layer.outputs + 7) / 8;
  const std::int64_t finish = layer.is_signed ? 16 : 12;
  return groups * (chunk_instructions(layer.chunks, 17) + 6 + 4 + 7 + finish + 11) + 20;
}

}  // namespace mote::kernels
