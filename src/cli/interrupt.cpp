// See interrupt.h.
#include "cli/interrupt.h"

namespace mote::cli {
namespace {

volatile std::sig_atomic_t interrupted = 0;
void on_interrupt(int /*signal*/) { interrupted = 1; }

}  // namespace

InterruptWatch::InterruptWatch() {
  interrupted = 0;
  previous_ = std::signal(SIGINT, on_interrupt);
}

InterruptWatch::~InterruptWatch() { std::signal(SIGINT, previous_); }

bool InterruptWatch::asked() const { return interrupted != 0; }

}  // namespace mote::cli
