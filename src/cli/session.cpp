// See session.h.
#include "cli/session.h"

#include <cstdio>
#include <memory>

namespace mote::cli {

void Session::say(const std::string& line) const {
  if (quiet) return;
  std::fputs(line.c_str(), stdout);
  if (line.empty() || line.back() != '\n') std::fputc('\n', stdout);
  std::fflush(stdout);
}

void Session::detail(const std::string& line) const {
  if (verbose) std::fprintf(stderr, "%s\n", line.c_str());
}

void Session::fail(const Error& error) {
  std::string line = error.to_string();
  // One error, one line: whatever a tool or a file name brought in.
  for (char& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  std::fprintf(stderr, "mote: %s\n", line.c_str());
  status = error.code == Code::DoesNotFit ? 1 : 2;
}

CLI::App* add_command(CLI::App& app, Session& session, const std::string& name, const std::string& help,
                      std::function<Result<int>()> body) {
  CLI::App* command = app.add_subcommand(name, help);
  command->callback([&session, body = std::move(body)] {
    const Result<int> result = body();
    if (result) {
      session.status = *result;
    } else {
      session.fail(result.error());
    }
  });
  return command;
}

}  // namespace mote::cli
