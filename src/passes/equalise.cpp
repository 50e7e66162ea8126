// See equalise.h.
#include "passes/equalise.h"

#include <algorithm>
#include <cmath>

#include "ops/execute.h"
#include "ops/ops.h"
#include "passes/calibrate.h"
#include "passes/edit.h"

namespace mote::passes {
namespace {

/// Factors are bounded, so that a channel that was silent in the samples is not blown up.
constexpr double kLargestFactor = 64.0;

/// Its activation has no upper or lower end but 0.
bool unbounded(const Node& node) {
  const std::string& activation = node.attrs.text("activation");
  return activation == "none" || activation == "relu";
}

/// f(s x) = s f(x) for s > 0, channel by channel.
bool scales_along(const Graph& graph, const Node& node) {
  if (node.op == &ops::relu) return true;
  if (node.op == &ops::max_pool2d || node.op == &ops::average_pool2d) return unbounded(node);
  if (node.op == &ops::reshape) {  // a flatten keeps channels innermost
    const Shape& to = graph.tensor(node.outputs[0]).shape;
    return to.size() == 2 && to[0] == 1;
  }
  return false;
}

bool can_give(const Graph& graph, const Node& node) { return is_float_weighted(graph, node) && unbounded(node); }

/// The weighted layer that alone reads what `producer` makes, or -1.
int follower(const Graph& graph, const Node& producer) {
  TensorId id = producer.outputs[0];
  for (;;) {
    const int reader = only_reader(graph, id);
    if (reader < 0) return -1;
    const Node& node = graph.nodes[static_cast<std::size_t>(reader)];
    if (node.inputs[0] != id) return -1;
    if (is_float_weighted(graph, node)) {
      const Shape& w = graph.tensor(node.inputs[1]).shape;
      const bool own_weights = graph.consumers(node.inputs[1]).size() == 1;
      const bool plain = node.op != &ops::depthwise_conv2d || w[3] == graph.tensor(id).shape.back();
      return own_weights && plain ? reader : -1;
    }
    if (!scales_along(graph, node)) return -1;
    id = node.outputs[0];
  }
}

/// Which of `channels` an element of the follower's weights multiplies: the last axis is that of the channels, or, for
/// a fully_connected behind a flatten, of positions times channels.
std::size_t input_channel(const Shape& w, std::size_t element, std::size_t channels) {
  return element % static_cast<std::size_t>(w.back()) % channels;
}

std::vector<float> scaled(std::span<const float> values, const auto& factor) {
  std::vector<float> result(values.begin(), values.end());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<float>(double{result[i]} * factor(i));
  return result;
}

}  // namespace

Result<std::int32_t> equalise(Graph& graph, std::span<const Sample> samples) {
  struct Pair {
    std::size_t giver = 0, taker = 0;
    std::vector<double> range;  ///< largest magnitude of each channel between them
  };
  std::vector<Pair> pairs;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    const bool own =
        can_give(graph, node) && graph.consumers(node.inputs[1]).size() == 1 &&
        (node.inputs.size() < 3 || node.inputs[2] == kNoTensor || graph.consumers(node.inputs[2]).size() == 1);
    const int taker = own ? follower(graph, node) : -1;
    if (taker < 0) continue;
    const auto channels = static_cast<std::size_t>(graph.tensor(node.outputs[0]).shape.back());
    pairs.push_back({n, static_cast<std::size_t>(taker), std::vector<double>(channels, 0.0)});
  }
  if (pairs.empty()) return 0;
  MOTE_TRY_VOID(check_samples(graph, samples));
  Executor executor(graph);
  for (const Sample& sample : samples) {
    executor.run({sample.begin(), sample.end()});
    for (Pair& pair : pairs) {
      const auto bytes = executor.value(graph.nodes[pair.giver].outputs[0]);
      const auto* values = reinterpret_cast<const float*>(bytes.data());
      for (std::size_t i = 0; i < bytes.size() / sizeof(float); ++i) {
        double& range = pair.range[i % pair.range.size()];
        range = std::max(range, std::fabs(double{values[i]}));
      }
    }
  }
  for (const Pair& pair : pairs) {
    const Node& giver = graph.nodes[pair.giver];
    const Node& taker = graph.nodes[pair.taker];
    const std::size_t channels = pair.range.size();
    const Tensor& w2 = graph.tensor(taker.inputs[1]);
    const auto values = w2.constant<float>();
    // A depthwise layer has a scale for every channel: it can take any factor. Others weigh the largest magnitude of
    // each input against its output channel's largest.
    std::vector<double> weight(channels, 1.0);
    if (taker.op != &ops::depthwise_conv2d) {
      const ChannelIndex output = channel_index(w2.shape, taker.op->weight_axis);
      std::vector<double> largest(output.channels, 0.0);
      for (std::size_t i = 0; i < values.size(); ++i)
        largest[output(i)] = std::max(largest[output(i)], std::fabs(double{values[i]}));
      std::fill(weight.begin(), weight.end(), 0.0);
      for (std::size_t i = 0; i < values.size(); ++i) {
        double& of_channel = weight[input_channel(w2.shape, i, channels)];
        of_channel = std::max(of_channel, std::fabs(double{values[i]}) / std::max(largest[output(i)], 1e-30));
      }
    }
    const double widest = *std::max_element(pair.range.begin(), pair.range.end());
    std::vector<double> factor(channels, 1.0);  // of the activation
    for (std::size_t c = 0; c < channels; ++c) {
      if (pair.range[c] <= 0 || weight[c] <= 0 || widest <= 0) continue;
      const double relative = pair.range[c] / widest;
      const double s = taker.op == &ops::depthwise_conv2d ? relative : std::sqrt(relative / weight[c]);
      factor[c] = 1.0 / std::clamp(s, 1.0 / kLargestFactor, kLargestFactor);
    }
    const Tensor& w1 = graph.tensor(giver.inputs[1]);
    const ChannelIndex own = channel_index(w1.shape, giver.op->weight_axis);
    graph.tensor(giver.inputs[1]).data =
        make_data(scaled(w1.constant<float>(), [&](std::size_t i) { return factor[own(i)]; }));
    if (const Tensor* bias = input_or_null(graph, giver, giver.op->bias_input); bias != nullptr)
      graph.tensor(giver.inputs[2]).data =
          make_data(scaled(bias->constant<float>(), [&](std::size_t i) { return factor[i]; }));
    graph.tensor(taker.inputs[1]).data =
        make_data(scaled(values, [&](std::size_t i) { return 1.0 / factor[input_channel(w2.shape, i, channels)]; }));
  }
  return static_cast<std::int32_t>(pairs.size());
}

}  // namespace mote::passes
