// See weight_scales.h.
#include "passes/weight_scales.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ir/op_def.h"
#include "passes/edit.h"
#include "passes/real_values.h"

namespace mote::passes {
namespace {

const Node* twin_of(const Graph& float_graph, const std::string& name) {
  for (const Node& node : float_graph.nodes)
    if (node.name == name && is_float_weighted(float_graph, node)) return &node;
  return nullptr;
}

/// The largest integer of symmetric weights.
std::int32_t limit_of(const Tensor& weights) { return integer_range(weights.type).high; }

Result<void> rescale(const Graph& graph, const Node& float_node, Graph& quantized, const Node& node,
                     const std::vector<float>& wanted) {
  Tensor& w = quantized.tensor(node.inputs[1]);
  const ChannelIndex channel = channel_index(w.shape, node.op->weight_axis);
  if (wanted.size() != channel.channels || w.quant.scale.size() != channel.channels)
    return bad_input(fmt::format("wants {} scales, has {}", channel.channels, wanted.size()), node.name);
  const Tensor* float_bias = input_or_null(graph, float_node, node.op->bias_input);
  const Tensor* int_bias = input_or_null(quantized, node, node.op->bias_input);
  const double in_scale = double{quantized.tensor(node.inputs[0]).quant.scale[0]};
  const double largest_bias = int_bias != nullptr && int_bias->type == DType::i64 ? 0x1p45 : 0x1p29;
  std::vector<std::int32_t> q = integer_values(w, *w.data);
  const auto weights = graph.tensor(float_node.inputs[1]).constant<float>();
  const double limit = limit_of(w);
  for (std::size_t c = 0; c < channel.channels; ++c) {
    const double bias = float_bias != nullptr ? double{float_bias->constant<float>()[c]} : 0.0;
    if (!(wanted[c] > 0.0F) || std::fabs(bias) > in_scale * double{wanted[c]} * largest_bias) continue;
    w.quant.scale[c] = wanted[c];
    for (std::size_t i = 0; i < q.size(); ++i)
      if (channel(i) == c)
        q[i] = static_cast<std::int32_t>(std::clamp(std::round(double{weights[i]} / double{wanted[c]}), -limit, limit));
  }
  w.data = std::make_shared<const Bytes>(integer_bytes(w, q));
  if (float_bias == nullptr || int_bias == nullptr) return {};
  Tensor& b = quantized.tensor(node.inputs[static_cast<std::size_t>(node.op->bias_input)]);
  std::vector<float> reals(float_bias->constant<float>().begin(), float_bias->constant<float>().end());
  for (std::size_t c = 0; c < channel.channels; ++c)
    b.quant.scale[c] = static_cast<float>(in_scale * double{w.quant.scale[c]});
  if (b.type == DType::i64) {
    std::vector<std::int64_t> wide;
    for (std::size_t c = 0; c < reals.size(); ++c)
      wide.push_back(std::llround(double{reals[c]} / (in_scale * double{w.quant.scale[c]})));
    b.data = make_data(wide);
  } else {
    std::vector<std::int32_t> narrow;
    for (std::size_t c = 0; c < reals.size(); ++c)
      narrow.push_back(
          static_cast<std::int32_t>(std::lround(double{reals[c]} / (in_scale * double{w.quant.scale[c]}))));
    b.data = make_data(narrow);
  }
  return {};
}

}  // namespace

Result<void> use_weight_scales(const Graph& float_graph, Graph& quantized, const WeightScales& scales) {
  for (std::size_t n = 0; n < quantized.nodes.size(); ++n) {
    const Node node = quantized.nodes[n];
    const auto wanted = scales.find(node.name);
    const Node* twin = twin_of(float_graph, node.name);
    if (wanted == scales.end() || twin == nullptr || quantized.tensor(node.inputs[1]).type == DType::f32) continue;
    MOTE_TRY_VOID(rescale(float_graph, *twin, quantized, node, wanted->second));
  }
  return {};
}

WeightScales least_error_scales(const Graph& float_graph, const Graph& quantized) {
  constexpr int kSteps = 24;
  WeightScales found;
  for (const Node& node : quantized.nodes) {
    const Node* twin = twin_of(float_graph, node.name);
    if (twin == nullptr || quantized.tensor(node.inputs[1]).type != DType::i4) continue;
    const Tensor& w = quantized.tensor(node.inputs[1]);
    const ChannelIndex channel = channel_index(w.shape, node.op->weight_axis);
    const auto weights = float_graph.tensor(twin->inputs[1]).constant<float>();
    const double limit = limit_of(w);
    std::vector<float>& scales = found[node.name];
    for (std::size_t c = 0; c < channel.channels; ++c) {
      const auto widest = double{w.quant.scale[w.quant.per_channel() ? c : 0]};
      double best = std::numeric_limits<double>::infinity();
      double best_scale = widest;
      for (int step = 0; step < kSteps; ++step) {
        const double scale = widest * (1.0 - 0.6 * step / kSteps);
        double error = 0.0;
        for (std::size_t i = 0; i < weights.size(); ++i)
          if (channel(i) == c) {
            const double rounded = std::clamp(std::round(double{weights[i]} / scale), -limit, limit) * scale;
            error += (rounded - double{weights[i]}) * (rounded - double{weights[i]});
          }
        if (error < best) best = error, best_scale = scale;
      }
      scales.push_back(static_cast<float>(best_scale));
    }
  }
  return found;
}

}  // namespace mote::passes
