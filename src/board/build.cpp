// See build.h. The key of an object is a hash of the compiler's command, the source and every header it could include;
// the key of a firmware is a hash of its objects' keys, the linker script and the link command.
#include "board/build.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/files.h"
#include "board/glue.h"
#include "board/process.h"
#include "board/tools.h"

namespace mote {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t kMostCacheBytes = 1U << 30;
constexpr int kLeastStackBytes = 2048;  // less than this and the firmware counts as not fitting

/// FNV-1a, twice with different starting points: 128 bits against accidents, not against attackers.
class Key {
 public:
  Key& add(std::string_view text) {
    for (const char c : text) mix(static_cast<unsigned char>(c));
    mix(0x100);  // so that "ab","c" differs from "a","bc"
    return *this;
  }
  std::string text() const { return fmt::format("{:016x}{:016x}", a_, b_); }

 private:
  void mix(std::uint64_t value) {
    a_ = (a_ ^ value) * 0x100000001b3ULL;
    b_ = ((b_ ^ value) * 0x100000001b3ULL) ^ (b_ >> 29);
  }
  std::uint64_t a_ = 0xcbf29ce484222325ULL;
  std::uint64_t b_ = 0x9e3779b97f4a7c15ULL;
};

/// One compilation.
struct Unit {
  fs::path source;
  std::vector<std::string> command;  ///< without source and output
  std::string key;
  fs::path object;
};

fs::path runtime_folder() { return mote_home() / "device" / "runtime"; }

/// Text of all headers below `folder`, in the order of their paths.
Result<std::string> headers_text(const fs::path& folder) {
  std::vector<fs::path> headers;
  std::error_code ec;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ec))
    if (entry.path().extension() == ".h" || entry.path().extension() == ".inc") headers.push_back(entry.path());
  std::sort(headers.begin(), headers.end());
  std::string text;
  for (const auto& header : headers) {
    MOTE_TRY(const std::string content, read_text(header));
    text += header.lexically_relative(folder).string() + '\0' + content + '\0';
  }
  return text;
}

std::string replaced(std::string text, std::string_view from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// The linker script with the board's sizes at the emulator's addresses.
Result<std::string> linker_script(const Board& board) {
  MOTE_TRY(std::string text, read_text(runtime_folder() / board.target.link_script));
  const Emulator& emulator = board.target.emulator;
  text = replaced(text, "@FLASH_ADDRESS@", fmt::format("0x{:x}", emulator.flash.address));
  text = replaced(text, "@FLASH_BYTES@", std::to_string(board.flash.bytes));
  text = replaced(text, "@RAM_ADDRESS@", fmt::format("0x{:x}", emulator.ram.address));
  text = replaced(text, "@RAM_BYTES@", std::to_string(board.ram_bytes()));
  return replaced(text, "@STACK_BYTES@", std::to_string(kLeastStackBytes));
}

/// Keeps the cache below kMostCacheBytes by removing its oldest files; those of the last day stay, since they may be in
/// use.
void prune(const fs::path& cache) {
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  std::uintmax_t total = 0;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(cache, ec)) {
    total += entry.file_size(ec);
    files.emplace_back(entry.last_write_time(ec), entry.path());
  }
  if (total <= kMostCacheBytes) return;
  std::sort(files.begin(), files.end());
  const auto yesterday = fs::file_time_type::clock::now() - std::chrono::hours(24);
  for (const auto& [time, path] : files) {
    if (total <= kMostCacheBytes / 2 || time > yesterday) break;
    const std::uintmax_t size = fs::file_size(path, ec);
    if (!ec && fs::remove(path, ec)) total -= size;
  }
}

class Builder {
 public:
  Builder(const Board& board, const BuildOptions& options, const Project* project)
      : board_(board), options_(options), project_(project), cache_(cache_folder(options)) {}

  Result<fs::path> run() {
    std::error_code ec;
    fs::create_directories(cache_, ec);
    if (ec)
      return io_error(fmt::format("cannot make the build cache: {}; set MOTE_CACHE", ec.message()), cache_.string());
    MOTE_TRY_VOID(add_units());
    MOTE_TRY_VOID(compile_all());
    return link();
  }

 private:
  void log(const std::string& text) {
    if (!options_.log || text.empty()) return;
    const std::lock_guard lock(log_mutex_);
    options_.log(text);
  }

  Result<void> add(const fs::path& source, const std::vector<std::string>& flags, const std::string& headers) {
    MOTE_TRY(const std::string text, read_text(source));
    Unit unit{source, {board_.target.compiler}, {}, {}};
    unit.command.insert(unit.command.end(), flags.begin(), flags.end());
    Key key;
    // Folders come and go (-I), content stays: the key leaves paths of include folders out.
    for (const auto& part : unit.command)
      key.add(part.starts_with("-I") ? std::string_view("-I") : std::string_view(part));
    unit.key = key.add(text).add(headers).add(source.extension().string()).text();
    unit.object = cache_ / (unit.key + ".o");
    units_.push_back(std::move(unit));
    return {};
  }

  Result<void> add_units() {
    const TargetFile& target = board_.target;
    MOTE_TRY(const std::string runtime_headers, headers_text(runtime_folder()));
    std::vector<std::string> flags = target.cflags;
    if (options_.trace) flags.push_back("-DMOTE_TRACE_LAYERS");

    std::vector<std::string> runtime_flags = flags;
    for (const char* flag :
         {"-ffreestanding", "-fno-builtin", "-fno-tree-loop-distribute-patterns", "-Wall", "-Wextra"})
      runtime_flags.push_back(flag);
    runtime_flags.insert(runtime_flags.end(), target.runtime_cflags.begin(), target.runtime_cflags.end());
    runtime_flags.push_back("-I" + runtime_folder().string());
    MOTE_TRY_VOID(add(runtime_folder() / "harness.c", runtime_flags, runtime_headers));
    for (const auto& name : target.runtime) MOTE_TRY_VOID(add(runtime_folder() / name, runtime_flags, runtime_headers));

    std::string model_headers;
    if (project_ != nullptr) {
      MOTE_TRY(model_headers, headers_text(project_->folder));
      flags.insert(flags.end(), project_->cflags.begin(), project_->cflags.end());
      for (const auto& folder : project_->include_dirs)
        flags.push_back("-I" + fs::absolute(project_->folder / folder).lexically_normal().string());
      for (const auto& source : project_->sources) {
        const fs::path path = fs::absolute(project_->folder / source).lexically_normal();
        MOTE_TRY_VOID(add(path, flags, model_headers));
      }
      runtime_flags.push_back("-I" + fs::absolute(project_->folder).lexically_normal().string());
    }
    const std::string glue = project_ == nullptr ? empty_glue_source() : glue_source(*project_);
    const fs::path glue_path = cache_ / ("glue_" + Key().add(glue).text() + ".c");
    MOTE_TRY_VOID(write_text(glue_path, glue));
    return add(glue_path, runtime_flags, runtime_headers + model_headers);
  }

  Result<void> compile(const Unit& unit) {
    std::error_code ec;
    if (fs::exists(unit.object, ec)) return {};
    const fs::path temporary = cache_ / fmt::format("{}.{}.{}.tmp.o", unit.key, ::getpid(), temporaries_++);
    std::vector<std::string> command = unit.command;
    command.insert(command.end(), {"-c", unit.source.string(), "-o", temporary.string()});
    log(command_line(command));
    MOTE_TRY(const ProcessEnd end, run_process(command));
    log(end.err);
    if (!end.succeeded()) {
      fs::remove(temporary, ec);
      return compile_error(unit.source.filename().string(), end);
    }
    fs::rename(temporary, unit.object, ec);
    if (ec) return io_error(fmt::format("cannot write: {}", ec.message()), unit.object.string());
    return {};
  }

  /// Every unit, a few at a time; the error reported is that of the first unit in order that failed.
  Result<void> compile_all() {
    const unsigned wanted =
        options_.jobs > 0 ? static_cast<unsigned>(options_.jobs) : std::thread::hardware_concurrency();
    const std::size_t workers = std::clamp<std::size_t>(wanted, 1, units_.size());
    std::vector<std::optional<Error>> errors(units_.size());
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    const auto work = [&] {
      for (std::size_t i = next++; i < units_.size() && !failed; i = next++)
        if (auto done = compile(units_[i]); !done) {
          errors[i] = std::move(done).error();
          failed = true;
        }
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < workers; ++i) threads.emplace_back(work);
    work();
    for (auto& thread : threads) thread.join();
    for (auto& error : errors)
      if (error) return *std::move(error);
    return {};
  }

  Result<fs::path> link() {
    const TargetFile& target = board_.target;
    std::vector<std::string> command = {target.compiler};
    command.insert(command.end(), target.cflags.begin(), target.cflags.end());
    command.insert(command.end(), target.link_flags.begin(), target.link_flags.end());
    Key key;
    for (const auto& unit : units_) key.add(unit.key);
    for (const auto& part : command) key.add(part);
    for (const auto& library : target.libraries) key.add(library);
    if (!target.link_script.empty()) {
      MOTE_TRY(const std::string script, linker_script(board_));
      const fs::path path = cache_ / (Key().add(script).text() + ".ld");
      MOTE_TRY_VOID(write_text(path, script));
      key.add(script);
      command.insert(command.end(), {"-T", path.string()});
    }
    const fs::path elf = cache_ / (key.text() + ".elf");
    std::error_code ec;
    if (fs::exists(elf, ec)) return elf;
    const fs::path temporary = cache_ / fmt::format("{}.{}.tmp.elf", key.text(), ::getpid());
    for (const auto& unit : units_) command.push_back(unit.object.string());
    command.insert(command.end(), {"-o", temporary.string()});
    command.insert(command.end(), target.libraries.begin(), target.libraries.end());
    log(command_line(command));
    MOTE_TRY(const ProcessEnd end, run_process(command));
    log(end.err);
    if (!end.succeeded()) {
      fs::remove(temporary, ec);
      return link_error(end, project_, board_);
    }
    fs::rename(temporary, elf, ec);
    if (ec) return io_error(fmt::format("cannot write: {}", ec.message()), elf.string());
    prune(cache_);
    return elf;
  }

  const Board& board_;
  const BuildOptions& options_;
  const Project* project_;
  fs::path cache_;
  std::vector<Unit> units_;
  std::mutex log_mutex_;
  std::atomic<int> temporaries_{0};
};

}  // namespace

fs::path cache_folder(const BuildOptions& options) {
  if (!options.cache.empty()) return options.cache;
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return fs::path(value == nullptr ? "" : value);
  };
  if (const fs::path cache = variable("MOTE_CACHE"); !cache.empty()) return cache;
  if (const fs::path cache = variable("XDG_CACHE_HOME"); !cache.empty()) return cache / "mote";
  if (const fs::path home = variable("HOME"); !home.empty()) return home / ".cache" / "mote";
  return fs::path("/tmp") / fmt::format("mote-cache-{}", ::getuid());
}

Result<Firmware> build(const Project& project, const Board& board, const BuildOptions& options) {
  const auto& folders = board.target.target.folders;
  if (std::find(folders.begin(), folders.end(), project.target) == folders.end())
    return unsupported(
        fmt::format("was compiled for {} ({}), which {} cannot run; compile the model again with --board {}",
                    project.board, project.target, board.name, board.name),
        project.folder.string());
  MOTE_TRY(const fs::path elf, Builder(board, options, &project).run());
  return Firmware{board, project, elf, options.trace};
}

Result<Firmware> build_empty(const Board& board, const BuildOptions& options) {
  MOTE_TRY(const fs::path elf, Builder(board, options, nullptr).run());
  return Firmware{board, {}, elf, options.trace};
}

}  // namespace mote
