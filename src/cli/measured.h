// What run, verify and profile share around a measurement: how Mote builds and runs for this session, and the closing
// lines.
#pragma once

#include <string>

#include "board/measure.h"
#include "cli/session.h"

namespace mote::cli {

BuildOptions build_options(const Session& session);
RunOptions run_options(const Session& session);

/// Two lines: instructions, cycles, time and energy; then RAM and flash.
std::string summary(const Report& report);

}  // namespace mote::cli
