// A bar on a terminal, plain lines otherwise: how long work shows that it lives.
#pragma once

#include <chrono>
#include <string>

#include "cli/session.h"

namespace mote::cli {

class ProgressBar {
 public:
  explicit ProgressBar(const Session& session);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Redraws the bar (terminal only): `done` in 0..1, `text` behind it. The time left is extrapolated from `done`.
  void draw(double done, const std::string& text);
  /// A line that stays: above the bar on a terminal, a plain line otherwise.
  void line(const std::string& text);

 private:
  void clear();
  const Session& session_;
  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace mote::cli
