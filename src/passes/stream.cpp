// See stream.h. One walk from front to back. Of every streamed tensor we know its axis of time, its length in the
// window model and how many new elements a step brings; a layer that is local in time says how long a piece of its
// input its new outputs need.
#include "passes/stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "ops/ops.h"
#include "passes/edit.h"

namespace mote::passes {
namespace {

struct Stream {
  std::size_t axis = 0;
  std::int32_t length = 0;  ///< along the axis, in the window model
  std::int32_t fresh = 0;   ///< elements that a step adds to the endless sequence
  std::int32_t frames = 1;  ///< input frames an element

  /// Elements that are computed in a step.
  std::int32_t computed() const { return std::min(fresh, length); }
};

/// The axis of time of the model's input; 0 if it has none.
std::size_t time_axis(const Shape& shape) {
  if (shape.size() < 3) return 0;
  const std::size_t axis = shape[1] == 1 && shape.size() > 3 ? 2 : 1;
  return shape[axis] > 1 ? axis : 0;
}

/// How a layer behaves along time.
struct Local {
  std::string why_not;     ///< not empty: it needs whole windows
  std::int32_t needs = 0;  ///< elements at the input's end that its new outputs are made of
  std::optional<Stream> out;
};

Local not_local(std::string why) { return {std::move(why), 0, std::nullopt}; }

/// One output element for each input element.
Local pointwise(const Stream& in, std::size_t out_axis) {
  Stream out = in;
  out.axis = out_axis;
  return {"", in.computed(), out};
}

class Streamer {
 public:
  Streamer(const Graph& graph, std::int32_t frames) : old_(graph), made_(graph), frames_(frames) {
    made_.nodes.clear();
    streams_.resize(graph.tensors.size());
  }

  Result<StreamReport> run(Graph& graph) {
    MOTE_TRY_VOID(start());
    for (std::size_t n = 0; n < old_.nodes.size(); ++n) {
      auto result = convert(n);
      if (!result) return std::move(result).error().at(node_place(old_, n));
    }
    finish_outputs();
    report_.macs_window = macs(old_);
    report_.macs_step = macs(made_);
    if (report_.macs_step >= report_.macs_window && report_.macs_window > 0)
      return unsupported(fmt::format("streaming would save nothing: {}", report_.recomputed.empty()
                                                                             ? "every layer sees all of time at once"
                                                                             : report_.recomputed.front()));
    graph = std::move(made_);
    return std::move(report_);
  }

 private:
  static std::int64_t macs(const Graph& graph) {
    std::int64_t sum = 0;
    for (const Node& node : graph.nodes)
      if (node.op->macs != nullptr) sum += node.op->macs(graph, node);
    return sum;
  }

  std::optional<Stream>& stream_of(TensorId id) { return streams_[static_cast<std::size_t>(id)]; }
  bool streamed(TensorId id) { return id != kNoTensor && stream_of(id).has_value(); }

  /// Whatever has one element in all of time is whole in any case.
  void set_stream(TensorId id, const Stream& stream) {
    made_.tensor(id).shape[stream.axis] = stream.computed();
    if (stream.computed() < stream.length) stream_of(id) = stream;
  }

  Result<void> start() {
    if (old_.inputs.size() != 1)
      return unsupported(
          fmt::format("the model has {} inputs; only models with one can be streamed", old_.inputs.size()));
    const Tensor& input = old_.tensor(old_.inputs[0]);
    const std::size_t axis = time_axis(input.shape);
    if (axis == 0)
      return unsupported(
          fmt::format("input \"{}\" ({}) has no axis of time: that is the second, or the third of an "
                      "input of four axes whose second has one element",
                      input.name, shape_text(input.shape)));
    const std::int32_t window = input.shape[axis];
    if (frames_ < 1 || frames_ >= window)
      return bad_input(
          fmt::format("{} new frames a step, but the window has {}; take 1 to {}", frames_, window, window - 1));
    for (const Node& node : old_.nodes)
      if (node.op->stateful) return unsupported(fmt::format("the model has state already (node \"{}\")", node.name));
    report_.streaming = {frames_, window, (window + frames_ - 1) / frames_};
    set_stream(old_.inputs[0], {axis, window, frames_, 1});
    return {};
  }

  Result<void> convert(std::size_t n) {
    Node node = old_.nodes[n];
    const auto first = std::find_if(node.inputs.begin(), node.inputs.end(), [&](TensorId id) { return streamed(id); });
    if (first == node.inputs.end()) {
      made_.nodes.push_back(std::move(node));
      return {};
    }
    const Stream in = *stream_of(*first);
    MOTE_TRY(const Local local, along_time(node, in));
    if (local.out) {
      for (TensorId& id : node.inputs)
        if (streamed(id)) id = last_elements(id, local.needs);
      set_stream(node.outputs[0], *local.out);
      if (node.op == &ops::slice) {
        auto size = node.attrs.list("size");
        size[local.out->axis] = local.out->computed();
        node.attrs.set("size", std::move(size));
      }
      if (node.op == &ops::reshape) {
        const Shape& shape = made_.tensor(node.outputs[0]).shape;
        node.attrs.set("shape", std::vector<std::int64_t>(shape.begin(), shape.end()));
      }
    } else {
      for (TensorId& id : node.inputs)
        if (streamed(id)) id = last_elements(id, stream_of(id)->length);
      if (!local.why_not.empty())
        report_.recomputed.push_back(fmt::format("{} \"{}\" {}", node.op->name, node.name, local.why_not));
    }
    made_.nodes.push_back(std::move(node));
    return {};
  }

  /// What the node needs of its (first) streamed input.
  Result<Local> along_time(const Node& node, const Stream& in) {
    const OpDef* op = node.op;
    const Tensor& x = old_.tensor(node.inputs[0]);
    const Tensor& out = old_.tensor(node.outputs[0]);
    const bool last_axis = in.axis + 1 == x.shape.size();
    if (op == &ops::conv2d || op == &ops::depthwise_conv2d || op == &ops::average_pool2d || op == &ops::max_pool2d) {
      if (in.axis != 1 && in.axis != 2) return not_local("does not slide along time");
      return sliding(node, in, out.shape[in.axis]);
    }
    if (op == &ops::relu || op == &ops::relu6 || op == &ops::quantize || op == &ops::dequantize)
      return pointwise(in, in.axis);
    if (op == &ops::softmax || op == &ops::batch_norm)
      return last_axis ? not_local("works along time itself") : pointwise(in, in.axis);
    if (op == &ops::add) return add(node, in);
    if (op == &ops::pad) {
      const std::int64_t before = node.attrs.list("before")[in.axis], after = node.attrs.list("after")[in.axis];
      return before == 0 && after == 0 ? pointwise(in, in.axis) : not_local(padding(before, after));
    }
    if (op == &ops::transpose) {
      const auto& perm = node.attrs.list("perm");
      const auto at = std::find(perm.begin(), perm.end(), static_cast<std::int64_t>(in.axis));
      return pointwise(in, static_cast<std::size_t>(at - perm.begin()));
    }
    if (op == &ops::concat) return join(node, in);
    if (op == &ops::slice) return cut(node, in);
    if (op == &ops::reshape) return reshape(in, x.shape, out.shape);
    if (op == &ops::fully_connected && !last_axis) {
      if (node.attrs.integer("keep_dims") != 0) return pointwise(in, in.axis);
      Shape rows = {x.shape.begin(), x.shape.end() - 1};
      if (old_.tensor(node.inputs[1]).shape[1] == x.shape.back()) return reshape(in, rows, {out.shape[0]});
    }
    return not_local("sees the whole window at once");
  }

  static std::string padding(std::int64_t before, std::int64_t after) {
    return fmt::format("pads along time (by {} and {}), so its values at a window's borders are not those inside",
                       before, after);
  }

  /// Convolution or pooling with that many outputs along time.
  Result<Local> sliding(const Node& node, const Stream& in, std::int32_t out_length) {
    const bool rows = in.axis == 1;
    const std::int64_t before = node.attrs.integer(rows ? "pad_top" : "pad_left");
    const std::int64_t after = node.attrs.integer(rows ? "pad_bottom" : "pad_right");
    const auto stride = static_cast<std::int32_t>(node.attrs.integer(rows ? "stride_h" : "stride_w"));
    if (out_length == 1) return not_local("");  // one value a window: nothing is computed twice
    if (before != 0 || after != 0) return not_local(padding(before, after));
    if (in.fresh % stride != 0)
      return bad_input(
          fmt::format("its stride of {} along time does not divide the {} new elements that a step brings "
                      "it; take a multiple of {} frames a step",
                      stride, in.fresh, in.frames * stride));
    Stream out{in.axis, out_length, in.fresh / stride, in.frames * stride};
    return Local{"", in.length - stride * (out_length - out.computed()), out};
  }

  /// `in` and `out` are shapes; time must keep its place after nothing but ones.
  static Local reshape(const Stream& in, const Shape& from, const Shape& to) {
    const auto leads = [&](const Shape& shape, std::size_t axis) {
      return axis < shape.size() && shape[axis] == in.length &&
             std::all_of(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(axis),
                         [](std::int32_t dim) { return dim == 1; });
    };
    for (std::size_t axis = 0; axis < to.size(); ++axis)
      if (leads(from, in.axis) && leads(to, axis)) return pointwise(in, axis);
    return not_local("mixes time with other axes");
  }

  Local add(const Node& node, const Stream& in) {
    const Shape& a = old_.tensor(node.inputs[0]).shape;
    const Shape& b = old_.tensor(node.inputs[1]).shape;
    const std::size_t lead = a.size() - b.size();
    if (old_.tensor(node.inputs[1]).is_constant()) {
      const bool same_always = in.axis < lead || b[in.axis - lead] == 1;
      return same_always ? pointwise(in, in.axis) : not_local("adds constants that differ along time");
    }
    if (!streamed(node.inputs[0]) || !streamed(node.inputs[1])) return not_local("adds a value of the whole window");
    const Stream& other = *stream_of(node.inputs[1]);
    if (other.axis + lead != in.axis || other.length != in.length || other.fresh != in.fresh)
      return not_local("adds sequences that move at different speeds");
    return pointwise(in, in.axis);
  }

  Local join(const Node& node, const Stream& in) {
    if (node.attrs.integer("axis") == static_cast<std::int64_t>(in.axis)) return not_local("joins along time");
    for (const TensorId id : node.inputs) {
      if (!streamed(id)) return not_local("joins a value of the whole window");
      const Stream& other = *stream_of(id);
      if (other.axis != in.axis || other.length != in.length || other.fresh != in.fresh)
        return not_local("joins sequences that move at different speeds");
    }
    return pointwise(in, in.axis);
  }

  Local cut(const Node& node, const Stream& in) {
    const auto size = static_cast<std::int32_t>(node.attrs.list("size")[in.axis]);
    if (size == in.length && node.attrs.list("drop").empty()) return pointwise(in, in.axis);
    return not_local("takes a part of the window");
  }

  /// The last `count` elements of a streamed tensor, from a delay line if they are not just those of this step.
  TensorId last_elements(TensorId id, std::int32_t count) {
    const Stream stream = *stream_of(id);
    if (count == stream.computed()) return id;
    const auto [at, fresh] = lines_.try_emplace({id, count}, kNoTensor);
    if (!fresh) return at->second;
    Tensor line = made_.tensor(id);
    line.name = made_.unique_tensor_name(line.name + "_delay");
    line.shape[stream.axis] = count;
    const TensorId made = made_.add(std::move(line));
    streams_.emplace_back();
    add_delay_node(id, made, stream.axis, count);
    return at->second = made;
  }

  void add_delay_node(TensorId in, TensorId out, std::size_t axis, std::int32_t count) {
    Node node{&ops::delay_line, "", {in}, {out}, {}};
    node.attrs.set("axis", static_cast<std::int64_t>(axis));
    node.attrs.set("length", std::int64_t{count});
    node.name = unique_node_name(old_, fmt::format("delay_{}", ++delays_));
    made_.nodes.push_back(std::move(node));
  }

  /// A model output is that of the whole window, under its own name.
  void finish_outputs() {
    for (TensorId& id : made_.outputs) {
      if (!streamed(id)) continue;
      const Stream stream = *stream_of(id);
      const TensorId window = last_elements(id, stream.length);
      const std::string name = made_.tensor(id).name;
      made_.tensor(id).name = made_.unique_tensor_name(name + "_new");
      made_.tensor(window).name = name;
      id = window;
    }
  }

  const Graph old_;
  Graph made_;
  std::int32_t frames_;
  std::vector<std::optional<Stream>> streams_;  ///< by tensor of made_
  std::map<std::pair<TensorId, std::int32_t>, TensorId> lines_;
  StreamReport report_;
  int delays_ = 0;
};

}  // namespace

Result<StreamReport> stream(Graph& graph, std::int32_t frames) { return Streamer(graph, frames).run(graph); }

Bytes window_of_steps(const Tensor& window, std::int32_t frames, std::span<const std::uint8_t> steps,
                      std::int64_t step) {
  const std::size_t axis = time_axis(window.shape);
  std::int64_t rows = 1;
  for (std::size_t i = 0; i < axis; ++i) rows *= window.shape[i];
  const std::int64_t length = window.shape[axis];
  const std::int64_t frame = window.bytes() / rows / length;
  Bytes made(static_cast<std::size_t>(window.bytes()), 0);
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t i = 0; i < length; ++i) {
      const std::int64_t at = (step + 1) * frames - length + i;  // counted from the sequence's first frame
      if (at < 0) continue;
      const std::int64_t from = ((at / frames * rows + row) * frames + at % frames) * frame;
      std::copy_n(steps.begin() + from, frame, made.begin() + (row * length + i) * frame);
    }
  return made;
}

}  // namespace mote::passes
