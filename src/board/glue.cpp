// See glue.h.
#include "board/glue.h"

#include <fmt/format.h>

namespace mote {
namespace {

std::string port_table(const char* name, const std::vector<ProjectPort>& ports) {
  std::string functions;
  std::string rows;
  for (const auto& port : ports) {
    // The cast drops const: the harness only reads from outputs.
    functions += fmt::format("static void *{0}_at(void) {{ return (void *){0}(); }}\n", port.function);
    rows += fmt::format("  {{{}_at, {}}},\n", port.function, port.bytes);
  }
  if (ports.empty()) rows = "  {0, 0}\n";  // C has no empty tables
  return fmt::format("{}static const struct mote_port {}[] = {{\n{}}};\n", functions, name, rows);
}

}  // namespace

std::string glue_source(const Project& project) {
  return fmt::format(
      "/* Written by mote: the harness's view of the model. */\n#include \"mote_runtime.h\"\n#include \"{}\"\n{}{}"
      "static int run_invoke(void) {{ return {}(); }}\nstatic void run_reset(void) {{ {}(); }}\n"
      "const struct mote_model mote_model = {{inputs, {}, outputs, {}, run_reset, run_invoke}};\n",
      project.header, port_table("inputs", project.inputs), port_table("outputs", project.outputs), project.invoke,
      project.reset, project.inputs.size(), project.outputs.size());
}

std::string empty_glue_source() {
  return "/* Written by mote: the firmware without a model. */\n#include \"mote_runtime.h\"\n"
         "static int run_invoke(void) { return 0; }\nstatic void run_reset(void) {}\n"
         "const struct mote_model mote_model = {0, 0, 0, 0, run_reset, run_invoke};\n";
}

}  // namespace mote
