// See channel_intervals.h.
#include "passes/channel_intervals.h"

#include <algorithm>
#include <set>

#include "ops/ops.h"
#include "ops/requantizer.h"
#include "ops/weighted.h"
#include "ops/window.h"
#include "passes/edit.h"

namespace mote::passes {
namespace {

using Intervals = std::vector<Interval>;

/// Closed interval of a 32-bit sum, in 64 bits so that nothing here overflows.
struct Sum {
  std::int64_t low = 0, high = 0;
  Sum& operator+=(const Sum& other) {
    low += other.low;
    high += other.high;
    return *this;
  }
};

/// weight * (x - zero_point) for x in the interval.
Sum product(std::int64_t weight, const Interval& x, std::int64_t zero_point) {
  const std::int64_t a = weight * (x.low - zero_point);
  const std::int64_t b = weight * (x.high - zero_point);
  return {std::min(a, b), std::max(a, b)};
}

/// The int8 values that sums become. Requantisation is monotonic unless 32 bits overflow, which only absurd scales
/// bring about.
class SumToInt8 {
 public:
  SumToInt8(const Graph& graph, const Node& node, std::int32_t channels)
      : multipliers_(multipliers(graph, node, channels)),
        requantize_(node.attrs.text("activation"), graph.tensor(node.outputs[0]), multipliers_),
        full_(requantize_full(graph, node)) {}

  Interval operator()(const Sum& sum, std::size_t channel) const {
    const std::int64_t largest = std::max(std::abs(sum.low), std::abs(sum.high));
    const int left = std::max(multipliers_[channel].shift, 0);
    if (left > 30 || largest > (std::int64_t{1} << (30 - left))) return full_;
    return {static_cast<std::int8_t>(requantize_(static_cast<std::int32_t>(sum.low), channel)),
            static_cast<std::int8_t>(requantize_(static_cast<std::int32_t>(sum.high), channel))};
  }

 private:
  static std::vector<QuantizedMultiplier> multipliers(const Graph& graph, const Node& node, std::int32_t channels) {
    const Tensor& x = graph.tensor(node.inputs[0]);
    const Tensor& weights = graph.tensor(node.inputs[1]);
    const Tensor& out = graph.tensor(node.outputs[0]);
    return node.op == &ops::fully_connected ? ops::fully_connected_multipliers(x, weights, out, channels)
                                            : ops::channel_multipliers(x, weights, out, channels);
  }
  static Interval requantize_full(const Graph& graph, const Node& node) {
    const ops::Int8Range range = ops::int8_range(node.attrs.text("activation"), graph.tensor(node.outputs[0]).quant);
    return {static_cast<std::int8_t>(range.min), static_cast<std::int8_t>(range.max)};
  }

  std::vector<QuantizedMultiplier> multipliers_;
  ops::Requantizer requantize_;
  Interval full_;
};

std::int64_t bias_of(const Graph& graph, const Node& node, std::size_t channel) {
  const Tensor* bias = input_or_null(graph, node, node.op->bias_input);
  return bias == nullptr ? 0 : bias->constant<std::int32_t>()[channel];
}

/// `taps[ky * kw + kx]` are one output channel's products; the union over all kinds of position.
Interval over_positions(const std::vector<Sum>& taps, std::size_t kw, const std::vector<TapRange>& rows,
                        const std::vector<TapRange>& columns, std::int64_t bias, const SumToInt8& to_int8,
                        std::size_t channel) {
  Interval all{127, -128};
  for (const TapRange& row : rows)
    for (const TapRange& column : columns) {
      Sum sum{bias, bias};
      for (auto ky = static_cast<std::size_t>(row.first); ky < static_cast<std::size_t>(row.last); ++ky)
        for (auto kx = static_cast<std::size_t>(column.first); kx < static_cast<std::size_t>(column.last); ++kx)
          sum += taps[ky * kw + kx];
      const Interval here = to_int8(sum, channel);
      all = {std::min(all.low, here.low), std::max(all.high, here.high)};
    }
  return all;
}

/// conv2d and depthwise_conv2d.
Intervals windowed(const Graph& graph, const Node& node, const Intervals& in) {
  const Tensor& x = graph.tensor(node.inputs[0]);
  const Tensor& weights = graph.tensor(node.inputs[1]);
  const bool depthwise = node.op == &ops::depthwise_conv2d;
  const auto kh = static_cast<std::size_t>(weights.shape[1]), kw = static_cast<std::size_t>(weights.shape[2]);
  const auto channels = static_cast<std::size_t>(weights.shape[depthwise ? 3 : 0]);
  const ops::Window w = *ops::window_of(node.attrs, x.shape[1], x.shape[2], weights.shape[1], weights.shape[2]);
  const auto rows = tap_ranges(x.shape[1], w.out_h, w.filter_h, w.stride_h, w.dilation_h, w.pad_top);
  const auto columns = tap_ranges(x.shape[2], w.out_w, w.filter_w, w.stride_w, w.dilation_w, w.pad_left);
  const SumToInt8 to_int8(graph, node, static_cast<std::int32_t>(channels));
  const auto values = weights.constant<std::int8_t>();
  const std::int64_t zero_point = x.quant.zero_point[0];
  Intervals out;
  std::vector<Sum> taps(kh * kw);
  for (std::size_t o = 0; o < channels; ++o) {
    for (std::size_t tap = 0; tap < taps.size(); ++tap) {
      taps[tap] = {};
      if (depthwise) {
        taps[tap] = product(values[tap * channels + o], in[o / (channels / in.size())], zero_point);
      } else {
        for (std::size_t c = 0; c < in.size(); ++c)
          taps[tap] += product(values[(o * taps.size() + tap) * in.size() + c], in[c], zero_point);
      }
    }
    out.push_back(over_positions(taps, kw, rows, columns, bias_of(graph, node, o), to_int8, o));
  }
  return out;
}

Intervals fully_connected(const Graph& graph, const Node& node, const Intervals& in) {
  const Tensor& weights = graph.tensor(node.inputs[1]);
  const auto outputs = static_cast<std::size_t>(weights.shape[0]), inputs = static_cast<std::size_t>(weights.shape[1]);
  const Interval full;
  const bool aligned = inputs % in.size() == 0;  // else rows of x start at changing channels
  const SumToInt8 to_int8(graph, node, weights.shape[0]);
  const auto values = weights.constant<std::int8_t>();
  const std::int64_t zero_point = graph.tensor(node.inputs[0]).quant.zero_point[0];
  Intervals out;
  for (std::size_t o = 0; o < outputs; ++o) {
    const std::int64_t bias = bias_of(graph, node, o);
    Sum sum{bias, bias};
    for (std::size_t i = 0; i < inputs; ++i)
      sum += product(values[o * inputs + i], aligned ? in[i % in.size()] : full, zero_point);
    out.push_back(to_int8(sum, o));
  }
  return out;
}

/// Whether each output element never falls when an input element rises.
bool is_monotonic(const Graph& graph, const Node& node) {
  const OpDef* const op = node.op;
  if (op == &ops::quantize || op == &ops::relu || op == &ops::relu6) {
    const Tensor& x = graph.tensor(node.inputs[0]);
    const Tensor& out = graph.tensor(node.outputs[0]);
    // A larger factor would overflow 32 bits and wrap.
    return x.type == DType::i8 && double{x.quant.scale[0]} / double{out.quant.scale[0]} < 0x1p20;
  }
  return op == &ops::add || op == &ops::average_pool2d || op == &ops::max_pool2d || op == &ops::pad ||
         op == &ops::reshape || op == &ops::transpose;
}

/// Runs the node's reference with every input element at its lowest (or highest) value.
Bytes run_at_end(const Graph& graph, const Node& node, const std::vector<Intervals>& known, bool high) {
  std::vector<Bytes> values;
  for (const TensorId id : node.inputs) {
    const Tensor& t = graph.tensor(id);
    if (t.is_constant()) {
      values.push_back(*t.data);
      continue;
    }
    const Intervals& in = known[static_cast<std::size_t>(id)];
    Bytes bytes(static_cast<std::size_t>(t.bytes()));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const Interval& interval = in[i % in.size()];
      bytes[i] = static_cast<std::uint8_t>(high ? interval.high : interval.low);
    }
    values.push_back(std::move(bytes));
  }
  std::vector<ConstView> in;
  for (std::size_t i = 0; i < values.size(); ++i) in.push_back({&graph.tensor(node.inputs[i]), values[i].data()});
  const Tensor& out = graph.tensor(node.outputs[0]);
  Bytes result(static_cast<std::size_t>(out.bytes()));
  const View view{&out, result.data()};
  node.op->run(node, in, {&view, 1});
  return result;
}

Intervals monotonic(const Graph& graph, const Node& node, const std::vector<Intervals>& known) {
  const Bytes low = run_at_end(graph, node, known, false);
  const Bytes high = run_at_end(graph, node, known, true);
  Intervals out(static_cast<std::size_t>(channel_count(graph.tensor(node.outputs[0]))), Interval{127, -128});
  for (std::size_t i = 0; i < low.size(); ++i) {
    Interval& interval = out[i % out.size()];
    interval.low = std::min(interval.low, static_cast<std::int8_t>(low[i]));
    interval.high = std::max(interval.high, static_cast<std::int8_t>(high[i]));
  }
  return out;
}

Intervals unknown(const Tensor& tensor) {
  return tensor.type == DType::i8 ? Intervals(static_cast<std::size_t>(channel_count(tensor))) : Intervals{};
}

bool all_int8(const Graph& graph, const Node& node) {
  const auto is_int8 = [&](TensorId id) { return id != kNoTensor && graph.tensor(id).type == DType::i8; };
  return is_int8(node.outputs[0]) && is_int8(node.inputs[0]) &&
         (node.op->bias_input >= 0 || std::all_of(node.inputs.begin(), node.inputs.end(), is_int8));
}

}  // namespace

std::int32_t channel_count(const Tensor& tensor) { return tensor.shape.empty() ? 1 : tensor.shape.back(); }

std::vector<TapRange> tap_ranges(std::int32_t in, std::int32_t out, std::int32_t taps, std::int32_t stride,
                                 std::int32_t dilation, std::int32_t pad_before) {
  std::set<TapRange> kinds;
  for (std::int64_t o = 0; o < out; ++o) {
    const std::int64_t start = o * stride - pad_before;
    std::int32_t first = 0, last = taps;
    while (first < last && start + std::int64_t{first} * dilation < 0) ++first;
    while (last > first && start + std::int64_t{last - 1} * dilation >= in) --last;
    kinds.insert({first, last});
  }
  return {kinds.begin(), kinds.end()};
}

std::vector<std::vector<Interval>> channel_intervals(const Graph& graph) {
  std::vector<Intervals> known;
  for (const Tensor& tensor : graph.tensors) known.push_back(unknown(tensor));
  for (const Node& node : graph.nodes) {
    if (node.outputs.size() != 1 || !all_int8(graph, node)) continue;
    Intervals& out = known[static_cast<std::size_t>(node.outputs[0])];
    const Intervals& in = known[static_cast<std::size_t>(node.inputs[0])];
    if (node.op == &ops::conv2d || node.op == &ops::depthwise_conv2d) {
      out = windowed(graph, node, in);
    } else if (node.op == &ops::fully_connected) {
      out = fully_connected(graph, node, in);
    } else if (is_monotonic(graph, node)) {
      out = monotonic(graph, node, known);
    }
  }
  return known;
}

}  // namespace mote::passes
