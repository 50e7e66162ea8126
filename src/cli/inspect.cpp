// `mote inspect MODEL [--json FILE]`: operators, shapes, quantisation, MACs, and what is unsupported and why.
#include "import/inspect.h"

#include "base/files.h"
#include "cli/session.h"

namespace mote::cli {
namespace {

struct Options {
  std::string model;
  std::string json;
};

/// 0 also for a model that Mote cannot take: telling why is the job.
Result<int> inspect(const Options& options, const Session& session) {
  MOTE_TRY(const std::string text, inspect_report(options.model, false));
  if (!options.json.empty()) {
    MOTE_TRY(const std::string json, inspect_report(options.model, true));
    MOTE_TRY_VOID(write_text(options.json, json));
  }
  session.say(text);
  return 0;
}

}  // namespace

void add_inspect(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, session, "inspect", "Show what a model is made of",
                                  [options, &session] { return inspect(*options, session); });
  command->add_option("MODEL", options->model, "A .tflite or .mir file")->required();
  command->add_option("--json", options->json, "Write the report as JSON");
}

}  // namespace mote::cli
