// What every subcommand shares: verbosity, exit status, and how errors reach the person. Contract:
// docs/command_line.md.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "base/result.h"

namespace mote::cli {

struct Session {
  bool quiet = false;
  bool verbose = false;
  int status = 0;  ///< of the process: 0 done, 1 the answer is no, 2 bad usage or input

  /// A line on standard output, unless -q.
  void say(const std::string& line) const;
  /// A line on standard error, only with -v.
  void detail(const std::string& line) const;
  /// One line on standard error, and the status that its code asks for.
  void fail(const Error& error);
};

/// Adds a subcommand whose work is `body`: it returns the exit status (0 or 1) or an error.
CLI::App* add_command(CLI::App& app, Session& session, const std::string& name, const std::string& help,
                      std::function<Result<int>()> body);

// One per subcommand, each in the file of its name.
void add_boards(CLI::App& app, Session& session);
void add_compile(CLI::App& app, Session& session);
void add_compress(CLI::App& app, Session& session);
void add_demo(CLI::App& app, Session& session);
void add_evaluate(CLI::App& app, Session& session);
void add_inspect(CLI::App& app, Session& session);
void add_ops(CLI::App& app, Session& session);
void add_profile(CLI::App& app, Session& session);
void add_search(CLI::App& app, Session& session);
void add_run(CLI::App& app, Session& session);
void add_train(CLI::App& app, Session& session);
void add_verify(CLI::App& app, Session& session);

}  // namespace mote::cli
