// Winograd kernels for 3x3 stride-1 convolutions on Cortex-M4 and other cores with its DSP extension: weights are
// transformed here, exactly, into int16. They cost flash (72 or 32 bytes a filter instead of 9), which the planner
// weighs.
#include <array>

#include "kernels/convolution.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"
#include "kernels/scaled_channels_m4.h"
#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/weighted.h"

namespace mote::kernels {
namespace {

/// One form of the minimal filtering: rows of G (as many as components per dimension) in the device's order, and what
/// its code costs.
struct Form {
  std::string_view file;
  std::span<const std::array<std::int32_t, 3>> vertical;    ///< in the order of the device's rows
  std::span<const std::array<std::int32_t, 3>> horizontal;  ///< in natural order
  std::int32_t outputs;                                     ///< per dimension and tile
  std::int32_t added;                     ///< what the device adds to inputs before it transforms them
  std::int64_t transform, inverse, code;  ///< instructions: four channels of two tiles; an output channel of two tiles
};

constexpr std::array<std::array<std::int32_t, 3>, 6> kRows4 = {
    {{3, 0, 0}, {-1, -1, -1}, {-1, 1, -1}, {1, -2, 4}, {0, 0, 3}, {1, 2, 4}}};
constexpr std::array<std::array<std::int32_t, 3>, 6> kColumns4 = {
    {{3, 0, 0}, {-1, -1, -1}, {-1, 1, -1}, {1, 2, 4}, {1, -2, 4}, {0, 0, 3}}};
constexpr Form kForm4 = {"winograd_4x4_s8", kRows4, kColumns4, 4, 128, 1640, 566, 3700};
constexpr std::array<std::array<std::int32_t, 3>, 4> kRows2 = {{{2, 0, 0}, {1, 1, 1}, {1, -1, 1}, {0, 0, 2}}};
constexpr Form kForm2 = {"winograd_2x2_s8", kRows2, kRows2, 2, 0, 460, 296, 2100};

struct Layer {
  const Tensor& x;
  const Tensor& weights;
  const Tensor& out;
  ops::Window window;
  ops::Int8Range range;
  std::vector<std::int32_t> bias;
};

Layer layer_of(const Graph& graph, const Node& node) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& weights = ops::input(graph, node, 1);
  const Tensor& out = ops::output(graph, node);
  return {x,
          weights,
          out,
          convolution_window(graph, node),
          ops::int8_range(node.attrs.text("activation"), out.quant),
          folded_bias(ops::optional_input(graph, node, 2), weights.constant<std::int8_t>(), out.shape[3],
                      ops::zero_point_of(x))};
}

struct Scaled {
  int fraction = kRescaleFraction;
  std::vector<ScaledChannel> channels;
};

/// Every channel, with the first fraction of those that the device has which suits all; nothing if none does.
std::optional<Scaled> scaled(const Layer& layer) {
  const auto multipliers = ops::channel_multipliers(layer.x, layer.weights, layer.out, layer.out.shape[3]);
  for (const int fraction : {kRescaleFraction, 11})
    if (auto channels = scaled_channels(layer.weights.constant<std::int8_t>(), layer.bias, multipliers,
                                        ops::zero_point_of(layer.out), layer.range, fraction))
      return Scaled{fraction, std::move(*channels)};
  return {};
}

bool applies(const Graph& graph, const Node& node, const Target& target) {
  if (!target.has("dsp") || !fits_device(graph, node, DType::i8)) return false;
  const Shape& in = ops::input(graph, node, 0).shape;
  const Shape& k = ops::input(graph, node, 1).shape;
  const ops::Window w = convolution_window(graph, node);
  if (in[0] != 1 || in[3] < 4 || k[1] != 3 || k[2] != 3) return false;
  if (w.stride_h != 1 || w.stride_w != 1 || w.dilation_h != 1 || w.dilation_w != 1) return false;
  if (w.pad_top > 2 || w.pad_left > 2 || w.pad_bottom > 2 || w.pad_right > 2) return false;
  return scaled(layer_of(graph, node)).has_value();
}

std::int32_t round_up_to_8(std::int32_t channels) { return (channels + 7) / 8 * 8; }

/// [out / 4][component][in / 2][4][2]: pairs of channels are (0,2), (1,3) of every four. Inputs are taken plus 128 on
/// the device, which folded_bias does not know: the constant 128 times the sum of weights is in the bias.
std::vector<std::int16_t> transformed(const Layer& layer, const Form& form,
                                      const std::vector<ScaledChannel>& channels) {
  const auto w = layer.weights.constant<std::int8_t>();
  const std::int32_t in_c = layer.x.shape[3];
  const auto component = [&](std::int32_t o, std::int32_t c, std::size_t row, std::size_t column) {
    std::int32_t sum = 0;
    if (o >= layer.out.shape[3] || c >= in_c || channels[static_cast<std::size_t>(o)].constant) return std::int16_t{0};
    for (std::int32_t y = 0; y < 3; ++y)
      for (std::int32_t x = 0; x < 3; ++x)
        sum += form.vertical[row][static_cast<std::size_t>(y)] * form.horizontal[column][static_cast<std::size_t>(x)] *
               w[static_cast<std::size_t>(((o * 3 + y) * 3 + x) * in_c + c)];
    return static_cast<std::int16_t>(sum);
  };
  std::vector<std::int16_t> packed;
  for (std::int32_t group = 0; group < layer.out.shape[3]; group += 4)
    for (std::size_t row = 0; row < form.vertical.size(); ++row)
      for (std::size_t column = 0; column < form.horizontal.size(); ++column)
        for (std::int32_t pair = 0; pair < round_up_to_8(in_c) / 2; ++pair)
          for (std::int32_t o = group; o < group + 4; ++o) {
            const std::int32_t c = pair / 2 * 4 + pair % 2;
            packed.push_back(component(o, c, row, column));
            packed.push_back(component(o, c + 2, row, column));
          }
  return packed;
}

/// As the device loops: patches of two tiles, groups of four channels in and out.
std::int64_t instructions(const Layer& layer, const Form& form) {
  const std::int64_t in_c = round_up_to_8(layer.x.shape[3]);
  const std::int64_t out_c = round_up_to_4(layer.out.shape[3]);
  const std::int64_t rows = (layer.window.out_h + form.outputs - 1) / form.outputs;
  const std::int64_t patches = (layer.window.out_w + 2 * form.outputs - 1) / (2 * form.outputs);
  const auto components = static_cast<std::int64_t>(form.vertical.size() * form.horizontal.size());
  const std::int64_t product = components * (in_c / 2 * 11 + (in_c / 8 - 1) * 3 + 9) + 20;
  const bool is_signed = rescale_signed(ops::zero_point_of(layer.out), layer.range);
  const std::int64_t inverse = form.inverse + (is_signed ? 4 * form.outputs * form.outputs + 8 : 0);
  const std::int64_t patch = in_c / 4 * form.transform + out_c / 4 * (product + 4 * inverse + 50) + 80;
  const std::int64_t edges = std::min(rows * patches, 2 * (rows + patches));
  const std::int64_t pixels = (form.outputs + 2) * (2 * form.outputs + 2);
  return rows * patches * patch + edges * pixels * in_c;
}

/// Rows of tiles are read up to one row beyond the outputs of the row of tiles before.
Overlap overlap(const Layer& layer, const Form& form) {
  const ops::Window& w = layer.window;
  const std::int64_t in_row = std::int64_t{layer.x.shape[2]} * layer.x.shape[3];
  const std::int64_t out_row = std::int64_t{w.out_w} * layer.out.shape[3];
  std::int64_t lead = 0;
  for (std::int64_t y = 0; y < w.out_h; y += form.outputs) {
    const std::int64_t written = std::min<std::int64_t>(y + form.outputs, w.out_h) * out_row;
    lead = std::max(lead, written - std::max<std::int64_t>(y - w.pad_top, 0) * in_row);
  }
  return {.allowed = true, .lead = lead, .equal_offset_only = false};
}

KernelCall lower(const Form& form, const Graph& graph, const Node& node) {
  const Layer layer = layer_of(graph, node);
  const Scaled rescaling = *scaled(layer);
  const std::vector<ScaledChannel>& channels = rescaling.channels;
  const std::int32_t in_c = layer.x.shape[3];
  const std::size_t taps = static_cast<std::size_t>(in_c) * 9;
  const auto w = layer.weights.constant<std::int8_t>();
  std::vector<std::int32_t> packed;
  for (std::size_t o = 0; o < channels.size(); ++o) {
    std::int32_t sum = 0;
    for (const std::int8_t weight : w.subspan(o * taps, taps)) sum += weight;
    const auto added = static_cast<std::uint32_t>(channels[o].constant ? 0 : 256 * form.added * sum);
    packed.push_back(static_cast<std::int32_t>(static_cast<std::uint32_t>(channels[o].bias) - added));
    packed.push_back(channels[o].rescale.multiplier);
    packed.push_back(channels[o].rescale.negative);
  }
  packed.resize(static_cast<std::size_t>(round_up_to_4(layer.out.shape[3])) * 3);
  CallBuilder call(form.file);
  call.reads(node).constant("weights", transformed(layer, form, channels)).constant("channels", packed);
  call.set("round", rescale_round(ops::zero_point_of(layer.out), rescaling.fraction));
  call.set("in_h", layer.x.shape[1]).set("in_w", layer.x.shape[2]).set("in_c", in_c);
  call.set("out_h", layer.window.out_h).set("out_w", layer.window.out_w).set("out_c", layer.out.shape[3]);
  call.set("pad_top", layer.window.pad_top).set("pad_left", layer.window.pad_left);
  call.set("zero_point", ops::zero_point_of(layer.x)).set("act_min", layer.range.min).set("act_max", layer.range.max);
  const auto components = static_cast<std::int64_t>(form.vertical.size() * form.horizontal.size());
  const std::int64_t pixels = (form.outputs + 2) * (2 * form.outputs + 2);
  const std::int64_t patch = (pixels * in_c + 11) / 4 * 4;
  const std::int64_t sums = components * 32 + form.outputs * form.outputs * 8;
  call.scratch(components * round_up_to_8(in_c) * 4 + std::max(patch, sums));
  call.overlap(overlap(layer, form));
  KernelCall made = call.cost(instructions(layer, form), form.code).take();
  made.kernel += rescale_signed(ops::zero_point_of(layer.out), layer.range) ? "_signed_" : "_plain_";
  made.kernel += std::to_string(rescaling.fraction);
  made.params_type = "mote_winograd_s8_params";
  made.sources.emplace_back("winograd.c");
  return made;
}

KernelCall lower2(const Graph& graph, const Node& node, const Target&) { return lower(kForm2, graph, node); }
KernelCall lower4(const Graph& graph, const Node& node, const Target&) { return lower(kForm4, graph, node); }

}  // namespace

const KernelDef winograd_2x2_s8 = {"winograd_2x2_s8", &ops::conv2d, "winograd_2x2_s8.c", applies, lower2};
const KernelDef winograd_4x4_s8 = {"winograd_4x4_s8", &ops::conv2d, "winograd_4x4_s8.c", applies, lower4};

}  // namespace mote::kernels
