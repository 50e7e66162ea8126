// See files.h. Everything that touches the file system goes through std::filesystem with error codes, so nothing
// throws.
#include "base/files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace mote {
namespace fs = std::filesystem;
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

Error errno_error(const char* action, const fs::path& path) {
  return io_error(fmt::format("cannot {}: {}", action, std::strerror(errno)), path.string());
}

/// Replaces the content of an open temporary; the caller renames it.
Result<void> write_all(const fs::path& path, std::span<const std::uint8_t> bytes) {
  File file(std::fopen(path.c_str(), "wb"));
  if (!file) return errno_error("write", path);
  if (!bytes.empty() && std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size())
    return errno_error("write", path);
  if (std::fflush(file.get()) != 0) return errno_error("write", path);
  return {};
}

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

Result<Bytes> read_file(const fs::path& path) {
  std::error_code ec;
  if (fs::is_directory(path, ec)) return io_error("cannot read: is a folder, not a file", path.string());
  File file(std::fopen(path.c_str(), "rb"));
  if (!file) return errno_error("read", path);
  Bytes bytes;
  std::uint8_t chunk[65536];
  while (true) {
    const std::size_t n = std::fread(chunk, 1, sizeof chunk, file.get());
    bytes.insert(bytes.end(), chunk, chunk + n);
    if (n < sizeof chunk) break;
  }
  if (std::ferror(file.get()) != 0) return errno_error("read", path);
  return bytes;
}

Result<std::string> read_text(const fs::path& path) {
  MOTE_TRY(const Bytes bytes, read_file(path));
  return std::string(bytes.begin(), bytes.end());
}

Result<void> write_file(const fs::path& path, std::span<const std::uint8_t> bytes) {
  std::error_code ec;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), ec);
  if (ec) return io_error(fmt::format("cannot make its folder: {}", ec.message()), path.string());
  fs::path temporary = path;
  temporary += fmt::format(".{}.tmp", ::getpid());
  if (auto written = write_all(temporary, bytes); !written) {
    fs::remove(temporary, ec);
    return io_error(written.error().what, path.string());
  }
  fs::rename(temporary, path, ec);
  if (ec) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    return io_error(fmt::format("cannot write: {}", ec.message()), path.string());
  }
  return {};
}

Result<void> write_text(const fs::path& path, std::string_view text) { return write_file(path, as_bytes(text)); }

Result<FolderWriter> FolderWriter::create(const fs::path& target) {
  std::error_code ec;
  fs::path clean = fs::absolute(target, ec).lexically_normal();
  if (!clean.has_filename()) clean = clean.parent_path();
  if (fs::exists(clean, ec)) {
    if (!fs::is_directory(clean, ec))
      return io_error("exists and is not a folder; choose another output", target.string());
    if (!fs::is_empty(clean, ec) && !fs::exists(clean / "mote.json", ec))
      return io_error("exists, is not empty and was not written by mote; choose another folder or empty it",
                      target.string());
  }
  fs::create_directories(clean.parent_path(), ec);
  if (ec) return io_error(fmt::format("cannot make its parent folder: {}", ec.message()), target.string());
  const fs::path staging = clean.parent_path() / fmt::format(".{}.{}.tmp", clean.filename().string(), ::getpid());
  fs::remove_all(staging, ec);
  fs::create_directory(staging, ec);
  if (ec) return io_error(fmt::format("cannot write here: {}", ec.message()), target.string());
  return FolderWriter(clean, staging);
}

FolderWriter::FolderWriter(fs::path target, fs::path staging)
    : target_(std::move(target)), staging_(std::move(staging)) {}

FolderWriter::FolderWriter(FolderWriter&& other) noexcept
    : target_(std::move(other.target_)), staging_(std::exchange(other.staging_, {})) {}

FolderWriter::~FolderWriter() {
  std::error_code ec;
  if (!staging_.empty()) fs::remove_all(staging_, ec);
}

Result<void> FolderWriter::add(const fs::path& relative, std::string_view text) {
  const fs::path path = staging_ / relative;
  std::error_code ec;
  fs::create_directories(path.parent_path(), ec);
  return write_all(path, as_bytes(text));
}

Result<void> FolderWriter::commit() {
  std::error_code ec;
  // A rename cannot replace a non-empty folder, so the old one steps aside first and comes back if the second rename
  // fails.
  fs::path aside = staging_;
  aside += ".old";
  const bool existed = fs::exists(target_, ec);
  if (existed) fs::rename(target_, aside, ec);
  if (!ec) fs::rename(staging_, target_, ec);
  if (ec) {
    std::error_code ignored;
    if (existed && !fs::exists(target_, ignored)) fs::rename(aside, target_, ignored);
    return io_error(fmt::format("cannot write: {}", ec.message()), target_.string());
  }
  staging_.clear();
  if (existed) fs::remove_all(aside, ec);
  return {};
}

Result<TemporaryFolder> TemporaryFolder::create() {
  std::error_code ec;
  const fs::path base = fs::temp_directory_path(ec);
  std::string pattern = (base / "mote-XXXXXX").string();
  if (ec || ::mkdtemp(pattern.data()) == nullptr) return errno_error("make a temporary folder", base);
  return TemporaryFolder(pattern);
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ec;
  if (!path_.empty()) fs::remove_all(path_, ec);
}

fs::path mote_home() {
  if (const char* home = std::getenv("MOTE_HOME"); home != nullptr && *home != '\0') return home;
  return MOTE_SOURCE_DIR;
}

}  // namespace mote
