// `mote ops`: the operators that Mote knows, and for each the kernels there are.
#include "ops/ops.h"

#include <fmt/format.h>

#include "cli/session.h"
#include "kernels/kernel.h"

namespace mote::cli {

void add_ops(CLI::App& app, Session& session) {
  add_command(app, session, "ops", "List the supported operators", [&session]() -> Result<int> {
    session.say(fmt::format("{:<20} {}", "operator", "device kernels"));
    for (const OpDef* op : ops::all()) {
      std::string names;
      for (const KernelDef* kernel : kernels_for(*op))
        names += fmt::format("{}{}", names.empty() ? "" : ", ", kernel->name);
      if (names.empty()) names = op->layout_free ? "(none needed)" : "(folded away)";
      session.say(fmt::format("{:<20} {}", op->name, names));
    }
    return 0;
  });
}

}  // namespace mote::cli
