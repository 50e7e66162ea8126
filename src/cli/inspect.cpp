// `mote inspect MODEL`: operators, shapes, quantisation, MACs, and what is unsupported and why.
#include "cli/session.h"
#include "import/import.h"

namespace mote::cli {

void add_inspect(CLI::App& app, Session& session) {
  auto model = std::make_shared<std::string>();
  CLI::App* command =
      add_command(app, session, "inspect", "Show what a model is made of", [model, &session]() -> Result<int> {
        MOTE_TRY(const Graph graph, import_file(*model));
        session.say(graph.name);
        return 0;
      });
  command->add_option("MODEL", *model, "A .tflite or .mir file")->required();
}

}  // namespace mote::cli
