// A step that does several layers by bands of rows, as C: the plan's rounds, one call a line.
#include <fmt/format.h>

#include "emit/layer.h"

namespace mote {
namespace {

/// "(void *)(arena.bytes + 4096 + i * 640)"
std::string pointer(const Plan& plan, const Step& step, const Stretch& stretch) {
  const Argument& argument = step.arguments[static_cast<std::size_t>(stretch.argument)];
  const std::int64_t at = plan.buffers[static_cast<std::size_t>(argument.buffer)].offset + stretch.offset;
  if (stretch.offset_step == 0) return fmt::format("(void *)(arena.bytes + {})", at);
  return fmt::format("(void *)(arena.bytes + {} + i * {})", at, stretch.offset_step);
}

std::string params_symbol(const Part& part, const std::string& symbol) {
  return fmt::format("{}_{}_params", symbol, part.name);
}

std::string call_text(const Plan& plan, const Step& step, const BandCall& call, const std::string& symbol) {
  std::vector<std::string> arguments;
  for (const Stretch& stretch : call.stretches) arguments.push_back(pointer(plan, step, stretch));
  if (call.part < 0) {
    arguments.push_back(fmt::format("{}", call.stretches[0].bytes));
    return fmt::format("mote_move_rows({});", fmt::join(arguments, ", "));
  }
  const Part& part = step.parts[static_cast<std::size_t>(call.part)];
  if (!part.params_type.empty()) arguments.push_back("&" + params_symbol(part, symbol));
  return fmt::format("{}({});", part.kernel, fmt::join(arguments, ", "));
}

}  // namespace

std::vector<std::string> step_headers(const Step& step) {
  if (step.rounds.empty()) return {step.header};
  std::vector<std::string> headers = {"move_rows.h"};
  for (const Part& part : step.parts) headers.push_back(part.header);
  return headers;
}

std::string emit_parts(const Plan& plan, const Step& step, const std::string& symbol) {
  std::string out;
  for (const Part& part : step.parts)
    if (!part.params_type.empty()) out += emit_params(plan, part.params_type, params_symbol(part, symbol), part.fields);
  return out;
}

std::string emit_rounds(const Plan& plan, const Step& step, const std::string& symbol) {
  std::string out;
  for (const Round& round : step.rounds) {
    const char* const indent = round.turns > 1 ? "        " : "    ";
    if (round.turns > 1) out += fmt::format("    for (int32_t i = 0; i < {}; ++i) {{\n", round.turns);
    for (const BandCall& call : round.calls) out += indent + call_text(plan, step, call, symbol) + "\n";
    if (round.turns > 1) out += "    }\n";
  }
  return out;
}

}  // namespace mote
