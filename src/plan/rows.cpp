// See rows.h. Which rows of which tensor are computed when: the last layer's next band asks for rows of its inputs,
// each layer asks the same of its own, and computes a band as soon as it has what that needs.
#include "plan/rows.h"

#include <algorithm>

#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/window.h"

namespace mote {
namespace {

/// How output rows follow from input rows: row y reads y * stride - pad .. + reach - 1, clipped.
struct RowWindow {
  std::int32_t stride = 1, pad = 0, reach = 1;
};

bool is_picture(const Tensor& tensor) { return tensor.shape.size() == 4 && tensor.shape[0] == 1; }

/// Nothing for operators that do not work row by row.
std::optional<RowWindow> row_window(const Graph& graph, const Node& node) {
  if (node.outputs.size() != 1 || node.op->stateful || !is_picture(graph.tensor(node.outputs[0]))) return {};
  const Tensor& x = ops::input(graph, node, 0);
  if (x.is_constant() || !is_picture(x)) return {};
  const bool convolution = node.op == &ops::conv2d || node.op == &ops::depthwise_conv2d;
  if (convolution || node.op == &ops::max_pool2d || node.op == &ops::average_pool2d) {
    if (convolution && !ops::input(graph, node, 1).is_constant()) return {};
    const Shape filter = convolution ? ops::input(graph, node, 1).shape : Shape{};
    const auto w = convolution ? ops::window_of(node.attrs, x.shape[1], x.shape[2], filter[1], filter[2])
                               : ops::pool_window(node.attrs, x.shape[1], x.shape[2]);
    if (!w) return {};
    return RowWindow{w->stride_h, w->pad_top, (w->filter_h - 1) * w->dilation_h + 1};
  }
  // Elementwise: operands of the output's shape, or constants that are the same for every row.
  if (!node.op->elementwise) return {};
  const Shape& out = ops::output(graph, node).shape;
  for (const TensorId id : node.inputs) {
    if (id == kNoTensor) continue;
    const Tensor& t = graph.tensor(id);
    if (t.is_constant() ? t.shape.size() > 1 && t.elements() != 1 : t.shape != out) return {};
  }
  return RowWindow{};
}

std::int64_t row_bytes(const Tensor& tensor) { return tensor.bytes() / tensor.shape[1]; }

/// Follows the rows done through the nodes.
class Scheduler {
 public:
  Scheduler(const Graph& graph, std::size_t first, std::size_t last)
      : graph_(graph),
        done_(graph.tensors.size(), 0),
        base_(graph.tensors.size(), 0),
        most_(graph.tensors.size(), 0),
        readers_(graph.tensors.size()),
        between_(graph.tensors.size(), false),
        producer_(graph.tensors.size(), 0) {
    schedule_.first = first;
    schedule_.last = last;
  }

  bool accept() {
    for (std::size_t n = schedule_.first; n <= schedule_.last; ++n) {
      const Node& node = graph_.nodes[n];
      const auto window = row_window(graph_, node);
      if (!window || row_bytes(graph_.tensor(node.outputs[0])) % 4 != 0) return false;
      windows_.push_back(*window);
      activations_.push_back(activations(node));
      for (const TensorId id : activations_.back()) {
        readers_[index(id)].push_back(n);
        if (row_bytes(graph_.tensor(id)) % 4 != 0) return false;
        if (!is_between(id) &&
            std::find(schedule_.inputs.begin(), schedule_.inputs.end(), id) == schedule_.inputs.end())
          schedule_.inputs.push_back(id);
      }
      if (n == schedule_.last) break;
      const TensorId out = node.outputs[0];
      const std::vector<int> readers = graph_.consumers(out);
      if (graph_.is_output(out) || readers.empty() || readers.back() > static_cast<int>(schedule_.last)) return false;
      schedule_.between.push_back(out);
      between_[index(out)] = true;
      producer_[index(out)] = n;
    }
    return !schedule_.between.empty() && !schedule_.inputs.empty();
  }

  /// False if some window lies wholly in padding.
  bool run(std::int32_t band) {
    const TensorId out = graph_.nodes[schedule_.last].outputs[0];
    const std::int32_t height = graph_.tensor(out).shape[1];
    band_ = band;
    for (std::int32_t y = 0; y < height; y += band) {
      schedule_.bands.emplace_back();
      if (!produce(schedule_.last, std::min(y + band, height))) return false;
    }
    for (const TensorId id : schedule_.between) schedule_.rows.push_back(most_[index(id)]);
    return true;
  }

  RowSchedule take() { return std::move(schedule_); }

 private:
  static std::size_t index(TensorId id) { return static_cast<std::size_t>(id); }
  bool is_between(TensorId id) const { return between_[index(id)]; }
  const std::vector<TensorId>& reads_of(std::size_t n) const { return activations_[n - schedule_.first]; }
  const RowWindow& window(std::size_t n) const { return windows_[n - schedule_.first]; }
  std::int32_t height(TensorId id) const { return graph_.tensor(id).shape[1]; }

  /// The node's inputs that are computed.
  std::vector<TensorId> activations(const Node& node) const {
    std::vector<TensorId> ids;
    for (const TensorId id : node.inputs)
      if (id != kNoTensor && !graph_.tensor(id).is_constant()) ids.push_back(id);
    return ids;
  }

  RowRange reads(std::size_t n, TensorId input, RowRange out) const {
    const RowWindow& w = window(n);
    const auto clip = [&](std::int64_t y) {
      return static_cast<std::int32_t>(std::clamp<std::int64_t>(y, 0, height(input)));
    };
    return {clip(std::int64_t{out.first} * w.stride - w.pad),
            clip(std::int64_t{out.end - 1} * w.stride - w.pad + w.reach)};
  }

  /// Rows up to `end` of the node's output, a band at a time, each after what it needs.
  bool produce(std::size_t n, std::int32_t end) {
    std::int32_t& done = done_[index(graph_.nodes[n].outputs[0])];
    while (done < end) {
      const RowRange out = {done, std::min(done + band_, end)};
      for (const TensorId id : reads_of(n))
        if (is_between(id) && !produce(producer_[index(id)], reads(n, id, out).end)) return false;
      if (!add_call(n, out)) return false;
      done = out.end;
    }
    return true;
  }

  /// The first row of `id` that some node still has to read; its height if none has.
  std::int32_t still_read(TensorId id) const {
    std::int32_t first = height(id);
    for (const std::size_t n : readers_[index(id)]) {
      const TensorId out = graph_.nodes[n].outputs[0];
      const std::int32_t done = done_[index(out)];
      if (done < height(out)) first = std::min(first, reads(n, id, {done, done + 1}).first);
    }
    return first;
  }

  bool add_call(std::size_t n, RowRange rows) {
    const TensorId out = graph_.nodes[n].outputs[0];
    const std::size_t o = index(out);
    RowCall call;
    call.node = static_cast<int>(n);
    call.out = rows;
    const RowWindow& w = window(n);
    const std::vector<TensorId>& ids = reads_of(n);
    for (const TensorId id : ids) {
      call.in.push_back(reads(n, id, call.out));
      call.in_base.push_back(is_between(id) ? base_[index(id)] : 0);
      if (call.in.back().count() <= 0) return false;
    }
    call.pad_top = std::max(0, w.pad - call.out.first * w.stride);
    call.pad_bottom = std::max(0, (call.out.end - 1) * w.stride - w.pad + w.reach - height(ids[0]));
    std::vector<RowCall>& calls = schedule_.bands.back();
    if (n == schedule_.last) {
      limit_lead(call, out);
    } else {
      const std::int32_t keep = std::min(still_read(out), done_[o]);
      if (keep > base_[o]) {
        if (keep < done_[o]) calls.push_back({-1, out, {keep, done_[o]}, {}, {}, base_[o], 0, 0});
        base_[o] = keep;
      }
      call.out_base = base_[o];
      most_[o] = std::max(most_[o], call.out.end - base_[o]);
    }
    calls.push_back(std::move(call));
    return true;
  }

  /// What the last node writes must not reach what is still to be read of the first input, by itself now or by others.
  void limit_lead(const RowCall& call, TensorId out) {
    const std::int32_t needed = still_read(schedule_.inputs[0]);
    if (needed == height(schedule_.inputs[0])) return;
    const Tensor& in = graph_.tensor(schedule_.inputs[0]);
    schedule_.lead = std::max(schedule_.lead, call.out.end * row_bytes(graph_.tensor(out)) - needed * row_bytes(in));
  }

  const Graph& graph_;
  RowSchedule schedule_;
  std::vector<RowWindow> windows_;
  std::int32_t band_ = 1;
  std::vector<std::int32_t> done_;                 ///< rows, by tensor
  std::vector<std::int32_t> base_, most_;          ///< the row that stands first, and the most rows at a time
  std::vector<std::vector<std::size_t>> readers_;  ///< nodes, by tensor
  std::vector<bool> between_;
  std::vector<std::size_t> producer_;               ///< of a tensor between
  std::vector<std::vector<TensorId>> activations_;  ///< by node
};

/// Bytes that the step of this schedule needs, the output over the dying input where it may.
std::int64_t step_bytes(const Graph& graph, const RowSchedule& schedule) {
  const std::int64_t out = graph.tensor(graph.nodes[schedule.last].outputs[0]).bytes();
  std::int64_t sum = out + schedule.ring_bytes(graph);
  for (const TensorId id : schedule.inputs) sum += graph.tensor(id).bytes();
  const TensorId in = schedule.inputs[0];
  if (!graph.is_output(in) && graph.consumers(in).back() <= static_cast<int>(schedule.last))
    sum -= std::max<std::int64_t>(0, std::min(graph.tensor(in).bytes(), out - schedule.lead));
  return sum;
}

/// Bytes that a step of the plan keeps alive, by the (last) node that it does.
struct StepNeed {
  std::size_t node = 0;
  std::int64_t bytes = 0;
};

std::vector<StepNeed> step_needs(const Plan& plan) {
  std::vector<StepNeed> needs;
  for (std::size_t s = 0; s < plan.steps.size(); ++s) {
    const auto now = static_cast<std::int32_t>(s);
    std::int64_t sum = 0, low = plan.arena_bytes, high = 0;
    for (const Buffer& b : plan.buffers) {
      if ((b.kind != BufferKind::state && (b.first > now || b.last < now)) || b.within >= 0) continue;
      sum += b.bytes;
      low = std::min(low, b.offset);
      high = std::max(high, b.offset + b.bytes);
    }
    needs.push_back({static_cast<std::size_t>(plan.steps[s].node), std::min(sum, high - low)});
  }
  return needs;
}

/// Bytes that are alive before nodes first..last and after them, and not read by them.
std::int64_t bytes_across(const Graph& graph, const Plan& plan, std::size_t first, std::size_t last) {
  std::int32_t begin = INT32_MAX, end = -1;
  for (std::size_t s = 0; s < plan.steps.size(); ++s) {
    const auto node = static_cast<std::size_t>(plan.steps[s].node);
    if (node < first || node > last) continue;
    begin = std::min(begin, static_cast<std::int32_t>(s));
    end = static_cast<std::int32_t>(s);
  }
  std::int64_t sum = 0;
  for (const Buffer& b : plan.buffers) {
    const bool across = b.within < 0 && (b.kind == BufferKind::state || (b.first < begin && b.last > end));
    bool read = false;
    for (std::size_t n = first; n <= last && across; ++n)
      for (const TensorId id : graph.nodes[n].inputs) read = read || (id != kNoTensor && id == b.tensor);
    if (across && !read) sum += b.bytes;
  }
  return sum;
}

}  // namespace

std::int64_t RowSchedule::ring_bytes(const Graph& graph) const {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < between.size(); ++i) sum += rows[i] * row_bytes(graph.tensor(between[i]));
  return sum;
}

std::optional<RowSchedule> schedule_rows(const Graph& graph, std::size_t first, std::size_t last, std::int32_t band) {
  Scheduler scheduler(graph, first, last);
  if (!scheduler.accept() || !scheduler.run(band)) return {};
  return scheduler.take();
}

std::vector<RowSchedule> row_schedules(const Graph& graph, const Plan& plan) {
  constexpr std::size_t kLongest = 20;       // nodes of a chain
  constexpr std::size_t kMostStretches = 5;  // that are tried
  std::vector<StepNeed> needs = step_needs(plan);
  struct Hope {
    std::int64_t bytes = 0;
    std::vector<RowSchedule> schedules;
  };
  std::vector<Hope> hopes;
  for (std::size_t first = 0; first < graph.nodes.size(); ++first) {
    for (std::size_t last = first + 1; last < std::min(graph.nodes.size(), first + kLongest); ++last) {
      if (!row_window(graph, graph.nodes[last])) break;
      std::int64_t elsewhere = 0;
      for (const StepNeed& need : needs)
        if (need.node < first || need.node > last) elsewhere = std::max(elsewhere, need.bytes);
      const std::int64_t across = bytes_across(graph, plan, first, last);
      const std::int64_t out = graph.tensor(graph.nodes[last].outputs[0]).bytes();
      if (std::max(elsewhere, out + across) >= plan.arena_bytes) continue;
      Hope hope{INT64_MAX, {}};
      const std::int32_t height = graph.tensor(graph.nodes[last].outputs[0]).shape[1];
      for (const std::int32_t band : {1, 2, 4, 8}) {
        if (band > 1 && band >= height) break;
        auto schedule = schedule_rows(graph, first, last, band);
        if (!schedule) break;
        const std::int64_t bytes = std::max(elsewhere, step_bytes(graph, *schedule) + across);
        if (bytes >= plan.arena_bytes) break;
        hope.bytes = std::min(hope.bytes, bytes);
        hope.schedules.push_back(std::move(*schedule));
      }
      if (!hope.schedules.empty()) hopes.push_back(std::move(hope));
    }
  }
  std::stable_sort(hopes.begin(), hopes.end(), [](const Hope& a, const Hope& b) {
    const auto key = [](const Hope& h) { return std::pair(h.bytes, h.schedules[0].last - h.schedules[0].first); };
    return key(a) < key(b);
  });
  std::vector<RowSchedule> found;
  for (std::size_t i = 0; i < std::min(hopes.size(), kMostStretches); ++i)
    for (RowSchedule& schedule : hopes[i].schedules) found.push_back(std::move(schedule));
  return found;
}

}  // namespace mote
