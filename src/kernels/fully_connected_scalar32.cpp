// Kernel for fully_connected on cores without SIMD: two products in one multiplication, as long as the weights that
// share a word stay small (device/scalar32/fully_connected_s8_lanes.c). Layers whose weights are large go the way of
// tiles.
#include <algorithm>
#include <cstdlib>

#include "kernels/kernels.h"
#include "kernels/tile_scalar32.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

/// 128 times that, and 128 more at most, fits 16 bits with a sign.
constexpr std::int32_t kMostInRun = 255;
constexpr std::size_t kLongestRun = 120;  ///< pairs of inputs; the sum of a run's inputs is kept modulo 2^16

/// How weights stand in words: bytes of four outputs, or the weights of two 65536 apart.
enum class Form : std::uint8_t { lanes, pairs };

struct LanesLayer {
  Form form = Form::lanes;
  ScaledLayer scaled;
  std::vector<std::uint32_t> weights;
  std::vector<std::int8_t> runs;
  std::int64_t wide_groups = 0, narrow_groups = 0, wide_runs = 0, narrow_runs = 0;
};

struct Sizes {
  std::int64_t rows, inputs, outputs;
};

Sizes sizes(const Graph& graph, const Node& node) {
  const Shape& k = ops::input(graph, node, 1).shape;
  return {ops::input(graph, node, 0).elements() / k[1], k[1], k[0]};
}

/// Outputs of a wide group: four times MOTE_LANES_WIDE of device/scalar32 and device/xtensa.
std::size_t wide_outputs(const Target& target) { return target.has("unsigned_bytes") ? 8 : 12; }

/// Packs a group of outputs; false if two inputs side by side are too much for one run.
class Packer {
 public:
  Packer(std::span<const std::int8_t> weights, std::size_t inputs, LanesLayer& layer)
      : weights_(weights), inputs_(inputs), layer_(layer) {}

  /// The group's number of runs, 0 if two inputs side by side are too much for one.
  std::int64_t append(std::size_t first, std::size_t outputs) {
    std::vector<std::int32_t> load(outputs, 0);
    std::size_t pairs = 0;
    std::int64_t count = 0;
    for (std::size_t i = 0; i < inputs_; i += 2) {
      std::int32_t most = 0;
      for (std::size_t o = 0; o < outputs; ++o) {
        const std::int32_t more = std::abs(weight(first + o, i)) + std::abs(weight(first + o, i + 1));
        if (more > kMostInRun) return 0;
        most = std::max(most, load[o] + more);
      }
      if (most > kMostInRun || pairs == kLongestRun) {
        end_run(pairs, count);
        std::fill(load.begin(), load.end(), 0);
      }
      for (std::size_t o = 0; o < outputs; ++o)
        load[o] += std::abs(weight(first + o, i)) + std::abs(weight(first + o, i + 1));
      ++pairs;
    }
    end_run(pairs, count);
    for (std::size_t i = 0; i < inputs_; ++i)
      for (std::size_t o = first; o < first + outputs; o += layer_.form == Form::lanes ? 4 : 2)
        layer_.weights.push_back(layer_.form == Form::lanes ? lanes(o, i) : pair(o, i));
    return count;
  }

 private:
  std::int32_t weight(std::size_t output, std::size_t input) const {
    const auto& channels = layer_.scaled.channels;
    return output < channels.size() && !channels[output].constant ? weights_[output * inputs_ + input] : 0;
  }
  std::uint32_t lanes(std::size_t output, std::size_t input) const {
    std::uint32_t packed = 0;
    for (std::size_t o = output + 4; o-- > output;)
      packed = packed << 8 | static_cast<std::uint32_t>(weight(o, input) + 128);
    return packed;
  }
  std::uint32_t pair(std::size_t output, std::size_t input) const {
    return static_cast<std::uint32_t>(weight(output, input) + 65536 * weight(output + 1, input));
  }
  void end_run(std::size_t& pairs, std::int64_t& count) {
    layer_.runs.push_back(static_cast<std::int8_t>(pairs));
    pairs = 0;
    ++count;
  }

  std::span<const std::int8_t> weights_;
  std::size_t inputs_;
  LanesLayer& layer_;
};

std::optional<LanesLayer> packed(const Graph& graph, const Node& node, const Target& target, Form form) {
  const Tensor& weights = ops::input(graph, node, 1);
  const auto w = weights.constant<std::int8_t>();
  const auto outputs = static_cast<std::size_t>(weights.shape[0]), inputs = static_cast<std::size_t>(weights.shape[1]);
  if (inputs % 2 != 0) return {};
  auto scaled = scaled_layer(graph, node, w,
                             ops::fully_connected_multipliers(ops::input(graph, node, 0), weights,
                                                              ops::output(graph, node), weights.shape[0]));
  if (!scaled) return {};
  LanesLayer layer;
  layer.form = form;
  layer.scaled = std::move(*scaled);
  Packer packer(w, inputs, layer);
  const std::size_t wide = wide_outputs(target);
  for (std::size_t o = 0; o < outputs;) {
    const bool is_wide = outputs - o >= wide;
    const std::int64_t runs = packer.append(o, is_wide ? wide : 4);
    if (runs == 0) return {};
    (is_wide ? layer.wide_groups : layer.narrow_groups) += 1;
    (is_wide ? layer.wide_runs : layer.narrow_runs) += runs;
    o += is_wide ? wide : 4;
  }
  return layer;
}

/// Below this many weights a layer is not worth code of its own beside that of the tiles.
constexpr std::int64_t kFewestWeights = 2048;

bool is_worth_it(const Graph& graph, const Node& node, const Target& target) {
  return has_int8_weights(graph, node, target) && ops::input(graph, node, 1).elements() >= kFewestWeights;
}

bool applies_lanes(const Graph& graph, const Node& node, const Target& target) {
  return is_worth_it(graph, node, target) && packed(graph, node, target, Form::lanes).has_value();
}
bool applies_pairs(const Graph& graph, const Node& node, const Target& target) {
  return is_worth_it(graph, node, target) && packed(graph, node, target, Form::pairs).has_value();
}

/// Counted in the code: inputs by group, runs, groups, outputs.
std::int64_t instructions(const Sizes& s, const LanesLayer& layer, const Target& target) {
  const std::int64_t scale = layer.scaled.is_signed() ? 4 : 0;
  std::int64_t row = 0;
  if (layer.form == Form::pairs) {
    row += s.outputs * (18 + scale);
    row += layer.wide_groups * (100 + s.inputs * 41 / 2) + layer.wide_runs * 30;
    row += layer.narrow_groups * (70 + s.inputs * 17 / 2) + layer.narrow_runs * 14;
  } else if (target.has("unsigned_bytes")) {
    row += s.inputs * 7 + s.outputs * (33 + scale);
    row += layer.wide_groups * (90 + s.inputs * 37 / 2) + layer.wide_runs * 70;
    row += layer.narrow_groups * (70 + s.inputs * 12) + layer.narrow_runs * 45;
  } else {
    row += s.inputs * 4 + s.outputs * (18 + scale);
    row += layer.wide_groups * (100 + s.inputs * 81 / 4) + layer.wide_runs * 50;
    row += layer.narrow_groups * (60 + s.inputs * 19 / 2) + layer.narrow_runs * 38;
  }
  return 60 + s.rows * row;
}

KernelCall lower(const Graph& graph, const Node& node, const Target& target, Form form) {
  const LanesLayer layer = *packed(graph, node, target, form);
  const Sizes s = sizes(graph, node);
  CallBuilder call(form == Form::lanes ? "fully_connected_s8_lanes" : "fully_connected_s8_pairs");
  call.reads(node).set("rows", s.rows).set("inputs", s.inputs).set("outputs", s.outputs);
  if (form == Form::lanes)
    call.constant("weights", layer.weights).scratch((s.inputs + 2 + 3) / 4 * 4);
  else
    call.constant("weights", std::vector<std::int32_t>(layer.weights.begin(), layer.weights.end()));
  call.constant("runs", layer.runs);
  // Every row's outputs are written while its inputs are still needed.
  const std::int64_t lead = std::max(s.outputs, s.rows * s.outputs - (s.rows - 1) * s.inputs);
  call.overlap({.allowed = true, .lead = lead, .equal_offset_only = false});
  call.cost(instructions(s, layer, target), form == Form::pairs ? 900 : 1400);
  KernelCall result = call.take();
  add_scales(result, layer.scaled, "scales.");
  return result;
}

KernelCall lower_lanes(const Graph& graph, const Node& node, const Target& target) {
  return lower(graph, node, target, Form::lanes);
}
KernelCall lower_pairs(const Graph& graph, const Node& node, const Target& target) {
  return lower(graph, node, target, Form::pairs);
}

}  // namespace

const KernelDef fully_connected_s8_lanes = {"fully_connected_s8_lanes", &ops::fully_connected,
                                            "fully_connected_s8_lanes.c", applies_lanes, lower_lanes};
const KernelDef fully_connected_s8_pairs = {"fully_connected_s8_pairs", &ops::fully_connected,
                                            "fully_connected_s8_pairs.c", applies_pairs, lower_pairs};

}  // namespace mote::kernels
