// The one place where Mote aborts: a broken invariant of its own (MOTE_CHECK), never user input.
#include "base/result.h"

#include <cstdio>

namespace mote {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "mote: internal check failed: %s (%s:%d); this is a bug, please report it\n", condition, file,
               line);
  std::abort();
}

}  // namespace mote
