// See adaround.h. With rows x' centred (so that the bias, free to move, takes the mean), the error of a channel is
//   (w' - t)^T G (w' - t) + const,  G = sum x' x'^T,  G t = sum x' (w x)
// and changing one weight by d steps of s changes it by 2 d s g_i + (d s)^2 G_ii, g = G w' - sum x' (w x).
#include "passes/adaround.h"

#include <algorithm>
#include <cmath>

#include "ops/ops.h"
#include "passes/edit.h"
#include "passes/layer_walk.h"
#include "passes/patches.h"
#include "passes/real_values.h"

namespace mote::passes {
namespace {

constexpr std::size_t kRows = 2048;  ///< output positions looked at
constexpr int kSweeps = 20;          ///< usually it settles in five
/// Pulls towards plain rounding, relative to the mean of G's diagonal: what few samples do not show is left alone.
constexpr double kRidge = 0.01;

/// One least-squares problem: rows of the quantised layer's inputs, and of the float layer's.
class Problem {
 public:
  Problem(Patches exact, Patches given) : exact_(std::move(exact)), given_(std::move(given)), width_(given_.width) {
    const std::size_t rows = given_.rows();
    mean_.assign(width_, 0.0);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t i = 0; i < width_; ++i) mean_[i] += double{given_[r][i]} / static_cast<double>(rows);
    gram_.assign(width_ * width_, 0.0);
    std::vector<double> x(width_);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t i = 0; i < width_; ++i) x[i] = double{given_[r][i]} - mean_[i];
      for (std::size_t i = 0; i < width_; ++i) {
        if (x[i] == 0.0) continue;
        double* row = gram_.data() + i * width_;
        for (std::size_t j = 0; j < width_; ++j) row[j] += x[i] * x[j];
      }
    }
    double trace = 0.0;
    for (std::size_t i = 0; i < width_; ++i) trace += gram_[i * width_ + i];
    ridge_ = kRidge * trace / static_cast<double>(width_);
    for (std::size_t i = 0; i < width_; ++i) gram_[i * width_ + i] += ridge_;
  }

  /// Chooses the integers of one output channel: `q` holds plain rounding and becomes better. Returns what the bias
  /// must be for the means to agree, given the float bias.
  double solve(std::span<const float> weights, double scale, double bias, IntegerRange range,
               std::span<std::int32_t> q) const {
    // g = G w' - sum x' (w x) - ridge w
    std::vector<double> g(width_, 0.0);
    double wanted_mean = 0.0;
    const auto rows = static_cast<double>(exact_.rows());
    std::vector<double> target(exact_.rows());
    for (std::size_t r = 0; r < exact_.rows(); ++r) {
      double y = 0.0;
      for (std::size_t i = 0; i < width_; ++i) y += double{weights[i]} * double{exact_[r][i]};
      target[r] = y;
      wanted_mean += y / rows;
    }
    for (std::size_t r = 0; r < exact_.rows(); ++r)
      for (std::size_t i = 0; i < width_; ++i) g[i] -= (double{given_[r][i]} - mean_[i]) * (target[r] - wanted_mean);
    for (std::size_t i = 0; i < width_; ++i) g[i] -= ridge_ * double{weights[i]};
    for (std::size_t j = 0; j < width_; ++j) {
      const double value = scale * q[j];
      if (value == 0.0) continue;
      for (std::size_t i = 0; i < width_; ++i) g[i] += gram_[j * width_ + i] * value;
    }
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      bool moved = false;
      for (std::size_t i = 0; i < width_; ++i) {
        if (weights[i] == 0.0F) continue;  // pruned weights stay away
        const double exact_steps = double{weights[i]} / scale;
        const auto lower = static_cast<std::int32_t>(std::floor(exact_steps));
        const std::int32_t other = q[i] == lower ? lower + 1 : lower;
        if (other < range.low || other > range.high) continue;
        const double step = scale * (other - q[i]);
        if (2 * step * g[i] + step * step * gram_[i * width_ + i] >= -1e-15) continue;
        q[i] = other;
        moved = true;
        for (std::size_t j = 0; j < width_; ++j) g[j] += gram_[i * width_ + j] * step;
      }
      if (!moved) break;
    }
    double got_mean = 0.0;
    for (std::size_t i = 0; i < width_; ++i) got_mean += scale * q[i] * mean_[i];
    return bias + wanted_mean - got_mean;
  }

 private:
  Patches exact_, given_;
  std::size_t width_;
  std::vector<double> mean_, gram_;
  double ridge_ = 0.0;
};

Result<void> round_layer(const LayerPair& pair) {
  const Node& node = pair.quantized.nodes[pair.node];
  const Graph& graph = pair.float_graph;
  Tensor& w = pair.quantized.tensor(node.inputs[1]);
  const auto weights = graph.tensor(pair.float_node.inputs[1]).constant<float>();
  const Tensor* float_bias = input_or_null(graph, pair.float_node, node.op->bias_input);
  const Tensor* int_bias = input_or_null(pair.quantized, node, node.op->bias_input);
  const bool has_bias = float_bias != nullptr && int_bias != nullptr;
  const double in_scale = double{pair.quantized.tensor(node.inputs[0]).quant.scale[0]};
  const ChannelIndex channel = channel_index(w.shape, node.op->weight_axis);
  // -8 and -128 stay out: weights are symmetric.
  const IntegerRange range = {-integer_range(w.type).high, integer_range(w.type).high};

  std::vector<std::int32_t> q = integer_values(w, *w.data);
  std::vector<std::int32_t> biases =
      has_bias ? integer_values(*int_bias, *int_bias->data) : std::vector<std::int32_t>(channel.channels, 0);
  const bool depthwise = node.op == &ops::depthwise_conv2d;
  const auto multiplier = depthwise ? w.shape[3] / graph.tensor(pair.float_node.inputs[0]).shape[3] : 1;
  std::optional<Problem> problem;
  for (std::size_t c = 0; c < channel.channels; ++c) {
    if (!problem || depthwise) {
      const std::int32_t from = static_cast<std::int32_t>(c) / multiplier;
      problem.emplace(extract_patches(graph, pair.float_node, pair.exact, kRows, from),
                      extract_patches(graph, pair.float_node, pair.given, kRows, from));
    }
    std::vector<float> own;
    std::vector<std::int32_t> own_q;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (channel(i) != c) continue;
      own.push_back(weights[i]);
      own_q.push_back(q[i]);
      places.push_back(i);
    }
    const double scale = double{w.quant.scale[w.quant.per_channel() ? c : 0]};
    const double bias = has_bias ? double{float_bias->constant<float>()[c]} : 0.0;
    const double exact_bias = problem->solve(own, scale, bias, range, own_q);
    for (std::size_t i = 0; i < places.size(); ++i) q[places[i]] = own_q[i];
    biases[c] = static_cast<std::int32_t>(std::lround(std::clamp(exact_bias / (in_scale * scale), -0x1p29, 0x1p29)));
  }
  w.data = std::make_shared<const Bytes>(integer_bytes(w, q));
  if (has_bias) {
    Tensor& b = pair.quantized.tensor(node.inputs[static_cast<std::size_t>(node.op->bias_input)]);
    b.data = std::make_shared<const Bytes>(integer_bytes(b, biases));
  }
  return {};
}

}  // namespace

Result<void> adaround(const Graph& float_graph, Graph& quantized, std::span<const Sample> samples) {
  return walk_layers(float_graph, quantized, samples, round_layer);
}

}  // namespace mote::passes
