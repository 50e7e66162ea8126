// See channel_needs.h. Starts from nothing needed but what cannot change (ports, unknown operators) and adds until
// nothing changes.
#include "passes/channel_needs.h"

#include <algorithm>
#include <numeric>

#include "ops/ops.h"
#include "ops/window.h"
#include "passes/edit.h"

namespace mote::passes {

std::optional<std::int32_t> constant_offset(const Tensor& x, const Interval& interval) {
  if (interval.low != interval.high) return std::nullopt;
  return interval.low - x.quant.zero_point[0];
}

namespace {

using Channels = std::vector<std::vector<Interval>>;

/// Union-find over all channels of all int8 tensors; a group is kept or dropped as one.
class ChannelGroups {
 public:
  explicit ChannelGroups(const Graph& graph) {
    for (const Tensor& tensor : graph.tensors) {
      start_.push_back(parent_.size());
      const std::size_t count = tensor.type == DType::i8 ? static_cast<std::size_t>(channel_count(tensor)) : 0;
      for (std::size_t c = 0; c < count; ++c) parent_.push_back(parent_.size());
    }
    start_.push_back(parent_.size());
    keep_.assign(parent_.size(), false);
  }

  std::size_t count(TensorId id) const {
    return start_[static_cast<std::size_t>(id) + 1] - start_[static_cast<std::size_t>(id)];
  }
  bool kept(TensorId id, std::size_t c) { return keep_[root(id, c)]; }
  /// True if it was not kept before.
  bool keep(TensorId id, std::size_t c) {
    const std::size_t r = root(id, c);
    if (keep_[r]) return false;
    return keep_[r] = true;
  }
  void keep_all(TensorId id) {
    for (std::size_t c = 0; c < count(id); ++c) keep(id, c);
  }
  /// Only before any `keep` by need: flags are merged.
  void tie(TensorId a, std::size_t ca, TensorId b, std::size_t cb) {
    const std::size_t ra = root(a, ca), rb = root(b, cb);
    keep_[rb] = keep_[ra] || keep_[rb];
    parent_[ra] = rb;
  }

 private:
  std::size_t root(TensorId id, std::size_t c) {
    std::size_t at = start_[static_cast<std::size_t>(id)] + c;
    while (parent_[at] != at) at = parent_[at] = parent_[parent_[at]];
    return at;
  }
  std::vector<std::size_t> start_, parent_;
  std::vector<bool> keep_;
};

/// In which channel i of the other tensor's channels lies: both count the same elements, one axis a multiple of the
/// other.
bool tie_by_modulus(ChannelGroups& groups, TensorId a, TensorId b) {
  const std::size_t na = groups.count(a), nb = groups.count(b);
  if (na == 0 || nb == 0 || (na % nb != 0 && nb % na != 0)) return false;
  for (std::size_t c = 0; c < std::max(na, nb); ++c) groups.tie(a, c % na, b, c % nb);
  return true;
}

/// Pooling, and padding and transposition that leave the last axis alone.
bool keeps_channels_apart(const Graph& graph, const Node& node) {
  if (node.op == &ops::average_pool2d || node.op == &ops::max_pool2d) return true;
  if (graph.tensor(node.inputs[0]).shape.empty()) return false;
  if (node.op == &ops::pad) return node.attrs.list("before").back() == 0 && node.attrs.list("after").back() == 0;
  if (node.op != &ops::transpose) return false;
  const auto& perm = node.attrs.list("perm");
  return perm.back() == static_cast<std::int64_t>(perm.size()) - 1;
}

/// Ties channels across the node, or keeps all of them if it is not known how it treats channels. conv2d and
/// fully_connected tie nothing: their outputs are computed one by one.
void tie_node(const Graph& graph, const Node& node, ChannelGroups& groups) {
  const OpDef* const op = node.op;
  if (input_or_null(graph, node, op->weight_input) != nullptr)
    groups.keep_all(
        node.inputs[static_cast<std::size_t>(op->weight_input)]);  // follow their layer, not their last axis
  const TensorId in = node.inputs.empty() ? kNoTensor : node.inputs[0];
  const TensorId out = node.outputs[0];
  const bool int8 = in != kNoTensor && groups.count(in) > 0 && groups.count(out) > 0 && node.outputs.size() == 1;
  if (int8 && op == &ops::conv2d) return;
  if (int8 && op == &ops::fully_connected) {
    const auto fan_in = static_cast<std::size_t>(graph.tensor(node.inputs[1]).shape[1]);
    if (fan_in % groups.count(in) != 0) groups.keep_all(in);
    return;
  }
  if (int8 && op == &ops::depthwise_conv2d) {
    const std::size_t multiplier = groups.count(out) / groups.count(in);
    for (std::size_t c = 0; c < groups.count(out); ++c) groups.tie(in, c / multiplier, out, c);
    return;
  }
  const bool spatial = int8 && keeps_channels_apart(graph, node);
  const bool reshape = op->layout_free && int8 && !graph.tensor(in).shape.empty() && !graph.tensor(out).shape.empty();
  if ((spatial || reshape) && tie_by_modulus(groups, in, out)) return;
  if (int8 && op->elementwise) {
    for (const TensorId id : node.inputs) {
      const std::size_t count = id == kNoTensor ? 0 : groups.count(id);
      if (count == groups.count(out)) {
        tie_by_modulus(groups, id, out);
      } else if (count > 0) {
        groups.keep_all(id);  // one value broadcast over all channels
      }
    }
    return;
  }
  for (const TensorId id : node.inputs)
    if (id != kNoTensor) groups.keep_all(id);
  for (const TensorId id : node.outputs) groups.keep_all(id);
}

/// Taps that reach into the padding at some position of the output.
std::vector<bool> padded_taps(const Graph& graph, const Node& node) {
  if (node.op != &ops::conv2d) return {false};
  const Shape& x = graph.tensor(node.inputs[0]).shape;
  const Shape& k = graph.tensor(node.inputs[1]).shape;
  const ops::Window w = *ops::window_of(node.attrs, x[1], x[2], k[1], k[2]);
  const auto rows = tap_ranges(x[1], w.out_h, w.filter_h, w.stride_h, w.dilation_h, w.pad_top);
  const auto columns = tap_ranges(x[2], w.out_w, w.filter_w, w.stride_w, w.dilation_w, w.pad_left);
  const auto leaves = [](const std::vector<TapRange>& ranges, std::int32_t tap) {
    return std::any_of(ranges.begin(), ranges.end(), [&](const TapRange& r) { return tap < r.first || tap >= r.last; });
  };
  std::vector<bool> padded;
  for (std::int32_t ky = 0; ky < k[1]; ++ky)
    for (std::int32_t kx = 0; kx < k[2]; ++kx) padded.push_back(leaves(rows, ky) || leaves(columns, kx));
  return padded;
}

/// One layer that can leave out input channels: conv2d or fully_connected.
class Layer {
 public:
  Layer(const Graph& graph, const Node& node, const std::vector<Interval>& intervals)
      : in_(node.inputs[0]), out_(node.outputs[0]), padded_(padded_taps(graph, node)) {
    const Tensor& weights = graph.tensor(node.inputs[1]);
    outputs_ = static_cast<std::size_t>(weights.shape[0]);
    weights_ = weights.constant<std::int8_t>();
    for (const Interval& interval : intervals) offsets_.push_back(constant_offset(graph.tensor(in_), interval));
    must_keep_two_ = node.op == &ops::fully_connected && weights.quant.per_channel();
  }

  /// Keeps the input channels that the kept outputs need. True if one is new.
  bool ask(ChannelGroups& groups) const {
    const std::size_t per_output = weights_.size() / outputs_, channels = offsets_.size();
    bool changed = false;
    for (std::size_t o = 0; o < outputs_; ++o) {
      if (!groups.kept(out_, o)) continue;
      for (std::size_t i = 0; i < per_output; ++i) {
        const std::size_t c = i % channels;
        if (weights_[o * per_output + i] == 0 || is_absorbed(c, i / channels)) continue;
        changed |= groups.keep(in_, c);
      }
    }
    return changed;
  }

  /// A fully connected layer with a scale for each output must not come to have one: one scale means another rounding
  /// (weighted.h).
  bool rescue(ChannelGroups& groups) const {
    if (!must_keep_two_) return false;
    std::size_t kept = 0;
    for (std::size_t o = 0; o < outputs_; ++o) kept += groups.kept(out_, o) ? 1U : 0U;
    bool changed = false;
    for (std::size_t o = 0; o < outputs_ && kept < 2; ++o) {
      if (!groups.keep(out_, o)) continue;
      ++kept;
      changed = true;
    }
    return changed;
  }

 private:
  /// The contribution is 0, or the same at every position.
  bool is_absorbed(std::size_t channel, std::size_t tap) const {
    if (!offsets_[channel]) return false;
    return *offsets_[channel] == 0 || !padded_[tap % padded_.size()];
  }

  TensorId in_, out_;
  std::size_t outputs_ = 0;
  std::span<const std::int8_t> weights_;
  std::vector<std::optional<std::int32_t>> offsets_;
  std::vector<bool> padded_;
  bool must_keep_two_ = false;
};

/// A tensor cannot be without channels.
bool rescue_empty(const Graph& graph, ChannelGroups& groups) {
  bool changed = false;
  for (TensorId id = 0; id < static_cast<TensorId>(graph.tensors.size()); ++id) {
    bool empty = groups.count(id) > 0;
    for (std::size_t c = 0; c < groups.count(id) && empty; ++c) empty = !groups.kept(id, c);
    if (empty) changed |= groups.keep(id, 0);
  }
  return changed;
}

}  // namespace

std::vector<std::vector<std::int32_t>> channels_to_keep(const Graph& graph, const Channels& intervals) {
  ChannelGroups groups(graph);
  std::vector<Layer> layers;
  for (const Node& node : graph.nodes) {
    tie_node(graph, node, groups);
    const bool int8 = !node.inputs.empty() && node.inputs[0] != kNoTensor && groups.count(node.inputs[0]) > 0;
    if (int8 && (node.op == &ops::conv2d || node.op == &ops::fully_connected))
      layers.emplace_back(graph, node, intervals[static_cast<std::size_t>(node.inputs[0])]);
  }
  for (const TensorId id : graph.inputs) groups.keep_all(id);
  for (const TensorId id : graph.outputs) groups.keep_all(id);

  for (bool changed = true; changed;) {
    changed = false;
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) changed |= layer->ask(groups);
    if (changed) continue;
    changed = rescue_empty(graph, groups);
    for (const Layer& layer : layers) changed |= layer.rescue(groups);
  }

  std::vector<std::vector<std::int32_t>> keep(graph.tensors.size());
  for (TensorId id = 0; id < static_cast<TensorId>(graph.tensors.size()); ++id)
    for (std::size_t c = 0; c < groups.count(id); ++c)
      if (groups.kept(id, c)) keep[static_cast<std::size_t>(id)].push_back(static_cast<std::int32_t>(c));
  return keep;
}

}  // namespace mote::passes
