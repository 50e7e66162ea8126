// The C file that tells the harness about a model: tables of its inputs, outputs and functions.
// Where it stands: board; written by build from mote.json, compiled with the emitted folder.
#pragma once

#include <string>

#include "board/project.h"

namespace mote {

/// C99 text defining `mote_model` (device/runtime/mote_runtime.h).
std::string glue_source(const Project& project);

/// The same for a model without inputs, outputs and work.
std::string empty_glue_source();

}  // namespace mote
