// The [emulator] table of a target or board file. Where it stands: board; shared by target.cpp and board.cpp.
#pragma once

#include "board/fields.h"
#include "board/target.h"

namespace mote {

/// Reads the table; mistakes are remembered in `fields`.
Emulator read_emulator(Fields fields);

}  // namespace mote
