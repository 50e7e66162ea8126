// The two C files that hold the model's own code: its header, and one function a layer with the invoke that calls them.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "emit/emit.h"
#include "emit/layer.h"

namespace mote {
namespace {

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// A literal that gives exactly this float under C99.
std::string float_literal(float value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + "f";
}

std::string integer_literal(std::int64_t value) {
  return value == INT32_MIN ? "(-2147483647 - 1)" : fmt::format("{}", value);
}

std::string describe_port(const Plan& plan, const Port& port, const char* direction, std::size_t index) {
  std::string text =
      fmt::format("/* {} {} \"{}\": {} {}", direction, index, port.name, shape_text(port.shape), dtype_name(port.type));
  if (!port.quant.empty()) text += fmt::format(", real = {} * (q - {})", port.quant.scale[0], port.quant.zero_point[0]);
  text += ". */\n";
  const std::string macro = fmt::format("{}_{}{}", upper(symbol_prefix(plan)), upper(direction), index);
  text += fmt::format("#define {}_COUNT {}\n", macro, element_count(port.shape));
  if (!port.quant.empty()) {
    text += fmt::format("#define {}_SCALE {}\n", macro, float_literal(port.quant.scale[0]));
    text += fmt::format("#define {}_ZERO_POINT ({})\n", macro, port.quant.zero_point[0]);
  }
  return text;
}

std::string arena_pointer(const Plan& plan, std::int32_t buffer) {
  return fmt::format("(void *)(arena.bytes + {})", plan.buffers[static_cast<std::size_t>(buffer)].offset);
}

std::string field_value(const Plan& plan, const FieldValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return integer_literal(*integer);
  if (const auto* real = std::get_if<float>(&value)) return float_literal(*real);
  if (const auto* reference = std::get_if<ConstantRef>(&value))
    return reference->index < 0
               ? "0"
               : symbol_prefix(plan) + "_" + plan.constants[static_cast<std::size_t>(reference->index)].name;
  std::vector<std::string> texts;
  for (const std::int64_t v : std::get<std::vector<std::int64_t>>(value)) texts.push_back(integer_literal(v));
  return fmt::format("{{{}}}", fmt::join(texts, ", "));
}

/// The call of a step that is one.
std::string emit_call(const Plan& plan, const Step& step, const std::string& symbol) {
  std::vector<std::string> arguments;
  for (const Argument& argument : step.arguments)
    arguments.push_back(argument.buffer >= 0 ? arena_pointer(plan, argument.buffer)
                                             : symbol_prefix(plan) + "_" +
                                                   plan.constants[static_cast<std::size_t>(argument.constant)].name);
  if (!step.params_type.empty()) arguments.push_back(fmt::format("&{}_params", symbol));
  return fmt::format("    {}({});\n", step.kernel, fmt::join(arguments, ",\n        "));
}

std::string emit_layer(const Plan& plan, std::size_t index) {
  const Step& step = plan.steps[index];
  const std::string symbol = layer_symbol(plan, index);
  const bool banded = !step.rounds.empty();
  std::string out = fmt::format("/* {}: {}, {} MACs. */\n", step.name, banded ? step.kernel : step.op, step.macs);
  if (!step.params_type.empty()) out += emit_params(plan, step.params_type, symbol + "_params", step.fields);
  out += emit_parts(plan, step, symbol);
  out += fmt::format("static MOTE_NOINLINE void {}(void) {{\n", symbol);
  out += banded ? emit_rounds(plan, step, symbol) : emit_call(plan, step, symbol);
  const Argument& result = step.arguments[0];
  out += fmt::format("    MOTE_TRACE({}, arena.bytes + {}, {});\n}}\n", index,
                     plan.buffers[static_cast<std::size_t>(result.buffer)].offset,
                     plan.buffers[static_cast<std::size_t>(result.buffer)].bytes);
  return out;
}

}  // namespace

std::string emit_params(const Plan& plan, const std::string& type, const std::string& symbol,
                        const std::vector<Field>& fields) {
  std::string out = fmt::format("static const {} {} = {{\n", type, symbol);
  for (const Field& field : fields) out += fmt::format("    .{} = {},\n", field.name, field_value(plan, field.value));
  return out + "};\n\n";
}

std::string emit_header(const Plan& plan, const EmitOptions& options) {
  const std::string prefix = symbol_prefix(plan);
  const std::string macro = upper(prefix);
  std::string out = banner(plan, options, plan.model + ": sizes, tensors and functions of the network.");
  out += fmt::format(
      "#ifndef {0}_H\n#define {0}_H\n\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {{\n#endif\n\n", macro);
  out += fmt::format(
      "/* Bytes of RAM for inputs, outputs, activations and scratch, and of constants in flash. */\n"
      "#define {0}_ARENA_BYTES {1}\n#define {0}_CONSTANT_BYTES {2}\n\n",
      macro, plan.arena_bytes, plan.constant_bytes());
  if (plan.streaming.frames > 0)
    out += fmt::format(
        "/* Streaming: every {2}_invoke takes this many new frames, after one {2}_reset. From the WARM_UP_STEPS-th on\n"
        " * its outputs are those of the model over the last WINDOW_FRAMES frames; before, they mean nothing. */\n"
        "#define {0}_STREAM_FRAMES {1}\n#define {0}_WINDOW_FRAMES {3}\n#define {0}_WARM_UP_STEPS {4}\n\n",
        macro, plan.streaming.frames, prefix, plan.streaming.window_frames, plan.streaming.warm_up_steps);
  for (std::size_t i = 0; i < plan.inputs.size(); ++i) {
    out += describe_port(plan, plan.inputs[i], "input", i);
    out += fmt::format("/* Fill it before every {}_invoke, which may overwrite it. */\n{} *{}_input{}(void);\n\n",
                       prefix, c_type(plan.inputs[i].type), prefix, i);
  }
  for (std::size_t i = 0; i < plan.outputs.size(); ++i) {
    out += describe_port(plan, plan.outputs[i], "output", i);
    out += fmt::format("/* Valid until the next {}_invoke or write to an input. */\nconst {} *{}_output{}(void);\n\n",
                       prefix, c_type(plan.outputs[i].type), prefix, i);
  }
  out += fmt::format(
      "/* Back to the initial state; does nothing for a network without state. */\nvoid {0}_reset(void);\n\n"
      "/* One inference. Returns 0. Not re-entrant: the arena is static. */\nint {0}_invoke(void);\n\n",
      prefix);
  out += fmt::format("#ifdef __cplusplus\n}}\n#endif\n\n#endif /* {}_H */\n", macro);
  return out;
}

std::string emit_source(const Plan& plan, const EmitOptions& options) {
  const std::string prefix = symbol_prefix(plan);
  std::string out =
      banner(plan, options, plan.model + ": one function a layer, and the inference that calls them in order.");
  out += fmt::format("#include \"{}.h\"\n\n", prefix);
  std::set<std::string> headers;
  for (const Step& step : plan.steps)
    for (std::string& header : step_headers(step)) headers.insert(std::move(header));
  for (const std::string& header : headers) out += fmt::format("#include \"{}\"\n", header);
  out += fmt::format("#include \"{}_weights.h\"\n\n", prefix);
  out +=
      "#if defined(__GNUC__)\n#define MOTE_NOINLINE __attribute__((noinline))\n"
      "#else\n#define MOTE_NOINLINE\n#endif\n\n"
      "#ifdef MOTE_TRACE_LAYERS\nvoid mote_trace(int layer, const void *data, unsigned bytes);\n"
      "#define MOTE_TRACE(layer, data, bytes) mote_trace(layer, data, bytes)\n"
      "#else\n#define MOTE_TRACE(layer, data, bytes) ((void)0)\n#endif\n\n";
  out += fmt::format(
      "/* The union aligns the arena for every element type. */\nstatic union {{\n    uint8_t bytes[{}];\n"
      "    int64_t align_integer;\n    double align_real;\n}} arena;\n\n",
      std::max<std::int64_t>(plan.arena_bytes, 1));
  for (std::size_t i = 0; i < plan.inputs.size(); ++i)
    out += fmt::format("{} *{}_input{}(void) {{ return {}; }}\n\n", c_type(plan.inputs[i].type), prefix, i,
                       arena_pointer(plan, plan.inputs[i].buffer));
  for (std::size_t i = 0; i < plan.outputs.size(); ++i)
    out += fmt::format("const {} *{}_output{}(void) {{ return {}; }}\n\n", c_type(plan.outputs[i].type), prefix, i,
                       arena_pointer(plan, plan.outputs[i].buffer));
  for (std::size_t s = 0; s < plan.steps.size(); ++s) out += emit_layer(plan, s) + "\n";

  out += fmt::format("void {}_reset(void) {{\n", prefix);
  for (const Buffer& buffer : plan.buffers)
    if (buffer.kind == BufferKind::state)
      out += fmt::format("    for (uint32_t i = 0; i < {}u; ++i) arena.bytes[{}u + i] = {};\n", buffer.bytes,
                         buffer.offset, buffer.reset_byte);
  out += fmt::format("}}\n\nint {}_invoke(void) {{\n", prefix);
  for (std::size_t s = 0; s < plan.steps.size(); ++s) out += fmt::format("    {}();\n", layer_symbol(plan, s));
  out += "    return 0;\n}\n";
  return out;
}

}  // namespace mote
