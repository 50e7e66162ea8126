// Turns what compilers and linkers print into one clear error. Where it stands: board; used by build.
#pragma once

#include <string>

#include "base/result.h"
#include "board/board.h"
#include "board/process.h"
#include "board/project.h"

namespace mote {

/// The line of `output` that tells what went wrong ("x.c:3:1: error: ..."), or the first one, without trailing blanks.
std::string telling_line(const std::string& output);

/// The error of a compiler or linker that did not succeed.
Error compile_error(const std::string& source, const ProcessEnd& end);
/// DoesNotFit with the bytes over and the largest contributors when the linker ran out of a region, else ToolFailed.
Error link_error(const ProcessEnd& end, const Project* project, const Board& board);

}  // namespace mote
