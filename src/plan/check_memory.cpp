// See check_memory.h. Every byte of the arena carries a tag: which byte of which tensor it was last written as. A byte
// that a concat, slice or reshape only hands on is named after the tensor where it was first computed; that follows
// from the graph alone, whatever the plan does with them. A step may read a buffer only if all its bytes carry the tags
// of the buffer's tensor; of a banded step every call is followed, so a ring must hold the very rows that the call says
// it reads. Two runs in a row, so that state is seen to survive.
#include "plan/check_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "ops/ops.h"

namespace mote {
namespace {

constexpr std::int32_t kNobody = std::numeric_limits<std::int32_t>::min();

/// Byte `place` of a tensor, or of a buffer without one (of buffer b: value -2 - b).
struct Tag {
  std::int32_t value = kNobody;
  std::int64_t place = 0;
  bool operator==(const Tag&) const = default;
};

/// What each byte of the tensors is that concats, slices and reshapes make.
class Origins {
 public:
  explicit Origins(const Graph& graph) : graph_(graph), handed_on_(graph.tensors.size()) {
    for (const Node& node : graph.nodes) {
      if (node.op == &ops::concat) join(node);
      if (node.op == &ops::slice) cut(node);
      if (node.op == &ops::reshape)
        for (std::int64_t i = 0; i < graph.tensor(node.outputs[0]).bytes(); ++i) hand_on(node, node.inputs[0], i);
    }
  }

  Tag of(TensorId id, std::int64_t place) const {
    const auto i = static_cast<std::size_t>(id);
    const auto at = static_cast<std::size_t>(place);
    if (i >= handed_on_.size() || at >= handed_on_[i].size()) return {id, place};
    return handed_on_[i][at];
  }

 private:
  /// The output's next byte is byte `place` of `from`.
  void hand_on(const Node& node, TensorId from, std::int64_t place) {
    handed_on_[static_cast<std::size_t>(node.outputs[0])].push_back(of(from, place));
  }

  void join(const Node& node) {
    std::int64_t rows = 1;
    for (std::int64_t i = 0; i < node.attrs.integer("axis"); ++i)
      rows *= graph_.tensor(node.outputs[0]).shape[static_cast<std::size_t>(i)];
    for (std::int64_t row = 0; row < rows; ++row)
      for (const TensorId id : node.inputs) {
        const std::int64_t bytes = graph_.tensor(id).bytes() / rows;
        for (std::int64_t i = 0; i < bytes; ++i) hand_on(node, id, row * bytes + i);
      }
  }

  void cut(const Node& node) {
    const Tensor& x = graph_.tensor(node.inputs[0]);
    const auto &begin = node.attrs.list("begin"), &size = node.attrs.list("size"), &stride = node.attrs.list("stride");
    const std::int64_t width = dtype_bytes(x.type, 1);
    std::vector<std::int64_t> at(x.shape.size(), 0);  // in the output
    for (std::int64_t left = graph_.tensor(node.outputs[0]).elements(); left > 0; --left) {
      std::int64_t from = 0;
      for (std::size_t a = 0; a < at.size(); ++a) from = from * x.shape[a] + begin[a] + at[a] * stride[a];
      for (std::int64_t i = 0; i < width; ++i) hand_on(node, node.inputs[0], from * width + i);
      for (std::size_t a = at.size(); a-- > 0 && ++at[a] == size[a];) at[a] = 0;
    }
  }

  const Graph& graph_;
  std::vector<std::vector<Tag>> handed_on_;  ///< by tensor; empty: it is computed
};

class Tags {
 public:
  Tags(const Plan& plan, const Graph& graph)
      : plan_(plan), graph_(graph), origins_(graph), tags_(static_cast<std::size_t>(plan.arena_bytes)) {}

  void write(std::int32_t b) { write(b, at(b).offset, 0, at(b).bytes); }
  void write(std::int32_t b, std::int64_t address, std::int64_t place, std::int64_t bytes) {
    for (std::int64_t i = 0; i < bytes; ++i) tags_[static_cast<std::size_t>(address + i)] = tag(b, place + i);
  }

  Result<void> read(std::int32_t b, const std::string& reader) const {
    return read(b, at(b).offset, 0, at(b).bytes, reader);
  }
  Result<void> read(std::int32_t b, std::int64_t address, std::int64_t place, std::int64_t bytes,
                    const std::string& reader) const {
    for (std::int64_t i = 0; i < bytes; ++i) {
      const Tag found_tag = tags_[static_cast<std::size_t>(address + i)];
      if (found_tag == tag(b, place + i)) continue;
      const std::string found = found_tag.value == kNobody
                                    ? "was written by nobody"
                                    : fmt::format("is byte {} of \"{}\"", found_tag.place, name(found_tag.value));
      return internal_error(
          fmt::format("{} reads byte {} of \"{}\", but byte {} {}", reader, place + i, at(b).name, address + i, found),
          "memory plan");
    }
    return {};
  }

 private:
  const Buffer& at(std::int32_t b) const { return plan_.buffers[static_cast<std::size_t>(b)]; }
  Tag tag(std::int32_t b, std::int64_t place) const {
    return at(b).tensor == kNoTensor ? Tag{-2 - b, place} : origins_.of(at(b).tensor, place);
  }
  std::string name(std::int32_t value) const {
    if (value < 0) return at(-2 - value).name;
    if (static_cast<std::size_t>(value) < graph_.tensors.size()) return graph_.tensor(value).name;
    return fmt::format("tensor {}", value);
  }

  const Plan& plan_;
  const Graph& graph_;
  Origins origins_;
  std::vector<Tag> tags_;
};

bool disjoint(const Buffer& a, const Buffer& b) {
  return a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset;
}

/// Arguments of one step against each other. Only argument 0 may overlap, and only what is read, as the step allows.
Result<void> check_arguments(const Plan& plan, const Step& step) {
  std::vector<std::size_t> reads;  // arguments
  for (std::size_t i = 0; i < step.arguments.size(); ++i)
    if (step.arguments[i].access == Access::read) reads.push_back(i);
  const auto may_overlap = [&](std::size_t argument, const Buffer& out, const Buffer& in) {
    const auto nth = static_cast<std::size_t>(std::find(reads.begin(), reads.end(), argument) - reads.begin());
    if (nth == reads.size()) return false;
    Overlap overlap;
    if (nth == 0)
      overlap = step.overlap;
    else if (nth <= step.further_overlaps.size())
      overlap = step.further_overlaps[nth - 1];
    else if (step.further_overlaps.empty() && step.arguments[argument].buffer == step.arguments[reads[0]].buffer)
      overlap = step.overlap;  // the first input once more
    if (!overlap.allowed) return false;
    return overlap.equal_offset_only ? out.offset == in.offset : out.offset + overlap.lead <= in.offset;
  };
  for (std::size_t i = 0; i < step.arguments.size(); ++i) {
    const Argument& written = step.arguments[i];
    if (written.buffer < 0 || written.access == Access::read) continue;
    const Buffer& a = plan.buffers[static_cast<std::size_t>(written.buffer)];
    for (std::size_t j = 0; j < step.arguments.size(); ++j) {
      const std::int32_t other = step.arguments[j].buffer;
      if (j == i || other < 0) continue;
      const Buffer& b = plan.buffers[static_cast<std::size_t>(other)];
      if (disjoint(a, b) || (i == 0 && may_overlap(j, a, b))) continue;
      return internal_error(fmt::format("step \"{}\": \"{}\" and \"{}\" overlap", step.name, a.name, b.name),
                            "memory plan");
    }
  }
  return {};
}

/// One turn's call of a banded step.
class BandChecker {
 public:
  BandChecker(const Plan& plan, const Step& step, Tags& tags) : plan_(plan), step_(step), tags_(tags) {}

  Result<void> run() {
    for (const Round& round : step_.rounds)
      for (std::int32_t turn = 0; turn < round.turns; ++turn)
        for (const BandCall& call : round.calls) MOTE_TRY_VOID(call.part < 0 ? move(call, turn) : compute(call, turn));
    return {};
  }

 private:
  struct Place {
    std::int32_t buffer = -1;
    std::int64_t address = 0, tensor = 0, bytes = 0;
    bool written = false;
  };

  Result<Place> place(const Stretch& stretch, std::int32_t turn) const {
    const Argument& argument = step_.arguments[static_cast<std::size_t>(stretch.argument)];
    const Buffer& buffer = plan_.buffers[static_cast<std::size_t>(argument.buffer)];
    const std::int64_t offset = stretch.offset + turn * stretch.offset_step;
    if (offset < 0 || stretch.bytes < 0 || offset + stretch.bytes > buffer.bytes)
      return internal_error(fmt::format("{} leaves \"{}\"", name(), buffer.name), "memory plan");
    return Place{argument.buffer, buffer.offset + offset, stretch.tensor + turn * stretch.tensor_step, stretch.bytes,
                 false};
  }

  /// The first stretch is written, and scratch; the others are read. Nothing written may lie on anything else.
  Result<void> compute(const BandCall& call, std::int32_t turn) {
    std::vector<Place> places;
    for (const Stretch& stretch : call.stretches) {
      MOTE_TRY(Place p, place(stretch, turn));
      p.written = places.empty() || plan_.buffers[static_cast<std::size_t>(p.buffer)].kind == BufferKind::scratch;
      places.push_back(p);
    }
    for (std::size_t i = 0; i < places.size(); ++i)
      for (std::size_t j = 0; j < places.size(); ++j) {
        const Place &a = places[i], &b = places[j];
        if (i != j && a.written && a.address < b.address + b.bytes && b.address < a.address + a.bytes)
          return internal_error(fmt::format("{}: what one call reads and writes overlaps", name()), "memory plan");
      }
    for (const Place& p : places)
      if (!p.written) MOTE_TRY_VOID(tags_.read(p.buffer, p.address, p.tensor, p.bytes, name()));
    for (const Place& p : places)
      if (p.written) tags_.write(p.buffer, p.address, p.tensor, p.bytes);
    return {};
  }

  /// Bytes are moved from the lowest up, so a move down may overlap itself.
  Result<void> move(const BandCall& call, std::int32_t turn) {
    MOTE_TRY(const Place to, place(call.stretches[0], turn));
    MOTE_TRY(const Place from, place(call.stretches[1], turn));
    if (to.address > from.address || to.bytes != from.bytes)
      return internal_error(fmt::format("{} moves rows up", name()), "memory plan");
    MOTE_TRY_VOID(tags_.read(from.buffer, from.address, from.tensor, from.bytes, name()));
    tags_.write(to.buffer, to.address, to.tensor, to.bytes);
    return {};
  }

  std::string name() const { return fmt::format("step \"{}\"", step_.name); }

  const Plan& plan_;
  const Step& step_;
  Tags& tags_;
};

}  // namespace

Result<void> check_memory(const Plan& plan, const Graph& graph) {
  for (const Buffer& buffer : plan.buffers) {
    if (buffer.offset < 0 || buffer.bytes < 0 || buffer.offset + buffer.bytes > plan.arena_bytes)
      return internal_error(fmt::format("\"{}\" leaves the arena", buffer.name), "memory plan");
    if (buffer.offset % plan.alignment != 0)
      return internal_error(fmt::format("\"{}\" is not aligned", buffer.name), "memory plan");
  }
  for (const Step& step : plan.steps) MOTE_TRY_VOID(check_arguments(plan, step));

  Tags tags(plan, graph);
  for (std::size_t b = 0; b < plan.buffers.size(); ++b)
    if (plan.buffers[b].kind == BufferKind::state) tags.write(static_cast<std::int32_t>(b));
  for (int run = 0; run < 2; ++run) {
    for (const Port& port : plan.inputs) tags.write(port.buffer);
    for (const Step& step : plan.steps) {
      if (!step.rounds.empty()) {
        MOTE_TRY_VOID(BandChecker(plan, step, tags).run());
        continue;
      }
      for (const Argument& argument : step.arguments)
        if (argument.buffer >= 0 && argument.access != Access::write)
          MOTE_TRY_VOID(tags.read(argument.buffer, fmt::format("step \"{}\"", step.name)));
      for (const Argument& argument : step.arguments)
        if (argument.buffer >= 0 && argument.access != Access::read) tags.write(argument.buffer);
    }
    for (const Port& port : plan.outputs) MOTE_TRY_VOID(tags.read(port.buffer, "the caller"));
  }
  return {};
}

}  // namespace mote
