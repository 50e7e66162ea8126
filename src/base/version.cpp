// See version.h.
#include "base/version.h"

namespace mote {

std::string_view version() { return MOTE_VERSION; }

}  // namespace mote
