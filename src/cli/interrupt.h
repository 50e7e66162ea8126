// Ctrl-C during long work: it is asked for once, and the work ends with the best it has. Where it stands: cli; train
// and search hold one while they run.
#pragma once

#include <csignal>

namespace mote::cli {

class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  /// Whether SIGINT came since it was made.
  bool asked() const;

 private:
  void (*previous_)(int);
};

}  // namespace mote::cli
