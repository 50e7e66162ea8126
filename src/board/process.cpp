// See process.h. posix_spawn, two pipes and poll: no shell, so no quoting, and no unlimited wait.
#include "board/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <utility>

extern char** environ;

namespace mote {
namespace {

using Clock = std::chrono::steady_clock;

/// A descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    close();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  ~Descriptor() { close(); }
  int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
  std::string text;
};

bool open_pipe(Pipe& pipe) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return false;
  pipe.read = Descriptor(fds[0]);
  pipe.write = Descriptor(fds[1]);
  return true;
}

/// One read; closes the pipe at its end. Non-blocking when `drain` (the writer is gone but a grandchild may hold the
/// pipe).
bool read_some(Pipe& pipe, std::size_t limit) {
  char chunk[16384];
  const ssize_t n = ::read(pipe.read.get(), chunk, sizeof chunk);
  if (n > 0) {
    const std::size_t room = limit > pipe.text.size() ? limit - pipe.text.size() : 0;
    pipe.text.append(chunk, std::min(room, static_cast<std::size_t>(n)));
    return true;
  }
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return errno == EINTR;
  pipe.read.close();
  return false;
}

Result<pid_t> spawn(const std::vector<std::string>& command, const ProcessOptions& options, Pipe& out, Pipe& err) {
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const auto& argument : command) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, err.write.get(), 2);
  if (!options.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
  pid_t pid = 0;
  const int failed = ::posix_spawnp(&pid, command[0].c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed == ENOENT)
    return tool_failed("is not installed (not found in PATH); `./x build` installs what Mote needs", command[0]);
  if (failed != 0) return tool_failed(fmt::format("cannot be started: {}", std::strerror(failed)), command[0]);
  return pid;
}

void record_status(int status, ProcessEnd& end) {
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
}

}  // namespace

Result<ProcessEnd> run_process(const std::vector<std::string>& command, const ProcessOptions& options) {
  MOTE_CHECK(!command.empty());
  std::array<Pipe, 2> pipes;
  for (auto& pipe : pipes)
    if (!open_pipe(pipe)) return io_error(fmt::format("cannot make a pipe: {}", std::strerror(errno)), command[0]);

  const auto start = Clock::now();
  MOTE_TRY(const pid_t pid, spawn(command, options, pipes[0], pipes[1]));
  for (auto& pipe : pipes) pipe.write.close();

  ProcessEnd end;
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  bool exited = false;
  int status = 0;
  while (!exited) {
    std::array<pollfd, 2> waits{};
    nfds_t count = 0;
    for (auto& pipe : pipes)
      if (pipe.read.get() >= 0) waits[count++] = {pipe.read.get(), POLLIN, 0};
    // With both pipes closed the program is about to end: look often. Otherwise poll wakes as soon as there is
    // something.
    ::poll(waits.data(), count, count == 0 ? 1 : 50);
    for (nfds_t i = 0; i < count; ++i)
      if ((waits[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
        for (auto& pipe : pipes)
          if (pipe.read.get() == waits[i].fd) read_some(pipe, options.output_limit);
    exited = ::waitpid(pid, &status, WNOHANG) == pid;
    if (!exited && elapsed() > options.time_limit_s) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, &status, 0);
      end.timed_out = true;
      exited = true;
    }
  }
  for (auto& pipe : pipes) {  // what is still in the pipes, without waiting for grandchildren
    if (pipe.read.get() < 0) continue;
    ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
    while (read_some(pipe, options.output_limit)) {
    }
  }
  end.seconds = elapsed();
  if (!end.timed_out) record_status(status, end);
  end.out = std::move(pipes[0].text);
  end.err = std::move(pipes[1].text);
  return end;
}

std::string command_line(const std::vector<std::string>& command) {
  std::string line;
  for (const auto& argument : command) {
    if (!line.empty()) line += ' ';
    const bool plain = argument.find_first_of(" '\"$&;()<>|*?\\`") == std::string::npos && !argument.empty();
    line += plain ? argument : "'" + argument + "'";
  }
  return line;
}

}  // namespace mote
