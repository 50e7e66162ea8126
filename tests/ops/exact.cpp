// See exact.h. Each function computes one output element from its multi-dimensional index.
#include "tests/ops/exact.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "ir/op_def.h"

namespace mote::testing {
namespace {

using Index = std::vector<std::int64_t>;

/// A tensor of reals that can be read by index; reading outside is an error of the test.
struct Reals {
  Shape shape;
  std::vector<double> values;

  bool holds(const Index& at) const {
    for (std::size_t i = 0; i < at.size(); ++i)
      if (at[i] < 0 || at[i] >= shape[i]) return false;
    return true;
  }
  double operator[](const Index& at) const {
    MOTE_CHECK(at.size() == shape.size() && holds(at));
    std::int64_t flat = 0;
    for (std::size_t i = 0; i < at.size(); ++i) flat = flat * shape[i] + at[i];
    return values[static_cast<std::size_t>(flat)];
  }
};

std::int32_t integer_of(DType type, const std::uint8_t* data, std::size_t i) {
  if (type == DType::i16) return reinterpret_cast<const std::int16_t*>(data)[i];
  if (type == DType::i8) return reinterpret_cast<const std::int8_t*>(data)[i];
  const int nibble = (data[i / 2] >> (4 * (i % 2))) % 16;  // i4
  return nibble < 8 ? nibble : nibble - 16;
}

double real_of(const Tensor& t, const std::uint8_t* data, std::size_t i, double bias_scale) {
  switch (t.type) {
    case DType::f32:
      return static_cast<double>(reinterpret_cast<const float*>(data)[i]);
    case DType::i32:
      return bias_scale * reinterpret_cast<const std::int32_t*>(data)[i];
    case DType::i64:
      return bias_scale * static_cast<double>(reinterpret_cast<const std::int64_t*>(data)[i]);
    default:
      break;
  }
  std::size_t channel = 0;
  if (t.quant.per_channel()) {
    std::size_t inner = 1;
    for (std::size_t d = static_cast<std::size_t>(t.quant.axis) + 1; d < t.shape.size(); ++d)
      inner *= static_cast<std::size_t>(t.shape[d]);
    channel = i / inner % t.quant.scale.size();
  }
  const auto q = static_cast<double>(integer_of(t.type, data, i));
  return static_cast<double>(t.quant.scale[channel]) * (q - t.quant.zero_point[channel]);
}

class Exact {
 public:
  explicit Exact(const OpCase& test) : graph_(test.graph), node_(test.graph.nodes[0]) {
    for (std::size_t i = 0; i < node_.inputs.size(); ++i) {
      const Tensor& t = graph_.tensor(node_.inputs[i]);
      const std::uint8_t* data = t.is_constant() ? t.data->data() : test.inputs[i].data();
      Reals reals{t.shape, {}};
      for (std::size_t e = 0; e < static_cast<std::size_t>(t.elements()); ++e)
        reals.values.push_back(real_of(t, data, e, t.type == DType::i32 || t.type == DType::i64 ? bias_scale(e) : 1.0));
      in_.push_back(std::move(reals));
    }
  }

  std::vector<double> run() {
    if (is_signal_operator(*node_.op)) return exact_signal(node_, in_[0].shape, in_[0].values);
    const Shape& shape = graph_.tensor(node_.outputs[0]).shape;
    std::vector<double> values;
    Index at(shape.size(), 0);
    for (std::int64_t left = element_count(shape); left > 0; --left) {
      values.push_back(activate(element(at)));
      for (std::size_t i = at.size(); i-- > 0;) {
        if (++at[i] < shape[i]) break;
        at[i] = 0;
      }
    }
    return values;
  }

 private:
  double bias_scale(std::size_t channel) const {
    const Quantization& x = graph_.tensor(node_.inputs[0]).quant;
    if (node_.inputs.size() < 2 || x.empty() || graph_.tensor(node_.inputs[1]).quant.empty()) return 1.0;
    const auto& w = graph_.tensor(node_.inputs[1]).quant.scale;
    return static_cast<double>(x.scale[0]) * static_cast<double>(w[w.size() > 1 ? channel : 0]);
  }

  std::int64_t attr(const char* name) const { return node_.attrs.integer(name); }

  double activate(double v) const {
    std::string name = node_.op->name == "relu" || node_.op->name == "relu6" ? std::string(node_.op->name) : "none";
    if (node_.attrs.has("activation")) name = node_.attrs.text("activation");
    if (name == "relu") return std::max(v, 0.0);
    if (name == "relu6") return std::clamp(v, 0.0, 6.0);
    if (name == "relu_n1_to_1") return std::clamp(v, -1.0, 1.0);
    return v;
  }

  double element(const Index& at) const {
    const std::string_view op = node_.op->name;
    if (op == "conv2d") return convolution(at, false);
    if (op == "depthwise_conv2d") return convolution(at, true);
    if (op == "fully_connected") return fully_connected(at);
    if (op == "average_pool2d" || op == "max_pool2d") return pool(at, op == "max_pool2d");
    if (op == "add") return add(at, 1);
    if (op == "sub") return add(at, -1);
    if (op == "leaky_relu") return in_[0][at] * (in_[0][at] < 0 ? node_.attrs.real("alpha") : 1.0);
    if (op == "transpose_conv") return transpose_conv(at);
    if (op == "softmax") return softmax(at);
    if (op == "transpose") return transpose(at);
    if (op == "pad") return pad(at);
    if (op == "batch_norm") return batch_norm(at);
    if (op == "resize_image") return resized(at);
    if (op == "normalise") return normalised(at);
    if (op == "concat") return concat(at);
    if (op == "slice") return slice(at);
    if (op == "delay_line") return delay_line(at);
    if (op == "gru") return gru(at);
    if (op == "squared_error") return squared_error(at);
    if (op == "reshape") return in_[0].values[flat(at)];
    return in_[0][at];  // relu, relu6, quantize, dequantize: the activation and the output's quantisation do the rest
  }

  std::size_t flat(const Index& at) const {
    const Shape& shape = graph_.tensor(node_.outputs[0]).shape;
    std::int64_t position = 0;
    for (std::size_t i = 0; i < at.size(); ++i) position = position * shape[i] + at[i];
    return static_cast<std::size_t>(position);
  }

  double concat(Index at) const {
    const auto axis = static_cast<std::size_t>(attr("axis"));
    std::size_t i = 0;
    for (; at[axis] >= in_[i].shape[axis]; ++i) at[axis] -= in_[i].shape[axis];
    return in_[i][at];
  }

  double slice(const Index& at) const {
    Index from;
    const auto& drop = node_.attrs.list("drop");
    for (std::size_t i = 0, next = 0; i < in_[0].shape.size(); ++i) {
      const bool dropped = std::find(drop.begin(), drop.end(), static_cast<std::int64_t>(i)) != drop.end();
      const std::int64_t step = dropped ? 0 : at[next++];
      from.push_back(node_.attrs.list("begin")[i] + step * node_.attrs.list("stride")[i]);
    }
    return in_[0][from];
  }

  /// The state after row `last` of batch n, each time from the beginning.
  double gru(const Index& at) const {
    const auto units = static_cast<std::size_t>(in_[1].shape[1]);
    const std::size_t steps = in_[0].values.size() / 3 / units / static_cast<std::size_t>(in_[0].shape[0]);
    const std::size_t last = attr("sequence") == 1 ? static_cast<std::size_t>(at[1]) : steps - 1;
    std::vector<double> h(units, 0.0);
    for (std::size_t t = 0; t <= last; ++t) {
      const double* gates = in_[0].values.data() + (static_cast<std::size_t>(at[0]) * steps + t) * 3 * units;
      const auto sum = [&](std::size_t row, const std::vector<double>& x) {
        double all = gates[row];
        for (std::size_t k = 0; k < units; ++k)
          all += in_[1][{static_cast<std::int64_t>(row), static_cast<std::int64_t>(k)}] * x[k];
        return all;
      };
      std::vector<double> reset(units);
      std::vector<double> next(units);
      for (std::size_t j = 0; j < units; ++j) reset[j] = h[j] * (std::tanh(sum(j, h) / 2) + 1) / 2;
      for (std::size_t j = 0; j < units; ++j) {
        const double candidate = std::tanh(sum(2 * units + j, reset));
        next[j] = candidate + (h[j] - candidate) / (1 + std::exp(-sum(units + j, h)));
      }
      h = next;
    }
    return h[static_cast<std::size_t>(at.back())];
  }

  double squared_error(const Index& at) const {
    const std::size_t each = in_[0].values.size() / static_cast<std::size_t>(in_[0].shape[0]);
    double sum = 0;
    for (std::size_t i = 0; i < each; ++i) {
      const std::size_t k = static_cast<std::size_t>(at[0]) * each + i;
      sum += (in_[0].values[k] - in_[1].values[k]) * (in_[0].values[k] - in_[1].values[k]);
    }
    return sum / static_cast<double>(each);
  }

  /// After one run: what came before the input is 0.
  double delay_line(Index at) const {
    const auto axis = static_cast<std::size_t>(attr("axis"));
    at[axis] -= attr("length") - in_[0].shape[axis];
    return at[axis] < 0 ? 0.0 : in_[0][at];
  }

  double convolution(const Index& at, bool depthwise) const {
    const Reals& w = in_[1];
    const std::int64_t multiplier = depthwise ? w.shape[3] / in_[0].shape[3] : 1;
    double sum = in_.size() > 2 ? in_[2][{at[3]}] : 0.0;
    for (std::int64_t ky = 0; ky < w.shape[1]; ++ky)
      for (std::int64_t kx = 0; kx < w.shape[2]; ++kx)
        for (std::int64_t c = 0; c < in_[0].shape[3]; ++c) {
          if (depthwise && c != at[3] / multiplier) continue;
          const Index from = {at[0], at[1] * attr("stride_h") + ky * attr("dilation_h") - attr("pad_top"),
                              at[2] * attr("stride_w") + kx * attr("dilation_w") - attr("pad_left"), c};
          if (in_[0].holds(from)) sum += in_[0][from] * (depthwise ? w[{0, ky, kx, at[3]}] : w[{at[3], ky, kx, c}]);
        }
    return sum;
  }

  /// From the input's side: which pixels add to this output?
  double transpose_conv(const Index& at) const {
    const Reals& w = in_[1];
    double sum = in_.size() > 2 ? in_[2][{at[3]}] : 0.0;
    for (std::int64_t y = 0; y < in_[0].shape[1]; ++y)
      for (std::int64_t x = 0; x < in_[0].shape[2]; ++x) {
        const std::int64_t ky = at[1] + attr("pad_top") - y * attr("stride_h");
        const std::int64_t kx = at[2] + attr("pad_left") - x * attr("stride_w");
        for (std::int64_t c = 0; c < in_[0].shape[3]; ++c)
          if (w.holds({at[3], ky, kx, c})) sum += in_[0][{at[0], y, x, c}] * w[{at[3], ky, kx, c}];
      }
    return sum;
  }

  double fully_connected(const Index& at) const {
    const std::int64_t inputs = in_[1].shape[1];
    const std::size_t row = flat(at) / static_cast<std::size_t>(in_[1].shape[0]);
    double sum = in_.size() > 2 ? in_[2][{at.back()}] : 0.0;
    for (std::int64_t i = 0; i < inputs; ++i)
      sum +=
          in_[0].values[row * static_cast<std::size_t>(inputs) + static_cast<std::size_t>(i)] * in_[1][{at.back(), i}];
    return sum;
  }

  double pool(const Index& at, bool maximum) const {
    double sum = 0.0;
    double largest = -std::numeric_limits<double>::infinity();
    int count = 0;
    for (std::int64_t ky = 0; ky < attr("filter_h"); ++ky)
      for (std::int64_t kx = 0; kx < attr("filter_w"); ++kx) {
        const Index from = {at[0], at[1] * attr("stride_h") + ky - attr("pad_top"),
                            at[2] * attr("stride_w") + kx - attr("pad_left"), at[3]};
        if (!in_[0].holds(from)) continue;
        sum += in_[0][from];
        largest = std::max(largest, in_[0][from]);
        ++count;
      }
    return maximum ? largest : sum / count;
  }

  double add(const Index& at, int sign) const {
    Index b(at.end() - static_cast<std::ptrdiff_t>(in_[1].shape.size()), at.end());
    for (std::size_t i = 0; i < b.size(); ++i)
      if (in_[1].shape[i] == 1) b[i] = 0;
    return in_[0][at] + sign * in_[1][b];
  }

  double softmax(const Index& at) const {
    const double beta = node_.attrs.real("beta");
    Index other = at;
    double sum = 0.0;
    for (other.back() = 0; other.back() < in_[0].shape.back(); ++other.back())
      sum += std::exp(beta * (in_[0][other] - in_[0][at]));
    return 1.0 / sum;
  }

  double transpose(const Index& at) const {
    Index from(at.size());
    for (std::size_t i = 0; i < at.size(); ++i) from[static_cast<std::size_t>(node_.attrs.list("perm")[i])] = at[i];
    return in_[0][from];
  }

  double pad(const Index& at) const {
    Index from = at;
    for (std::size_t i = 0; i < at.size(); ++i) from[i] -= node_.attrs.list("before")[i];
    return in_[0].holds(from) ? in_[0][from] : 0.0;
  }

  double resized(const Index& at) const {
    const auto source = [&](std::size_t axis, const char* name) {
      const auto from = static_cast<double>(in_[0].shape[axis]);
      const double centre = (static_cast<double>(at[axis]) + 0.5) * from / static_cast<double>(attr(name)) - 0.5;
      return std::clamp(centre, 0.0, from - 1);
    };
    const double y = source(1, "height");
    const double x = source(2, "width");
    double sum = 0;
    for (std::int64_t r = 0; r < in_[0].shape[1]; ++r)
      for (std::int64_t c = 0; c < in_[0].shape[2]; ++c) {
        const double weight = std::max(0.0, 1 - std::fabs(y - static_cast<double>(r))) *
                              std::max(0.0, 1 - std::fabs(x - static_cast<double>(c)));
        sum += weight * in_[0][{at[0], r, c, at[3]}];
      }
    return sum;
  }

  double normalised(const Index& at) const {
    const bool rows = node_.attrs.text("over") == "rows";
    double sum = 0;
    double squares = 0;
    double count = 0;
    const std::size_t inner = in_[0].values.size() / static_cast<std::size_t>(in_[0].shape[0] * in_[0].shape[1]);
    const std::size_t each = inner * static_cast<std::size_t>(in_[0].shape[1]);
    const std::size_t here = flat(at);
    for (std::size_t i = 0; i < in_[0].values.size(); ++i) {
      if (i / each != here / each || (rows && i % inner != here % inner)) continue;
      sum += in_[0].values[i];
      squares += in_[0].values[i] * in_[0].values[i];
      count += 1;
    }
    const double mean = sum / count;
    const double deviation = std::sqrt(squares / count - mean * mean + 1e-5);
    return (in_[0][at] - mean) / (attr("deviation") == 1 ? deviation : 1.0);
  }

  double batch_norm(const Index& at) const {
    const Index c = {at.back()};
    const auto epsilon = node_.attrs.real("epsilon");
    return in_[1][c] * (in_[0][at] - in_[3][c]) / std::sqrt(in_[4][c] + epsilon) + in_[2][c];
  }

  const Graph& graph_;
  const Node& node_;
  std::vector<Reals> in_;
};

}  // namespace

std::vector<double> exact_output(const OpCase& test) {
  return is_tabular_operator(*test.graph.nodes[0].op) ? exact_tabular(test) : Exact(test).run();
}

}  // namespace mote::testing
