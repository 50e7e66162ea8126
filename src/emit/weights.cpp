// The constants as C arrays: weights, fused biases, multipliers and tables, each exactly as the kernel wants them.
#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "emit/emit.h"

namespace mote {
namespace {

template <typename T>
T element(const Bytes& bytes, std::size_t index) {
  T value{};
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

/// Appends `count` literals, wrapped at 120 columns.
template <typename T>
void append_elements(std::string& out, const Bytes& bytes) {
  std::string line = "    ";
  for (std::size_t i = 0; i < bytes.size() / sizeof(T); ++i) {
    const T value = element<T>(bytes, i);
    char text[32];
    char* end = text;
    if constexpr (std::is_same_v<T, float>) {
      end = fmt::format_to(end, "{:.9g}", value);
      if (std::string_view(text, static_cast<std::size_t>(end - text)).find_first_of(".e") == std::string_view::npos)
        end = fmt::format_to(end, ".0");
      end = fmt::format_to(end, "f");
    } else if constexpr (std::is_same_v<T, std::int32_t>) {
      end = value == INT32_MIN ? fmt::format_to(end, "(-2147483647 - 1)") : fmt::format_to(end, "{}", value);
    } else if constexpr (std::is_same_v<T, std::uint32_t>) {
      end = fmt::format_to(end, "{}u", value);
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
      end = fmt::format_to(end, "{}LL", value);
    } else {
      end = fmt::format_to(end, "{}", static_cast<int>(value));
    }
    const std::string_view literal(text, static_cast<std::size_t>(end - text));
    if (line.size() + literal.size() + 2 > 120) {
      line.back() = '\n';
      out += line;
      line = "    ";
    }
    line += literal;
    line += ", ";
  }
  line.resize(line.size() - 2);
  out += line + "\n";
}

std::size_t element_size(const std::string& c_type) {
  if (c_type == "int8_t" || c_type == "uint8_t") return 1;
  if (c_type == "int16_t" || c_type == "uint16_t") return 2;
  return c_type == "int64_t" ? 8 : 4;
}

std::string declaration(const Plan& plan, const Constant& constant) {
  return fmt::format("const {} {}_{}[{}]", constant.c_type, symbol_prefix(plan), constant.name,
                     constant.bytes.size() / element_size(constant.c_type));
}

}  // namespace

std::string emit_weights_header(const Plan& plan) {
  std::string guard = symbol_prefix(plan) + "_WEIGHTS_H";
  for (char& c : guard) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::string out =
      fmt::format("/* {}: constants, packed for the kernels. */\n#ifndef {}\n#define {}\n\n#include <stdint.h>\n\n",
                  plan.model, guard, guard);
  for (const Constant& constant : plan.constants) out += "extern " + declaration(plan, constant) + ";\n";
  return out + fmt::format("\n#endif /* {} */\n", guard);
}

std::string emit_weights(const Plan& plan, const EmitOptions& options) {
  std::string out = banner(plan, options, plan.model + ": constants, packed for the kernels.");
  out += fmt::format("#include \"{}_weights.h\"\n\n", symbol_prefix(plan));
  out +=
      "#if defined(__GNUC__)\n#define MOTE_ALIGN(n) __attribute__((aligned(n)))\n#else\n#define "
      "MOTE_ALIGN(n)\n#endif\n";
  for (const Constant& constant : plan.constants) {
    out += fmt::format("\n{} MOTE_ALIGN({}) = {{\n", declaration(plan, constant), constant.alignment);
    if (constant.c_type == "int8_t")
      append_elements<std::int8_t>(out, constant.bytes);
    else if (constant.c_type == "uint8_t")
      append_elements<std::uint8_t>(out, constant.bytes);
    else if (constant.c_type == "int16_t")
      append_elements<std::int16_t>(out, constant.bytes);
    else if (constant.c_type == "uint16_t")
      append_elements<std::uint16_t>(out, constant.bytes);
    else if (constant.c_type == "int32_t")
      append_elements<std::int32_t>(out, constant.bytes);
    else if (constant.c_type == "uint32_t")
      append_elements<std::uint32_t>(out, constant.bytes);
    else if (constant.c_type == "int64_t")
      append_elements<std::int64_t>(out, constant.bytes);
    else
      append_elements<float>(out, constant.bytes);
    out += "};\n";
  }
  return out;
}

}  // namespace mote
