// `mote compile MODEL --board BOARD -o DIR`: a self-contained C project.
#include <fmt/format.h>

#include "cli/model_options.h"
#include "cli/session.h"
#include "ir/graph_file.h"

namespace mote::cli {
namespace {

struct Options : ModelOptions {
  std::string output;
  std::string json;
};

Result<int> compile(const Options& options, const Session& session) {
  if (!options.stop_after.empty()) {
    MOTE_TRY(const Compiled optimised, optimise_model(options));
    MOTE_TRY_VOID(save_graph(optimised.graph, options.output));
    session.say(fmt::format("{} after {} -> {}", optimised.graph.name, options.stop_after, options.output));
    return 0;
  }
  MOTE_TRY(const Compiled compiled, compile_model(options));
  MOTE_TRY_VOID(write_project(compiled, options, options.output));
  if (!options.json.empty()) {
    MOTE_TRY(const std::string json, read_text(std::filesystem::path(options.output) / "mote.json"));
    MOTE_TRY_VOID(write_text(options.json, json));
  }
  const Plan& plan = compiled.plan;
  session.say(fmt::format("{}: {} layers, arena {} bytes, constants {} bytes -> {}", plan.model, plan.steps.size(),
                          plan.arena_bytes, plan.constant_bytes(), options.output));
  if (compiled.streaming) session.say(streaming_text(*compiled.streaming));
  if (session.verbose) session.detail(draw_memory(plan));
  return 0;
}

}  // namespace

void add_compile(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, session, "compile", "Write a self-contained C project for a board",
                                  [options, &session] { return compile(*options, session); });
  options->add_to(*command);
  command->add_option("-o,--output", options->output, "The folder to write (a .mir file with --stop-after)")
      ->required();
  command->add_option("--stop-after", options->stop_after, "Stop after this pass and write the graph as text");
  command->add_option("--json", options->json, "Write what the project holds as JSON (a copy of its mote.json)");
}

}  // namespace mote::cli
