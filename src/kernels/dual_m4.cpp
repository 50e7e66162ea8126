// See dual_m4.h.
#include "kernels/dual_m4.h"

#include <algorithm>
#include <cstdlib>

#include "kernels/pack.h"
#include "kernels/rescale_m4.h"
#include "ops/activation.h"
#include "ops/operands.h"

namespace mote::kernels {
namespace {

constexpr int kFine = 12, kCoarse = 8;  // `fraction` of device/cortex_m4/mote_m4_dual.h

/// One output: its weights, and what turns its sum into a byte. Absent outputs of the last group are all zero.
struct Row {
  std::span<const std::int8_t> weights;
  std::int32_t bias = 0;
  std::int32_t start = 0;  ///< 256 * bias + the rescale's offset
  Rescale rescale;
};

/// What all rows share.
struct Rule {
  std::int32_t zero_point;
  ops::Int8Range range;
};

SumRange reachable(const Row& row) {
  SumRange sums{row.bias, row.bias};
  for (const std::int32_t w : row.weights) {
    sums.min += w > 0 ? -128 * w : 127 * w;
    sums.max += w > 0 ? 127 * w : -128 * w;
  }
  return sums;
}

/// A row whose result never changes needs no weights: (start * 2^21) >> 32 is what it must be above the zero point.
bool make_constant(Row& row, QuantizedMultiplier m, const Rule& rule, int fraction) {
  const auto y = constant_result(m, rule.zero_point, rule.range, reachable(row));
  if (!y) return false;
  row.weights = {};
  row.start = (*y - rule.zero_point) * (1 << (11 + fraction));
  row.rescale = {1 << 21, 0, 0};
  return true;
}

bool scale_rows(std::span<Row> rows, std::span<const QuantizedMultiplier> multipliers, const Rule& rule, int fraction) {
  for (std::size_t o = 0; o < rows.size(); ++o) {
    Row& row = rows[o];
    if (make_constant(row, multipliers[o], rule, fraction)) continue;
    const auto rescale = find_rescale(multipliers[o], rule.zero_point, rule.range, reachable(row), fraction);
    if (!rescale) return false;
    row.rescale = *rescale;
    row.start = 256 * row.bias + rescale->offset;
  }
  return true;
}

/// One rescale for all rows.
bool scale_uniformly(std::span<Row> rows, QuantizedMultiplier m, const Rule& rule, int fraction) {
  SumRange all = reachable(rows[0]);
  for (const Row& row : rows) {
    const SumRange one = reachable(row);
    all = {std::min(all.min, one.min), std::max(all.max, one.max)};
  }
  const auto rescale = find_rescale(m, rule.zero_point, rule.range, all, fraction);
  if (!rescale) return false;
  for (Row& row : rows) {
    row.rescale = *rescale;
    row.start = 256 * row.bias + rescale->offset;
  }
  return true;
}

bool same(std::span<const QuantizedMultiplier> multipliers) {
  return std::all_of(multipliers.begin(), multipliers.end(), [&](const QuantizedMultiplier& m) {
    return m.multiplier == multipliers[0].multiplier && m.shift == multipliers[0].shift;
  });
}

std::uint32_t bits(std::int32_t value) { return static_cast<std::uint32_t>(value); }

/// Writes groups of four rows.
class Streamer {
 public:
  Streamer(DualLayer& layer, std::span<const std::size_t> order) : layer_(layer), order_(order) {}

  bool append(std::span<const Row, 4> rows) {
    if (layer_.kind == StreamKind::quad) return append_quad(rows);
    put({rows[0].start, rows[2].start});
    for (std::size_t i = 0; i < static_cast<std::size_t>(layer_.inputs); i += 4)
      for (const std::size_t k : {i, i + 1})
        if (!put_weights(rows[0], rows[1], k) || !put_weights(rows[2], rows[3], k)) return false;
    const bool uniform = layer_.kind == StreamKind::uniform;
    if (uniform) put({rows[1].start, rows[3].start});
    for (const std::size_t pair : {0, 2}) {
      const Rescale& a = rows[pair].rescale;
      const Rescale& b = rows[pair + 1].rescale;
      if (uniform) continue;
      if (layer_.is_signed) put({a.negative, b.negative});
      if (layer_.is_signed) put({rows[pair + 1].start, a.multiplier, b.multiplier});
      if (!layer_.is_signed) put({a.multiplier, b.multiplier, rows[pair + 1].start});
    }
    return true;
  }

 private:
  bool append_quad(std::span<const Row, 4> rows) {
    std::int32_t magnitudes = 0;
    for (const std::int8_t w : rows[3].weights) magnitudes += std::abs(w);
    if (magnitudes >= 4096) return false;  // 4096 times its sum would leave 32 bits
    for (std::size_t i = 0; i < static_cast<std::size_t>(layer_.inputs); i += 4)
      for (const std::size_t k : {i, i + 1}) put_nibbles(rows, k);
    for (const Row& row : rows) put({row.start});
    if (layer_.is_signed)
      for (const Row& row : rows) put({row.rescale.negative});
    for (const Row& row : rows) put({row.rescale.multiplier});
    return true;
  }

  /// Of the inputs i and i + 2: three weights plus 8 from the low nibble up, the fourth as it is.
  void put_nibbles(std::span<const Row, 4> rows, std::size_t i) {
    std::uint32_t packed = 0;
    for (const std::size_t k : {i + 2, i})
      for (std::size_t o = 4; o-- > 0;) packed = packed << 4 | (bits(weight(rows[o], k) + (o < 3 ? 8 : 0)) & 15U);
    layer_.stream.push_back(packed);
  }

  std::int32_t weight(const Row& row, std::size_t i) const {
    const std::size_t at = i < order_.size() ? order_[i] : i;
    return at < row.weights.size() ? row.weights[at] : 0;
  }

  /// Halfwords 256 * wA + wB of the inputs i and i + 2; false if one does not fit.
  bool put_weights(const Row& a, const Row& b, std::size_t i) {
    std::uint32_t packed = 0;
    for (const std::size_t k : {i + 2, i}) {
      const std::int32_t half = 256 * weight(a, k) + weight(b, k);
      if (half < INT16_MIN) return false;
      packed = packed << 16 | static_cast<std::uint16_t>(half);
    }
    layer_.stream.push_back(packed);
    return true;
  }

  void put(std::initializer_list<std::int32_t> values) {
    for (const std::int32_t value : values) layer_.stream.push_back(bits(value));
  }

  DualLayer& layer_;
  std::span<const std::size_t> order_;
};

// Counted in device/cortex_m4/mote_m4_dual.c: a group of four outputs with its first quad, a quad, and what a call
// costs.
constexpr std::int64_t kPairGroup = 65, kPairGroupSigned = 84, kPairQuad = 24, kPairUnroll = 4;
constexpr std::int64_t kSingleGroup = 40, kSingleGroupSigned = 49, kSingleQuad = 16, kSingleUnroll = 4;
constexpr std::int64_t kCall = 11;

/// `group` is that of a layer with one quad.
std::int64_t run_instructions(const DualLayer& layer, std::int64_t group, std::int64_t quad, std::int64_t unroll,
                              std::int64_t pixels) {
  const std::int64_t more = layer.inputs / 4 - 1;
  const std::int64_t checks = 3 * std::max<std::int64_t>(1, (more + unroll - 1) / unroll);
  std::int64_t sum = (layer.outputs + 3) / 4 * (group + quad * more + checks);
  if (layer.outputs >= 4) sum += kCall;
  if (layer.outputs % 4 != 0) sum += kCall + 20 + 5 * pixels * (layer.outputs % 4);
  if (layer.act_min > -128 || layer.act_max < 127) sum += pixels * (6 + 10 * layer.outputs);
  return sum;
}

// The same of device/cortex_m4/mote_m4_quad.c: a group of four outputs without its quads, a quad, the check of a loop
// of two quads, a call without and with its quads' sums.
constexpr std::int64_t kQuadPairGroup = 57, kQuadPairGroupSigned = 74, kQuadPairQuad = 26;
constexpr std::int64_t kQuadSingleGroup = 36, kQuadSingleGroupSigned = 45, kQuadSingleQuad = 18;

std::int64_t quad_instructions(const DualLayer& layer, std::int64_t group, std::int64_t quad, std::int64_t check,
                               std::int64_t pixels) {
  const std::int64_t quads = layer.inputs / 4;
  const std::int64_t call = kCall + 20 + 7 * quads;
  std::int64_t sum = (layer.outputs + 3) / 4 * (group + quad * quads + check * ((quads + 1) / 2));
  if (layer.outputs >= 4) sum += call;
  if (layer.outputs % 4 != 0) sum += call + 20 + 5 * pixels * (layer.outputs % 4);
  if (layer.act_min > -128 || layer.act_max < 127) sum += pixels * (6 + 10 * layer.outputs);
  return sum;
}

}  // namespace

std::optional<DualLayer> dual_layer(const Graph& graph, const Node& node, std::span<const std::int8_t> weights,
                                    std::span<const QuantizedMultiplier> multipliers,
                                    std::span<const std::size_t> order, StreamKind kind) {
  const bool uniform = kind == StreamKind::uniform;
  const Tensor& out = ops::output(graph, node);
  const Rule rule{ops::zero_point_of(out), ops::int8_range(node.attrs.text("activation"), out.quant)};
  const auto channels = static_cast<std::int32_t>(multipliers.size());
  const std::size_t taps = weights.size() / multipliers.size();
  const auto bias = folded_bias(ops::optional_input(graph, node, 2), weights, channels,
                                ops::zero_point_of(ops::input(graph, node, 0)));
  if (uniform && !same(multipliers)) return {};

  for (const int fraction : {kFine, kCoarse}) {
    std::vector<Row> rows(static_cast<std::size_t>(round_up_to_4(channels)));
    const std::span<Row> present = std::span(rows).first(static_cast<std::size_t>(channels));
    for (std::size_t o = 0; o < present.size(); ++o) {
      present[o].weights = weights.subspan(o * taps, taps);
      present[o].bias = bias[o];
    }
    if (uniform ? !scale_uniformly(present, multipliers[0], rule, fraction)
                : !scale_rows(present, multipliers, rule, fraction))
      continue;

    DualLayer layer;
    layer.inputs = round_up_to_4(static_cast<std::int32_t>(std::max(taps, order.size())));
    layer.outputs = channels;
    layer.round = rescale_round(rule.zero_point, fraction);
    layer.act_min = rule.range.min;
    layer.act_max = rule.range.max;
    layer.is_signed = rescale_signed(rule.zero_point, rule.range);
    layer.is_coarse = fraction == kCoarse;
    layer.kind = kind;
    if (uniform) {
      layer.multiplier = rows[0].rescale.multiplier;
      layer.negative = rows[0].rescale.negative;
    }
    Streamer streamer(layer, order);
    for (std::size_t o = 0; o < rows.size(); o += 4)
      if (!streamer.append(std::span<const Row, 4>(&rows[o], 4))) return {};
    layer.group_words = static_cast<std::int32_t>(layer.stream.size() / (rows.size() / 4));
    return layer;
  }
  return {};
}

void add_dual_layer(KernelCall& call, const DualLayer& layer) {
  if (layer.is_signed) call.kernel += "_signed";
  if (layer.is_coarse) call.kernel += "_coarse";
  call.sources.push_back("mote_m4_dual.c");
  if (layer.kind == StreamKind::quad) call.sources.push_back("mote_m4_quad.c");
  add_stream(call, layer.stream,
             {{"group_words", layer.group_words},
              {"inputs", layer.inputs},
              {"outputs", layer.outputs},
              {"round", layer.round},
              {"multiplier", layer.multiplier},
              {"negative", layer.negative},
              {"act_min", layer.act_min},
              {"act_max", layer.act_max}});
}

KernelCall pointwise_call(const Node& node, const DualLayer& layer, std::int64_t pixels, std::int64_t in_c) {
  CallBuilder call(layer.kind == StreamKind::quad ? "pointwise_s8w4_quad" : "pointwise_s8_dual");
  call.reads(node).set("pixels", pixels).set("in_c", in_c).scratch(4 * std::int64_t{layer.inputs});
  // When a pair's outputs are written, its inputs are widened already, and those before it are done.
  const std::int64_t pairs_before_last = (pixels - 1) / 2;
  const std::int64_t lead = std::max<std::int64_t>(0, 2 * pairs_before_last * (layer.outputs - in_c));
  call.overlap({.allowed = true, .lead = lead, .equal_offset_only = false});
  const std::int64_t per_pair =
      15 + widen_instructions(in_c / 4) + (in_c % 4 != 0 ? 45 : 0) + dual_pair_instructions(layer);
  const std::int64_t single = pixels % 2 * (20 + in_c + dual_single_instructions(layer));
  call.cost(100 + pixels / 2 * per_pair + single, 440 + dual_code_bytes(layer, true));
  KernelCall result = call.take();
  add_dual_layer(result, layer);
  return result;
}

std::int64_t dual_pair_instructions(const DualLayer& layer) {
  if (layer.kind == StreamKind::quad)
    return quad_instructions(layer, layer.is_signed ? kQuadPairGroupSigned : kQuadPairGroup, kQuadPairQuad, 3, 2);
  return run_instructions(layer, layer.is_signed ? kPairGroupSigned : kPairGroup, kPairQuad, kPairUnroll, 2);
}

std::int64_t dual_single_instructions(const DualLayer& layer) {
  if (layer.kind == StreamKind::quad)
    return quad_instructions(layer, layer.is_signed ? kQuadSingleGroupSigned : kQuadSingleGroup, kQuadSingleQuad, 2, 1);
  return run_instructions(layer, layer.is_signed ? kSingleGroupSigned : kSingleGroup, kSingleQuad, kSingleUnroll, 1);
}

std::int64_t widen_instructions(std::int64_t quads) { return 3 + 2 + 7 * quads + 2 * (quads / 2) + 2; }

std::int64_t widen_rows_instructions(std::int64_t quads, std::int64_t rows) {
  return 5 + rows * (4 + 4 + 7 * quads + 2 * (quads / 2));
}

std::int64_t dual_code_bytes(const DualLayer& layer, bool pairs) {
  const std::int64_t single = layer.is_signed ? 490 : 455;
  const std::int64_t pair = layer.is_signed ? 750 : 680;
  return single + (pairs ? pair + 100 : 0);
}

}  // namespace mote::kernels
