// See check_memory.h. Every byte of the arena carries the index of the buffer that wrote it last (a tag). A step may
// read a buffer only if all its bytes still carry that buffer's tag. Two runs in a row, so that state is seen to
// survive.
#include "plan/check_memory.h"

#include <fmt/format.h>

#include <algorithm>

namespace mote {
namespace {

constexpr std::int32_t kNobody = -1;

class Tags {
 public:
  explicit Tags(const Plan& plan) : plan_(plan), tags_(static_cast<std::size_t>(plan.arena_bytes), kNobody) {}

  void write(std::int32_t b) {
    const Buffer& buffer = at(b);
    std::fill_n(tags_.begin() + buffer.offset, buffer.bytes, b);
  }

  Result<void> read(std::int32_t b, const std::string& reader) const {
    const Buffer& buffer = at(b);
    for (std::int64_t i = buffer.offset; i < buffer.offset + buffer.bytes; ++i) {
      const std::int32_t tag = tags_[static_cast<std::size_t>(i)];
      if (tag == b) continue;
      return internal_error(fmt::format("{} reads \"{}\", but byte {} was written by {}", reader, buffer.name, i,
                                        tag == kNobody ? "nobody" : fmt::format("\"{}\"", at(tag).name)),
                            "memory plan");
    }
    return {};
  }

 private:
  const Buffer& at(std::int32_t b) const { return plan_.buffers[static_cast<std::size_t>(b)]; }
  const Plan& plan_;
  std::vector<std::int32_t> tags_;
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
