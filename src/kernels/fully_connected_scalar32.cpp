// Kernel for fully_connected on cores without SIMD: two products in one multiplication, as long as the weights that
// share a word stay small (device/scalar32/fully_connected_s8_lanes.c). Layers whose weights are large go the way of
// tiles.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <numeric>

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

constexpr std::size_t kMostWords = 4;

struct LanesLayer {
  Form form = Form::lanes;
  ScaledLayer scaled;               ///< channels as they are packed
  std::vector<std::int16_t> order;  ///< output of each of them; pairs: empty, as in the model
  std::vector<std::uint32_t> weights;
  std::vector<std::int8_t> runs;
  /// Of groups of 4, 8 and 12 outputs.
  std::array<std::int64_t, kMostWords> groups{}, group_runs{};
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

/// Packs groups of outputs, in the layer's order.
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
    if (output >= channels.size() || channels[output].constant) return 0;
    const std::size_t row = layer_.order.empty() ? output : static_cast<std::size_t>(layer_.order[output]);
    return weights_[row * inputs_ + input];
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

/// An order of the outputs in which those of a group are done with a run together. The first of a group has the
/// smallest weights of all that are left, the others are those that make its runs least shorter.
class Ordering {
 public:
  Ordering(const ScaledLayer& scaled, std::span<const std::int8_t> weights, std::size_t inputs)
      : pairs_(inputs / 2), loads_(scaled.channels.size() * pairs_, 0), sizes_(scaled.channels.size(), 0) {
    for (std::size_t o = 0; o < sizes_.size(); ++o) {
      if (scaled.channels[o].constant) continue;
      for (std::size_t i = 0; i < inputs; ++i)
        loads_[o * pairs_ + i / 2] += std::abs(std::int32_t{weights[o * inputs + i]});
      sizes_[o] = std::accumulate(loads(o), loads(o) + pairs_, 0);
    }
  }

  std::vector<std::int16_t> run(std::size_t wide) {
    std::vector<std::int16_t> left(sizes_.size());
    std::iota(left.begin(), left.end(), std::int16_t{0});
    const auto size = [&](std::int16_t o) { return sizes_[static_cast<std::size_t>(o)]; };
    std::stable_sort(left.begin(), left.end(), [&](std::int16_t a, std::int16_t b) { return size(a) < size(b); });
    if (sizes_.size() * loads_.size() > kMostWork) return left;
    std::vector<std::int16_t> order;
    while (left.size() >= wide) {
      start_group();
      for (std::size_t k = 0; k < wide; ++k) {
        const std::size_t at = k == 0 ? 0 : nearest(left);
        order.push_back(left[at]);
        add(static_cast<std::size_t>(left[at]));
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
    order.insert(order.end(), left.begin(), left.end());
    return order;
  }

 private:
  /// Outputs times weights, beyond which to look at every output for every place would take long.
  static constexpr std::size_t kMostWork = std::size_t{1} << 26;

  const std::int32_t* loads(std::size_t output) const { return loads_.data() + output * pairs_; }

  void start_group() {
    group_.clear();
    largest_.assign(pairs_, 0);
  }
  void add(std::size_t output) {
    group_.push_back(output);
    for (std::size_t p = 0; p < pairs_; ++p) largest_[p] = std::max(largest_[p], loads(output)[p]);
  }
  /// Runs of the group with one output more; counts no further than `most`.
  std::int64_t runs_with(std::size_t output, std::int64_t most) {
    group_.push_back(output);
    load_.assign(group_.size(), 0);
    std::int64_t count = 1;
    for (std::size_t p = 0; p < pairs_ && count <= most; ++p) {
      bool full = false;
      for (std::size_t k = 0; k < load_.size(); ++k) full |= (load_[k] += loads(group_[k])[p]) > kMostInRun;
      if (!full) continue;
      ++count;
      for (std::size_t k = 0; k < load_.size(); ++k) load_[k] = loads(group_[k])[p];
    }
    group_.pop_back();
    return count;
  }
  /// Index of the output that adds the fewest runs; among those the one whose weights are large where the group's are.
  std::size_t nearest(const std::vector<std::int16_t>& left) {
    std::size_t best = 0;
    std::int64_t best_runs = INT64_MAX, best_growth = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
      const auto output = static_cast<std::size_t>(left[i]);
      const std::int64_t runs = runs_with(output, best_runs);
      if (runs > best_runs) continue;
      std::int64_t growth = -sizes_[output];
      for (std::size_t p = 0; p < pairs_; ++p) growth += 2 * std::max(0, loads(output)[p] - largest_[p]);
      if (runs == best_runs && growth >= best_growth) continue;
      best = i;
      best_runs = runs;
      best_growth = growth;
    }
    return best;
  }

  std::size_t pairs_;
  std::vector<std::int32_t> loads_;  ///< [output][pair of inputs]: how much of a run it takes
  std::vector<std::int32_t> sizes_;
  std::vector<std::size_t> group_;
  std::vector<std::int32_t> largest_, load_;
};

std::optional<LanesLayer> packed(const Graph& graph, const Node& node, const Target& target, Form form) {
  const Tensor& weights = ops::input(graph, node, 1);
  const auto w = weights.constant<std::int8_t>();
  const auto outputs = static_cast<std::size_t>(weights.shape[0]), inputs = static_cast<std::size_t>(weights.shape[1]);
  if (inputs % 2 != 0 || outputs > INT16_MAX) return {};
  auto scaled = scaled_layer(graph, node, w,
                             ops::fully_connected_multipliers(ops::input(graph, node, 0), weights,
                                                              ops::output(graph, node), weights.shape[0]));
  if (!scaled) return {};
  LanesLayer layer;
  layer.form = form;
  layer.scaled = std::move(*scaled);
  if (form == Form::lanes) {
    layer.order = Ordering(layer.scaled, w, inputs).run(wide_outputs(target));
    const auto channels = layer.scaled.channels;
    for (std::size_t o = 0; o < outputs; ++o)
      layer.scaled.channels[o] = channels[static_cast<std::size_t>(layer.order[o])];
  }
  Packer packer(w, inputs, layer);
  const std::size_t wide = wide_outputs(target);
  for (std::size_t o = 0; o < outputs;) {
    const std::size_t left = outputs - o, rest = form == Form::pairs ? 4 : (left + 3) / 4 * 4;
    const std::size_t group = left >= wide ? wide : std::min(wide, rest);
    const std::int64_t runs = packer.append(o, group);
    if (runs == 0) return {};
    layer.groups[group / 4] += 1;
    layer.group_runs[group / 4] += runs;
    o += group;
  }
  return layer;
}

/// Counted in the code: inputs by group, runs, groups, outputs.
std::int64_t instructions(const Sizes& s, const LanesLayer& layer, const Target& target) {
  const std::int64_t scale = layer.scaled.is_signed() ? 4 : 0;
  std::int64_t row = 0;
  const auto add = [&](std::size_t words, std::int64_t group, std::int64_t run) {
    row += layer.groups[words] * group + layer.group_runs[words] * run;
  };
  if (layer.form == Form::pairs) {
    row += s.outputs * (18 + scale);
    add(3, 100 + s.inputs * 41 / 2, 30);
    add(1, 70 + s.inputs * 17 / 2, 14);
  } else if (target.has("unsigned_bytes")) {
    row += s.inputs * 7 + s.outputs * (33 + scale);
    add(2, 90 + s.inputs * 37 / 2, 70);
    add(1, 70 + s.inputs * 12, 45);
  } else {
    row += s.inputs * 4 + s.outputs * (15 + scale);
    add(3, 90 + s.inputs * 163 / 8, 54);
    add(2, 80 + s.inputs * 115 / 8, 43);
    add(1, 60 + s.inputs * 19 / 2, 38);
  }
  return 60 + s.rows * row;
}

/// Below this many weights a layer is not worth code of its own beside that of the tiles.
constexpr std::int64_t kFewestWeights = 1024;

/// Whether a layer can be packed does not depend on the form.
bool applies(const Graph& graph, const Node& node, const Target& target) {
  return has_int8_weights(graph, node, target) && ops::input(graph, node, 1).elements() >= kFewestWeights &&
         packed(graph, node, target, Form::pairs).has_value();
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
  if (form == Form::lanes) call.constant("order", layer.order);
  // Every row's outputs are written while its inputs are still needed.
  const std::int64_t lead = std::max(s.outputs, s.rows * s.outputs - (s.rows - 1) * s.inputs);
  call.overlap({.allowed = true, .lead = lead, .equal_offset_only = false});
  call.cost(instructions(s, layer, target), form == Form::pairs ? 900 : 2900);
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
                                            "fully_connected_s8_lanes.c", applies, lower_lanes};
const KernelDef fully_connected_s8_pairs = {"fully_connected_s8_pairs", &ops::fully_connected,
                                            "fully_connected_s8_pairs.c", applies, lower_pairs};

}  // namespace mote::kernels
