// Mote's own version, "0.1.0": set by the build.
#pragma once

#include <string_view>

namespace mote {

std::string_view version();

}  // namespace mote
