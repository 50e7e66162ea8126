// The options that every subcommand taking a model and a board has.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "toolchain/toolchain.h"

namespace mote::cli {

struct ModelOptions : CompileOptions {
  void add_to(CLI::App& command, const std::string& what = "A .tflite or .mir file", bool board_required = true);
};

}  // namespace mote::cli
