// What surrounds the code: CMakeLists, README, and mote.json for programs (docs/project_folder.md lists its fields).
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/version.h"
#include "emit/emit.h"

namespace mote {
namespace {

using Json = nlohmann::ordered_json;

Json port_json(const Plan& plan, const Port& port, const char* direction, std::size_t index) {
  return {{"name", port.name},
          {"function", fmt::format("{}_{}{}", symbol_prefix(plan), direction, index)},
          {"type", dtype_name(port.type)},
          {"shape", port.shape},
          {"bytes", dtype_bytes(port.type, element_count(port.shape))},
          {"scale", port.quant.scale},
          {"zero_point", port.quant.zero_point}};
}

Json layer_json(const Plan& plan, std::size_t index) {
  const Step& step = plan.steps[index];
  std::int64_t constants = 0;
  const auto count = [&](std::int32_t c) {
    if (c >= 0) constants += static_cast<std::int64_t>(plan.constants[static_cast<std::size_t>(c)].bytes.size());
  };
  std::set<std::int32_t> read;  // the parts of a banded step share them
  const auto note = [&](const std::vector<Field>& fields) {
    for (const Field& field : fields)
      if (const auto* reference = std::get_if<ConstantRef>(&field.value)) read.insert(reference->index);
  };
  note(step.fields);
  for (const Part& part : step.parts) note(part.fields);
  for (const std::int32_t c : read) count(c);
  for (const Argument& argument : step.arguments) count(argument.constant);
  std::int64_t live = 0;
  const auto now = static_cast<std::int32_t>(index);
  std::int64_t low = plan.arena_bytes;
  for (const Buffer& b : plan.buffers)
    if (b.kind == BufferKind::state || (b.first <= now && now <= b.last)) {
      live = std::max(live, b.offset + b.bytes);
      low = std::min(low, b.offset);
    }
  const Buffer& output = plan.buffers[static_cast<std::size_t>(step.arguments[0].buffer)];
  return {{"name", step.name},
          {"op", step.op},
          {"kernel", step.kernel},
          {"symbol", layer_symbol(plan, index)},
          {"macs", step.macs},
          {"arena_live_bytes", live - low},
          {"instructions_estimated", step.instructions_estimated},
          {"constant_bytes", constants},
          {"output_bytes", output.bytes}};
}

}  // namespace

std::string emit_json(const Plan& plan, const EmitOptions& options, const std::vector<std::string>& sources) {
  Json json = {{"format", 1},
               {"mote_version", version()},
               {"model", plan.model},
               {"model_hash", plan.model_hash},
               {"board", options.board},
               {"target", plan.target},
               {"header", symbol_prefix(plan) + ".h"},
               {"sources", sources},
               {"include_dirs", {".", "kernels"}},
               {"cflags", options.cflags},
               {"arena_bytes", plan.arena_bytes},
               {"constant_bytes", plan.constant_bytes()},
               {"inputs", Json::array()},
               {"outputs", Json::array()},
               {"invoke", symbol_prefix(plan) + "_invoke"},
               {"reset", symbol_prefix(plan) + "_reset"},
               {"stateful", false},
               {"layers", Json::array()},
               {"buffers", Json::array()}};
  if (plan.streaming.frames > 0)
    json["streaming"] = {{"frames", plan.streaming.frames},
                         {"window_frames", plan.streaming.window_frames},
                         {"warm_up_steps", plan.streaming.warm_up_steps}};
  for (std::size_t i = 0; i < plan.inputs.size(); ++i)
    json["inputs"].push_back(port_json(plan, plan.inputs[i], "input", i));
  for (std::size_t i = 0; i < plan.outputs.size(); ++i)
    json["outputs"].push_back(port_json(plan, plan.outputs[i], "output", i));
  for (std::size_t s = 0; s < plan.steps.size(); ++s) json["layers"].push_back(layer_json(plan, s));
  for (const Buffer& b : plan.buffers) {
    if (b.within >= 0) continue;  // its bytes are another buffer's
    if (b.kind == BufferKind::state) json["stateful"] = true;
    json["buffers"].push_back({{"name", b.name},
                               {"kind", buffer_kind_name(b.kind)},
                               {"offset", b.offset},
                               {"bytes", b.bytes},
                               {"first", b.first},
                               {"last", b.last}});
  }
  return json.dump(1) + "\n";
}

std::string emit_cmake(const Plan& plan, const std::vector<std::string>& sources) {
  const std::string name = symbol_prefix(plan);
  return fmt::format(
      "# Written by mote {0}. The network \"{1}\" as a static library: add_subdirectory(...) and link {2}.\n"
      "cmake_minimum_required(VERSION 3.13)\n"
      "project({2} LANGUAGES C)\n"
      "add_library({2} STATIC\n  {3})\n"
      "target_include_directories({2} PUBLIC ${{CMAKE_CURRENT_SOURCE_DIR}} PRIVATE "
      "${{CMAKE_CURRENT_SOURCE_DIR}}/kernels)\n"
      "set_target_properties({2} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON)\n",
      version(), plan.model, name, fmt::join(sources, "\n  "));
}

std::string emit_readme(const Plan& plan, const EmitOptions& options) {
  const std::string name = symbol_prefix(plan);
  std::string out = fmt::format(
      "# {}\n\nA neural network in plain C99, compiled by mote {} from {} for {} ({}). It allocates nothing and needs "
      "no "
      "library beyond `<stdint.h>`, `<string.h>` and, for float layers, `<math.h>`.\n\n"
      "| | bytes |\n| --- | --- |\n| arena (static RAM) | {} |\n| constants (flash, without code) | {} |\n\n",
      plan.model, version(), options.source_name, options.board, plan.target, plan.arena_bytes, plan.constant_bytes());
  out += fmt::format("```c\n#include \"{0}.h\"\n\n", name);
  for (std::size_t i = 0; i < plan.inputs.size(); ++i)
    out += fmt::format("/* {} values, {} */\nfill({}_input{}());\n", element_count(plan.inputs[i].shape),
                       dtype_name(plan.inputs[i].type), name, i);
  out += fmt::format("{}_invoke();\n", name);
  for (std::size_t i = 0; i < plan.outputs.size(); ++i)
    out += fmt::format("use({}_output{}()); /* {} values, {} */\n", name, i, element_count(plan.outputs[i].shape),
                       dtype_name(plan.outputs[i].type));
  out += "```\n\nThe input may be overwritten by the inference: fill it before every call.\n";
  return out;
}

}  // namespace mote
