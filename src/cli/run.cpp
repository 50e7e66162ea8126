// `mote run MODEL|DIR --board BOARD --input X.npy`: builds it, runs it on the board's emulator, brings the outputs
// back.
#include "board/run.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "board/measure.h"
#include "cli/measured.h"
#include "cli/model_options.h"
#include "cli/samples.h"
#include "cli/session.h"

namespace mote::cli {
namespace {

struct Options : ModelOptions {
  std::vector<std::string> inputs;
  std::string output;
  std::string json;
  bool real = false;
};

/// The first values of each output of the first samples, for a person who gave no --output.
void show(const Session& session, const std::vector<ProjectPort>& ports, const Samples& samples, bool real) {
  for (std::size_t p = 0; p < ports.size(); ++p) {
    const NpyArray array = to_array(ports[p], samples.data[p], samples.count, real);
    const std::int64_t per_sample = array.elements() / samples.count;
    for (std::int64_t s = 0; s < std::min<std::int64_t>(samples.count, 8); ++s) {
      std::string line = fmt::format("{}[{}]:", ports[p].name, s);
      for (std::int64_t i = 0; i < std::min<std::int64_t>(per_sample, 16); ++i)
        line += " " + element_text(array, s * per_sample + i);
      session.say(line + (per_sample > 16 ? " ..." : ""));
    }
    if (samples.count > 8) session.say(fmt::format("... {} samples in all; --output Y.npy writes them", samples.count));
  }
}

Result<int> run_command(const Options& options, const Session& session) {
  MOTE_TRY(const ProjectSource source, open_project(options));
  MOTE_TRY(Samples samples, read_samples(source.project.inputs, options.inputs, options.real));
  MOTE_TRY(const MeasureResult result,
           measure(source.project, source.board, samples.data, build_options(session), run_options(session)));
  const Samples outputs{samples.count, result.run.outputs};
  if (!options.output.empty()) {
    MOTE_TRY_VOID(write_samples(source.project.outputs, outputs, options.output, options.real));
  } else {
    show(session, source.project.outputs, outputs, options.real);
  }
  if (!options.json.empty()) MOTE_TRY_VOID(write_text(options.json, to_json(result.report).dump(1) + "\n"));
  session.say(summary(result.report));
  return 0;
}

}  // namespace

void add_run(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, session, "run", "Run a model on a board's emulator",
                                  [options, &session] { return run_command(*options, session); });
  options->add_to(*command, "A .tflite or .mir file, or a folder that `mote compile` wrote");
  command->add_option("--input", options->inputs, "X.npy, or NAME=X.npy once for each input")->required();
  command->add_option("--output", options->output, "Where to write the outputs (.npy)");
  command->add_flag("--real", options->real,
                    "Values are real numbers, quantised on the way in and back on the way out");
  command->add_option("--json", options->json, "Write the report as JSON");
}

}  // namespace mote::cli
