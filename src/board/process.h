// Runs one program (compiler, linker, emulator, a host build) without a shell, with its output captured and a time
// limit. Where it stands: board; the only place of Mote that starts other programs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace mote {

struct ProcessOptions {
  std::filesystem::path folder;        ///< working folder; empty: the caller's
  double time_limit_s = 600;           ///< the program is killed after this many seconds
  std::size_t output_limit = 1 << 20;  ///< bytes kept of each of stdout and stderr; the rest is read and dropped
};

/// How a program ended. Exactly one of: timed_out, signal != 0, or a plain exit with `exit_code`.
struct ProcessEnd {
  int exit_code = 0;
  int signal = 0;
  bool timed_out = false;
  double seconds = 0;
  std::string out;
  std::string err;
  bool succeeded() const { return !timed_out && signal == 0 && exit_code == 0; }
};

/// `command[0]` is looked up in PATH. A ToolFailed error means that the program could not be started at all (not
/// installed); a program that ran and failed is a ProcessEnd. Safe to call from several threads at once.
Result<ProcessEnd> run_process(const std::vector<std::string>& command, const ProcessOptions& options = {});

/// The command as one line for logs.
std::string command_line(const std::vector<std::string>& command);

}  // namespace mote
