// See check_memory.h. Every byte of the arena carries a tag: the buffer that it was last written as, and its place in
// that buffer's tensor. A step may read a buffer only if all its bytes still carry that buffer's tags, each its own
// place; of a banded step every call is followed, so a ring must hold the very rows that the call says it reads. Two
// runs in a row, so that state is seen to survive.
#include "plan/check_memory.h"

#include <fmt/format.h>

#include <algorithm>

namespace mote {
namespace {

/// Byte `place` of the tensor in `buffer`.
struct Tag {
  std::int32_t buffer = -1;
  std::int64_t place = 0;
  bool operator==(const Tag&) const = default;
};

class Tags {
 public:
  explicit Tags(const Plan& plan) : plan_(plan), tags_(static_cast<std::size_t>(plan.arena_bytes)) {}

  void write(std::int32_t b) { write(b, at(b).offset, 0, at(b).bytes); }
  void write(std::int32_t b, std::int64_t address, std::int64_t place, std::int64_t bytes) {
    for (std::int64_t i = 0; i < bytes; ++i) tags_[static_cast<std::size_t>(address + i)] = {b, place + i};
  }

  Result<void> read(std::int32_t b, const std::string& reader) const {
    return read(b, at(b).offset, 0, at(b).bytes, reader);
  }
  Result<void> read(std::int32_t b, std::int64_t address, std::int64_t place, std::int64_t bytes,
                    const std::string& reader) const {
    for (std::int64_t i = 0; i < bytes; ++i) {
      const Tag tag = tags_[static_cast<std::size_t>(address + i)];
      if (tag == Tag{b, place + i}) continue;
      const std::string found = tag.buffer < 0 ? "was written by nobody"
                                               : fmt::format("is byte {} of \"{}\"", tag.place, at(tag.buffer).name);
      return internal_error(
          fmt::format("{} reads byte {} of \"{}\", but byte {} {}", reader, place + i, at(b).name, address + i, found),
          "memory plan");
    }
    return {};
  }

 private:
  const Buffer& at(std::int32_t b) const { return plan_.buffers[static_cast<std::size_t>(b)]; }
  const Plan& plan_;
  std::vector<Tag> tags_;
};

bool disjoint(const Buffer& a, const Buffer& b) {
  return a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset;
}

/// Arguments of one step against each other. Only argument 0 may overlap the first pointer input, as the step allows.
Result<void> check_arguments(const Plan& plan, const Step& step) {
  const auto first_read = std::find_if(step.arguments.begin(), step.arguments.end(),
                                       [](const Argument& argument) { return argument.access == Access::read; });
  const std::int32_t first_input = first_read == step.arguments.end() ? -1 : first_read->buffer;
  const auto allowed = [&](const Buffer& out, const Buffer& in) {
    if (!step.overlap.allowed) return false;
    if (step.overlap.equal_offset_only) return out.offset == in.offset;
    return out.offset + step.overlap.lead <= in.offset;
  };
  for (std::size_t i = 0; i < step.arguments.size(); ++i) {
    const Argument& written = step.arguments[i];
    if (written.buffer < 0 || written.access == Access::read) continue;
    const Buffer& a = plan.buffers[static_cast<std::size_t>(written.buffer)];
    for (std::size_t j = 0; j < step.arguments.size(); ++j) {
      const std::int32_t other = step.arguments[j].buffer;
      if (j == i || other < 0) continue;
      const Buffer& b = plan.buffers[static_cast<std::size_t>(other)];
      if (disjoint(a, b)) continue;
      const bool output_on_input = i == 0 && other == first_input && step.arguments[j].access == Access::read;
      if (output_on_input && allowed(a, b)) continue;
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

Result<void> check_memory(const Plan& plan) {
  for (const Buffer& buffer : plan.buffers) {
    if (buffer.offset < 0 || buffer.bytes < 0 || buffer.offset + buffer.bytes > plan.arena_bytes)
      return internal_error(fmt::format("\"{}\" leaves the arena", buffer.name), "memory plan");
    if (buffer.offset % plan.alignment != 0)
      return internal_error(fmt::format("\"{}\" is not aligned", buffer.name), "memory plan");
  }
  for (const Step& step : plan.steps) MOTE_TRY_VOID(check_arguments(plan, step));

  Tags tags(plan);
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
