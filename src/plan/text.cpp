// A plan as text: for golden tests, --dump-dir, and people.
#include <fmt/format.h>

#include <algorithm>

#include "base/sha256.h"
#include "plan/plan.h"

namespace mote {
namespace {

std::string field_text(const Plan& plan, const Field& field) {
  const auto value = std::visit(
      [&](const auto& v) -> std::string {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, ConstantRef>) {
          return v.index < 0 ? "none" : plan.constants[static_cast<std::size_t>(v.index)].name;
        } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
          return fmt::format("[{}]", fmt::join(v, ", "));
        } else {
          return fmt::format("{}", v);
        }
      },
      field.value);
  return fmt::format("{}={}", field.name, value);
}

std::string fields_text(const Plan& plan, const std::vector<Field>& fields) {
  std::vector<std::string> texts;
  for (const Field& field : fields) texts.push_back(field_text(plan, field));
  return fmt::format("{}", fmt::join(texts, " "));
}

/// "conv_rows[96..288 +192]": bytes of a buffer in the first turn, and what each turn adds.
std::string stretch_text(const Plan& plan, const Step& step, const Stretch& stretch) {
  const Argument& argument = step.arguments[static_cast<std::size_t>(stretch.argument)];
  return fmt::format("{}[{}..{} +{}]", plan.buffers[static_cast<std::size_t>(argument.buffer)].name, stretch.offset,
                     stretch.offset + stretch.bytes, stretch.offset_step);
}

/// The parts and rounds of a banded step, a line each.
std::string rounds_text(const Plan& plan, const Step& step) {
  std::string out;
  for (const Part& part : step.parts)
    out += fmt::format("  part {} {} {}\n", part.name, part.kernel, fields_text(plan, part.fields));
  for (const Round& round : step.rounds) {
    out += fmt::format("  round of {}\n", round.turns);
    for (const BandCall& call : round.calls) {
      std::vector<std::string> stretches;
      for (const Stretch& stretch : call.stretches) stretches.push_back(stretch_text(plan, step, stretch));
      out += fmt::format("    {}({})\n", call.part < 0 ? "move" : step.parts[static_cast<std::size_t>(call.part)].name,
                         fmt::join(stretches, ", "));
    }
  }
  return out;
}

std::string argument_text(const Plan& plan, const Argument& argument) {
  constexpr std::string_view kAccess[] = {"read", "write", "update"};
  const std::string what = argument.buffer >= 0 ? plan.buffers[static_cast<std::size_t>(argument.buffer)].name
                                                : plan.constants[static_cast<std::size_t>(argument.constant)].name;
  return fmt::format("{} {}", kAccess[static_cast<std::size_t>(argument.access)], what);
}

}  // namespace

std::string to_text(const Plan& plan) {
  std::string out = fmt::format("plan 1 {} target {} arena {} constants {}\n", plan.model, plan.target,
                                plan.arena_bytes, plan.constant_bytes());
  for (const Constant& c : plan.constants)
    out +=
        fmt::format("constant {} {} {} bytes sha256 {:.16}\n", c.name, c.c_type, c.bytes.size(), sha256_hex(c.bytes));
  for (const Buffer& b : plan.buffers)
    out += fmt::format("buffer {} {} bytes {} at {} live {}..{}\n", b.name, buffer_kind_name(b.kind), b.bytes, b.offset,
                       b.first, b.last);
  for (const Step& step : plan.steps) {
    std::vector<std::string> arguments;
    for (const Argument& argument : step.arguments) arguments.push_back(argument_text(plan, argument));
    out += fmt::format("step {} {} {}({}) {}\n", step.name, step.op, step.kernel, fmt::join(arguments, ", "),
                       fields_text(plan, step.fields));
    out += rounds_text(plan, step);
  }
  return out;
}

std::string draw_memory(const Plan& plan) {
  std::vector<const Buffer*> order;
  for (const Buffer& b : plan.buffers) order.push_back(&b);
  std::stable_sort(order.begin(), order.end(), [](const Buffer* a, const Buffer* b) {
    return std::pair(a->offset, a->first) < std::pair(b->offset, b->first);
  });
  const auto steps = static_cast<std::int32_t>(plan.steps.size());
  std::size_t width = 6;
  for (const Buffer* b : order) width = std::max(width, std::min<std::size_t>(b->name.size(), 32));
  std::string out = fmt::format("arena {} bytes, steps 0..{}; # live\n{:>{}} {:>8} {:>8}  time\n", plan.arena_bytes,
                                steps - 1, "buffer", width, "offset", "bytes");
  for (const Buffer* b : order) {
    std::string line;
    for (std::int32_t s = -1; s <= steps; ++s)
      line += b->kind == BufferKind::state || (b->first <= s && s <= b->last) ? '#' : '.';
    out += fmt::format("{:>{}} {:>8} {:>8}  {}\n", b->name.substr(0, 32), width, b->offset, b->bytes, line);
  }
  return out;
}

}  // namespace mote
