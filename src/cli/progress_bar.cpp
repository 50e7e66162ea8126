// See progress_bar.h.
#include "cli/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace mote::cli {
namespace {

constexpr int kWidth = 30;
constexpr auto kRedraw = std::chrono::milliseconds(100);

}  // namespace

ProgressBar::ProgressBar(const Session& session)
    : session_(session),
      terminal_(!session.quiet && ::isatty(STDOUT_FILENO) == 1),
      began_(std::chrono::steady_clock::now()),
      last_(began_ - kRedraw) {}

ProgressBar::~ProgressBar() { clear(); }

void ProgressBar::clear() {
  if (drawn_) std::fputs("\r\033[K", stdout);
  std::fflush(stdout);
  drawn_ = false;
}

void ProgressBar::draw(double done, const std::string& text) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - last_ < kRedraw) return;
  last_ = now;
  const double elapsed = std::chrono::duration<double>(now - began_).count();
  const int left = done > 0.01 ? static_cast<int>(elapsed * (1 - done) / done) : 0;
  const auto full = static_cast<std::size_t>(done * kWidth);
  std::string bar(full, '=');
  if (full < kWidth) bar += '>';
  bar.resize(kWidth, ' ');
  fmt::print(stdout, "\r\033[K[{}] {:3.0f} %  {}  {:d}:{:02d} left", bar, done * 100, text, left / 60, left % 60);
  std::fflush(stdout);
  drawn_ = true;
}

void ProgressBar::line(const std::string& text) {
  clear();
  session_.say(text);
}

}  // namespace mote::cli
