// See prune.h. Groups are found with a union-find over activations: operators that hand channels on tie their inputs to
// their output.
#include "train/prune.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <set>

#include "ir/op_def.h"
#include "ir/verify.h"

namespace mote {
namespace {

std::int32_t last(const Graph& graph, TensorId id) {
  return graph.tensor(id).shape.empty() ? 1 : graph.tensor(id).shape.back();
}

class Ties {
 public:
  explicit Ties(const Graph& graph)
      : graph_(graph), parent_(graph.tensors.size()), fixed_(graph.tensors.size(), false) {
    std::iota(parent_.begin(), parent_.end(), 0);
    for (const TensorId id : graph.inputs) fix(id);
    for (const TensorId id : graph.outputs) fix(id);
    for (const Node& node : graph.nodes) visit(node);
  }
  std::size_t root(TensorId id) {
    auto t = static_cast<std::size_t>(id);
    while (parent_[t] != t) t = parent_[t] = parent_[parent_[t]];
    return t;
  }
  bool is_fixed(TensorId id) {
    const std::size_t group = root(id);
    for (std::size_t t = 0; t < fixed_.size(); ++t)
      if (fixed_[t] && root(static_cast<TensorId>(t)) == group) return true;
    return false;
  }

 private:
  void fix(TensorId id) { fixed_[static_cast<std::size_t>(id)] = true; }
  void tie(TensorId a, TensorId b) { parent_[root(a)] = root(b); }

  void visit(const Node& node) {
    const std::string_view op = node.op->name;
    const TensorId in = node.inputs[0];
    const TensorId out = node.outputs[0];
    if (op == "conv2d") return;  // new channels
    if (op == "fully_connected") return;
    if (op == "depthwise_conv2d" && last(graph_, out) == last(graph_, in)) return tie(in, out);
    if (op == "batch_norm" || op == "relu" || op == "relu6" || op == "average_pool2d" || op == "max_pool2d")
      return tie(in, out);
    if (op == "add" && graph_.tensor(node.inputs[0]).shape == graph_.tensor(node.inputs[1]).shape &&
        !graph_.tensor(node.inputs[0]).is_constant() && !graph_.tensor(node.inputs[1]).is_constant()) {
      tie(node.inputs[0], out);
      return tie(node.inputs[1], out);
    }
    if (op == "reshape") {  // a flatten: channels stay innermost
      const Shape& to = graph_.tensor(out).shape;
      if (to.size() == 2 && to[0] == 1) return tie(in, out);
    }
    for (const TensorId id : node.inputs)
      if (id != kNoTensor) fix(id);
    for (const TensorId id : node.outputs) fix(id);
  }

  const Graph& graph_;
  std::vector<std::size_t> parent_;
  std::vector<bool> fixed_;
};

/// Constants that two nodes share would have to be pruned twice; such groups are left alone.
bool shared(const Graph& graph, TensorId id) { return id != kNoTensor && graph.consumers(id).size() != 1; }

/// The constant with only some elements along an axis.
void slice(Tensor& tensor, int axis, const std::vector<bool>& keep) {
  const auto at = static_cast<std::size_t>(axis);
  const auto length = static_cast<std::size_t>(tensor.shape[at]);
  std::size_t inner = sizeof(float);
  for (std::size_t i = at + 1; i < tensor.shape.size(); ++i) inner *= static_cast<std::size_t>(tensor.shape[i]);
  Bytes kept;
  std::int32_t count = 0;
  for (std::size_t begin = 0, i = 0; begin < tensor.data->size(); begin += inner, i = (i + 1) % length) {
    if (!keep[i % keep.size()]) continue;
    const auto first = tensor.data->begin() + static_cast<std::ptrdiff_t>(begin);
    kept.insert(kept.end(), first, first + static_cast<std::ptrdiff_t>(inner));
  }
  for (std::size_t i = 0; i < length; ++i) count += keep[i % keep.size()] ? 1 : 0;
  tensor.shape[at] = count;
  tensor.data = std::make_shared<const Bytes>(std::move(kept));
}

/// Importance of each channel of a group: the sum over its producers, each relative to its own layer (so that layers
/// can be compared) unless they compare as they are.
std::vector<double> group_importance(const ChannelGroup& group, const Importance& importance, bool across_layers) {
  std::vector<double> sum(static_cast<std::size_t>(group.channels), 0.0);
  for (const ChannelAxis& producer : group.producers) {
    const std::vector<double>& values = importance.at(producer.constant);
    double norm = 0;
    for (const double v : values) norm += v * v;
    norm = std::sqrt(norm / static_cast<double>(values.size())) + 1e-30;
    const double weight = across_layers ? 1 : 1 / norm / static_cast<double>(group.producers.size());
    for (std::size_t i = 0; i < values.size(); ++i) sum[i] += values[i] * weight;
  }
  return sum;
}

/// Which channels of a group are left, and what goes next.
class Remaining {
 public:
  /// `whole`: how many channels the group once had.
  Remaining(const ChannelGroup& group, std::vector<double> importance, double least, std::int32_t whole)
      : importance_(std::move(importance)), order_(importance_.size()) {
    std::iota(order_.begin(), order_.end(), 0);
    // The most important first; of equals (such as the gammas of a fresh batch norm) the last leaves first.
    std::stable_sort(order_.begin(), order_.end(), [&](std::int32_t a, std::int32_t b) { return of(a) > of(b); });
    kept_ = order_.size();
    block_ = static_cast<std::size_t>(std::max(4, group.channels / 16 / 4 * 4));
    least_ = std::max<std::size_t>(4, round_up(static_cast<std::size_t>(std::ceil(least * whole))));
  }
  void lower_least() { least_ = 4; }
  bool may_shrink() const { return kept_ > least_; }
  bool may_grow() const { return kept_ < order_.size(); }
  /// The number of channels after the next removal, and after taking the last few back: multiples of 4.
  std::size_t smaller() const { return std::max(least_, round_up(kept_ - std::min(block_, kept_ - 1))); }
  std::size_t larger() const { return std::min(order_.size(), round_up(kept_ + 1)); }
  std::size_t kept() const { return kept_; }
  void keep(std::size_t count) { kept_ = count; }
  /// Importance of the channels that come after the first `from`, up to `to`.
  double importance(std::size_t from, std::size_t to) const {
    double sum = 0;
    for (std::size_t i = from; i < to; ++i) sum += of(order_[i]);
    return sum;
  }
  std::vector<std::int32_t> channels(std::size_t count) const {
    std::vector<std::int32_t> kept(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(count));
    std::sort(kept.begin(), kept.end());
    return kept;
  }

 private:
  static std::size_t round_up(std::size_t n) { return (n + 3) / 4 * 4; }
  double of(std::int32_t channel) const { return importance_[static_cast<std::size_t>(channel)]; }

  std::vector<double> importance_;
  std::vector<std::int32_t> order_;
  std::size_t kept_ = 0;  ///< so many of the most important ones are left
  std::size_t block_ = 4, least_ = 4;
};

}  // namespace

std::int64_t count_macs(const Graph& graph) {
  std::int64_t macs = 0;
  for (const Node& node : graph.nodes)
    if (node.op->macs != nullptr) macs += node.op->macs(graph, node);
  return macs;
}

std::vector<ChannelGroup> find_channel_groups(const Graph& graph) {
  Ties ties(graph);
  std::map<std::size_t, ChannelGroup> groups;  // by the union's root
  std::set<std::size_t> left_alone;
  const auto group_of = [&](TensorId id) -> ChannelGroup& { return groups[ties.root(id)]; };
  const auto leave = [&](TensorId id) { left_alone.insert(ties.root(id)); };
  for (const Node& node : graph.nodes) {
    const TensorId in = node.inputs[0];
    const TensorId out = node.outputs[0];
    const std::string_view op = node.op->name;
    const TensorId bias = node.inputs.size() > 2 ? node.inputs[2] : kNoTensor;
    group_of(out).activations.push_back(out);
    if (ties.is_fixed(out)) leave(out);
    if (ties.is_fixed(in)) leave(in);
    if (op == "conv2d" || op == "fully_connected") {
      const TensorId weights = node.inputs[1];
      group_of(out).producers.push_back({weights, 0});
      group_of(in).consumers.push_back({weights, op == "conv2d" ? 3 : 1});
      if (bias != kNoTensor) group_of(out).followers.push_back({bias, 0});
      const bool whole =
          op == "conv2d" || last(graph, in) == graph.tensor(weights).shape[1];  // fully connected along the last axis
      if (!graph.tensor(weights).is_constant() || shared(graph, weights) || shared(graph, bias) || !whole) {
        leave(in);
        leave(out);
      }
    } else if (op == "depthwise_conv2d") {
      group_of(out).followers.push_back({node.inputs[1], 3});
      if (bias != kNoTensor) group_of(out).followers.push_back({bias, 0});
      if (!graph.tensor(node.inputs[1]).is_constant() || shared(graph, node.inputs[1]) || shared(graph, bias) ||
          ties.root(in) != ties.root(out)) {
        leave(in);
        leave(out);
      }
    } else if (op == "batch_norm") {
      for (std::size_t i = 1; i < node.inputs.size(); ++i) {
        group_of(out).followers.push_back({node.inputs[i], 0});
        if (shared(graph, node.inputs[i])) leave(out);
      }
    }
  }
  std::vector<ChannelGroup> found;
  for (auto& [root, group] : groups) {
    if (left_alone.contains(root) || group.producers.empty()) continue;
    group.channels = graph.tensor(group.producers[0].constant).shape[0];
    const bool agree = std::all_of(group.producers.begin(), group.producers.end(), [&](const ChannelAxis& axis) {
      return graph.tensor(axis.constant).shape[0] == group.channels;
    });
    if (agree && group.channels > 1) found.push_back(std::move(group));
  }
  return found;
}

std::map<TensorId, std::int32_t> group_widths(const Graph& graph) {
  std::map<TensorId, std::int32_t> widths;
  for (const ChannelGroup& group : find_channel_groups(graph))
    widths[group.producers.front().constant] = group.channels;
  return widths;
}

Result<Graph> keep_channels(const Graph& graph, const std::vector<ChannelGroup>& groups,
                            const std::vector<std::vector<std::int32_t>>& keep) {
  MOTE_CHECK(groups.size() == keep.size());
  Graph pruned = graph;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const ChannelGroup& group = groups[g];
    std::vector<bool> stays(static_cast<std::size_t>(group.channels), false);
    for (const std::int32_t channel : keep[g]) stays[static_cast<std::size_t>(channel)] = true;
    for (const auto* axes : {&group.producers, &group.followers, &group.consumers})
      for (const ChannelAxis& axis : *axes) slice(pruned.tensor(axis.constant), axis.axis, stays);
    for (const TensorId id : group.activations) {
      std::int32_t& width = pruned.tensor(id).shape.back();
      width = width / group.channels * static_cast<std::int32_t>(keep[g].size());
    }
  }
  for (Node& node : pruned.nodes)
    if (node.op->name == "reshape") {
      const Shape& shape = pruned.tensor(node.outputs[0]).shape;
      node.attrs.set("shape", std::vector<std::int64_t>(shape.begin(), shape.end()));
    }
  MOTE_TRY_VOID(verify(pruned, Code::Internal));
  return pruned;
}

Importance importance_l1(const Graph& graph, const std::vector<ChannelGroup>& groups) {
  Importance importance;
  for (const ChannelGroup& group : groups)
    for (const ChannelAxis& producer : group.producers) {
      const auto values = graph.tensor(producer.constant).constant<float>();
      const std::size_t each = values.size() / static_cast<std::size_t>(group.channels);
      std::vector<double>& result = importance[producer.constant];
      result.assign(static_cast<std::size_t>(group.channels), 0.0);
      for (std::size_t i = 0; i < values.size(); ++i)
        result[i / each] += std::fabs(static_cast<double>(values[i])) / static_cast<double>(each);
    }
  return importance;
}

Importance importance_batch_norm(const Graph& graph, const std::vector<ChannelGroup>& groups) {
  Importance importance = importance_l1(graph, groups);
  for (const Node& node : graph.nodes) {
    if (node.op->name != "batch_norm") continue;
    const int before = graph.producer(node.inputs[0]);
    if (before < 0) continue;
    const Node& layer = graph.nodes[static_cast<std::size_t>(before)];
    const auto at = layer.inputs.size() > 1 ? importance.find(layer.inputs[1]) : importance.end();
    if (at == importance.end()) continue;
    const auto gamma = graph.tensor(node.inputs[1]).constant<float>();
    for (std::size_t i = 0; i < gamma.size(); ++i) at->second[i] = std::fabs(static_cast<double>(gamma[i]));
  }
  return importance;
}

Result<Graph> prune_channels(const Graph& graph, const Importance& importance, const PruneOptions& options) {
  const auto cost_of = [&](const Graph& g) {
    return options.cost ? options.cost(g) : static_cast<double>(count_macs(g));
  };
  const std::vector<ChannelGroup> groups = find_channel_groups(graph);
  const auto whole = [&](const ChannelGroup& group) {
    const auto at = options.widths.find(group.producers.front().constant);
    return at == options.widths.end() ? group.channels : at->second;
  };
  std::vector<Remaining> left;
  for (const ChannelGroup& group : groups)
    left.emplace_back(group, group_importance(group, importance, options.across_layers), options.least, whole(group));
  const auto with = [&](std::size_t other, std::size_t count) {  // one group has `count` channels; others as they are
    std::vector<std::vector<std::int32_t>> keep;
    for (std::size_t g = 0; g < left.size(); ++g) keep.push_back(left[g].channels(g == other ? count : left[g].kept()));
    return keep_channels(graph, groups, keep);
  };
  double now = cost_of(graph);
  const double wanted = options.fraction * now;
  // What a removal loses for each unit of cost that it saves. What it saves depends on its neighbours, so what looks
  // best is looked at again before it is taken.
  const auto price = [&](std::size_t g) -> Result<double> {
    const std::size_t count = left[g].smaller();
    MOTE_TRY(const Graph smaller, with(g, count));
    return left[g].importance(count, left[g].kept()) / std::max(now - cost_of(smaller), 1e-6 * now);
  };
  // Where even 4 channels everywhere cost too much, by a front end say, accuracy is not given away for nothing.
  std::vector<std::vector<std::int32_t>> narrowest;
  for (const ChannelGroup& group : groups) {
    narrowest.emplace_back(static_cast<std::size_t>(std::min(group.channels, 4)));
    std::iota(narrowest.back().begin(), narrowest.back().end(), 0);
  }
  MOTE_TRY(const Graph smallest, keep_channels(graph, groups, narrowest));
  const bool within_reach = cost_of(smallest) <= wanted;
  for (const bool desperate : {false, true}) {
    if (desperate && !within_reach) break;
    std::set<std::pair<double, std::size_t>> queue;
    for (std::size_t g = 0; g < left.size(); ++g) {
      if (desperate) left[g].lower_least();
      if (now > wanted && left[g].may_shrink()) {
        MOTE_TRY(const double costs, price(g));
        queue.emplace(costs, g);
      }
    }
    while (now > wanted && !queue.empty()) {
      const std::size_t g = queue.begin()->second;
      queue.erase(queue.begin());
      MOTE_TRY(const double costs, price(g));
      if (!queue.empty() && costs > queue.begin()->first * (1 + 1e-9)) {
        queue.emplace(costs, g);
        continue;
      }
      left[g].keep(left[g].smaller());
      MOTE_TRY(const Graph smaller, with(g, left[g].kept()));
      now = cost_of(smaller);
      if (!left[g].may_shrink()) continue;
      MOTE_TRY(const double following, price(g));
      queue.emplace(following, g);
    }
  }
  // The last removal may have saved more than was wanted: what fits comes back, the most important first.
  for (bool grew = now <= wanted; grew;) {
    std::vector<std::pair<double, std::size_t>> back;
    for (std::size_t g = 0; g < left.size(); ++g)
      if (left[g].may_grow()) back.emplace_back(-left[g].importance(left[g].kept(), left[g].larger()), g);
    std::sort(back.begin(), back.end());
    grew = false;
    for (std::size_t i = 0; i < back.size() && !grew; ++i) {
      const std::size_t g = back[i].second;
      MOTE_TRY(const Graph larger, with(g, left[g].larger()));
      if (cost_of(larger) > wanted) continue;
      left[g].keep(left[g].larger());
      grew = true;
    }
  }
  return with(left.size(), 0);
}

}  // namespace mote
