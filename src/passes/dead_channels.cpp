// See dead_channels.h. channel_intervals.h proves which channels are constant, channel_needs.h decides which are kept;
// here the graph is rewritten with slimmer constants.
#include "passes/dead_channels.h"

#include <algorithm>
#include <set>
#include <string>

#include "ir/int4.h"
#include "ops/ops.h"
#include "passes/channel_needs.h"
#include "passes/edit.h"

namespace mote::passes {
namespace {

using Kept = std::vector<std::int32_t>;

/// Row-major data along the last axis: of every `channels` elements those in `kept`.
template <typename T>
std::vector<T> slice_last(std::span<const T> values, std::size_t channels, const Kept& kept) {
  std::vector<T> out;
  for (std::size_t row = 0; row + channels <= values.size(); row += channels)
    for (const std::int32_t c : kept) out.push_back(values[row + static_cast<std::size_t>(c)]);
  return out;
}

void slice_quantization(Quantization& quant, const Kept& kept) {
  if (!quant.per_channel()) return;
  quant.scale = slice_last<float>(quant.scale, quant.scale.size(), kept);
  quant.zero_point = slice_last<std::int32_t>(quant.zero_point, quant.zero_point.size(), kept);
  if (!quant.per_channel()) quant.axis = 0;
}

class Rewriter {
 public:
  explicit Rewriter(Graph& graph)
      : graph_(graph), intervals_(channel_intervals(graph)), keep_(channels_to_keep(graph, intervals_)) {}

  void run() {
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) rewrite(n);
    // Tensors that rewrite() added come after those that were there and have their final shapes.
    for (std::size_t t = 0; t < keep_.size(); ++t) shrink(graph_.tensors[t], keep_[t]);
    for (Node& node : graph_.nodes) {
      if (node.op != &ops::reshape) continue;
      const Shape& shape = graph_.tensor(node.outputs[0]).shape;
      node.attrs.set("shape", std::vector<std::int64_t>(shape.begin(), shape.end()));
    }
    graph_.remove_unused_tensors();
  }

 private:
  const Kept& kept(TensorId id) const { return keep_[static_cast<std::size_t>(id)]; }
  bool is_whole(TensorId id) const {
    return kept(id).size() == static_cast<std::size_t>(channel_count(graph_.tensor(id)));
  }

  /// Activations and constant operands; weights and biases have been replaced or are whole.
  static void shrink(Tensor& tensor, const Kept& kept) {
    const auto channels = static_cast<std::size_t>(channel_count(tensor));
    if (kept.empty() || kept.size() == channels) return;
    if (tensor.is_constant()) tensor.data = make_data(slice_last(tensor.constant<std::int8_t>(), channels, kept));
    tensor.shape.back() = static_cast<std::int32_t>(kept.size());
  }

  void rewrite(std::size_t n) {
    const Node& node = graph_.nodes[n];
    if (node.op->weight_input < 0 || kept(node.inputs[0]).empty()) return;
    if (is_whole(node.inputs[0]) && is_whole(node.outputs[0])) return;
    if (node.op == &ops::depthwise_conv2d) {
      slim_depthwise(n);
    } else {
      slim_layer(n);
    }
  }

  void slim_depthwise(std::size_t n) {
    const Kept& outputs = kept(graph_.nodes[n].outputs[0]);
    const Tensor weights = graph_.tensor(graph_.nodes[n].inputs[1]);
    Shape shape = weights.shape;
    shape[3] = static_cast<std::int32_t>(outputs.size());
    const auto sliced =
        slice_last(weights.constant<std::int8_t>(), static_cast<std::size_t>(weights.shape[3]), outputs);
    const TensorId id = replace_constant(n, 1, shape, make_data(sliced));
    slice_quantization(graph_.tensor(id).quant, outputs);
    set_bias(n, std::vector<std::int64_t>(static_cast<std::size_t>(weights.shape[3]), 0), outputs);
  }

  /// conv2d [O,KH,KW,C] and fully_connected [O,I], where input i belongs to channel i % C.
  void slim_layer(std::size_t n) {
    const TensorId in = graph_.nodes[n].inputs[0];
    const Kept& outputs = kept(graph_.nodes[n].outputs[0]);
    const Tensor weights = graph_.tensor(graph_.nodes[n].inputs[1]);
    const auto values = weights.constant<std::int8_t>();
    const auto channels = static_cast<std::size_t>(channel_count(graph_.tensor(in)));
    const std::size_t per_output = values.size() / static_cast<std::size_t>(weights.shape[0]);

    std::vector<std::int64_t> absorbed(static_cast<std::size_t>(weights.shape[0]), 0);
    std::vector<std::int8_t> slim;
    for (const std::int32_t o : outputs) {
      const auto row = values.subspan(static_cast<std::size_t>(o) * per_output, per_output);
      const auto rest = slice_last(row, channels, kept(in));
      slim.insert(slim.end(), rest.begin(), rest.end());
      absorbed[static_cast<std::size_t>(o)] = constant_part(in, row);
    }
    Shape shape = weights.shape;
    shape[0] = static_cast<std::int32_t>(outputs.size());
    shape.back() = static_cast<std::int32_t>(static_cast<std::size_t>(shape.back()) / channels * kept(in).size());
    const TensorId id = replace_constant(n, 1, shape, make_data(slim));
    slice_quantization(graph_.tensor(id).quant, outputs);
    set_bias(n, absorbed, outputs);
  }

  /// What the dropped channels add to one output's sum. Those that are not constant have no weights here.
  std::int64_t constant_part(TensorId in, std::span<const std::int8_t> row) const {
    const auto& intervals = intervals_[static_cast<std::size_t>(in)];
    std::vector<std::int64_t> offset(intervals.size(), 0);
    for (std::size_t c = 0; c < offset.size(); ++c)
      offset[c] = constant_offset(graph_.tensor(in), intervals[c]).value_or(0);
    for (const std::int32_t c : kept(in)) offset[static_cast<std::size_t>(c)] = 0;
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < row.size(); ++i) sum += row[i] * offset[i % offset.size()];
    return sum;
  }

  /// The bias of the kept outputs plus what was absorbed, which fits 32 bits since the whole sums did (ops/weighted.h).
  void set_bias(std::size_t n, const std::vector<std::int64_t>& absorbed, const Kept& outputs) {
    const Tensor* old = input_or_null(graph_, graph_.nodes[n], 2);
    if (old == nullptr && std::all_of(absorbed.begin(), absorbed.end(), [](std::int64_t v) { return v == 0; })) return;
    std::vector<std::int32_t> bias;
    for (const std::int32_t o : outputs) {
      const auto at = static_cast<std::size_t>(o);
      bias.push_back(
          static_cast<std::int32_t>((old != nullptr ? old->constant<std::int32_t>()[at] : 0) + absorbed[at]));
    }
    const Shape shape = {static_cast<std::int32_t>(bias.size())};
    if (old != nullptr) {
      const TensorId id = replace_constant(n, 2, shape, make_data(bias));
      slice_quantization(graph_.tensor(id).quant, outputs);
      return;
    }
    const Tensor& x = graph_.tensor(graph_.nodes[n].inputs[0]);
    Tensor tensor{graph_.unique_tensor_name(graph_.nodes[n].name + "_bias"), DType::i32, shape, {}, make_data(bias)};
    const Quantization& weights = graph_.tensor(graph_.nodes[n].inputs[1]).quant;
    for (const float scale : weights.scale) tensor.quant.scale.push_back(scale * x.quant.scale[0]);
    tensor.quant.zero_point.assign(weights.scale.size(), 0);
    const TensorId id = graph_.add(std::move(tensor));
    graph_.nodes[n].inputs.resize(3, kNoTensor);
    graph_.nodes[n].inputs[2] = id;
  }

  /// As set_constant, and the tensor is no longer subject to shrink().
  TensorId replace_constant(std::size_t n, int i, Shape shape, std::shared_ptr<const Bytes> data) {
    const TensorId id = set_constant(graph_, n, i, std::move(shape), std::move(data));
    if (static_cast<std::size_t>(id) < keep_.size()) keep_[static_cast<std::size_t>(id)].clear();
    return id;
  }

  Graph& graph_;
  std::vector<std::vector<Interval>> intervals_;
  std::vector<Kept> keep_;
};

}  // namespace

Result<void> dead_channels(Graph& graph, const Target&) {
  // Int4 weights are slimmed as int8 ones and packed again: no weight gets another value.
  std::set<std::string, std::less<>> narrow;
  for (const Tensor& tensor : graph.tensors)
    if (tensor.type == DType::i4 && tensor.is_constant()) narrow.insert(tensor.name);
  if (!narrow.empty()) graph = widen_int4(graph);
  Rewriter(graph).run();
  for (Tensor& tensor : graph.tensors) {
    if (!narrow.contains(tensor.name)) continue;
    tensor.data = pack_int4(tensor.constant<std::int8_t>());
    tensor.type = DType::i4;
  }
  return {};
}

}  // namespace mote::passes
