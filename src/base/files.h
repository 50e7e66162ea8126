// Reading and writing files and folders so that outputs appear whole or not at all.
// Where it stands: base; used by importers, the emitter and the command line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mote {

using Bytes = std::vector<std::uint8_t>;

/// The whole file; Io error naming the path if it cannot be read.
Result<Bytes> read_file(const std::filesystem::path& path);
Result<std::string> read_text(const std::filesystem::path& path);

/// Writes to a sibling temporary and renames it over `path`: readers see the old file or the new one, never half of
/// one.
Result<void> write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
Result<void> write_text(const std::filesystem::path& path, std::string_view text);

/// A folder under construction. Files are added to a hidden sibling of `target`; `commit` moves it into place
/// (replacing what stood there only if that was an empty folder or one that Mote wrote, marked by a file `mote.json`);
/// destruction without commit removes every trace.
class FolderWriter {
 public:
  static Result<FolderWriter> create(const std::filesystem::path& target);
  FolderWriter(FolderWriter&& other) noexcept;
  FolderWriter& operator=(FolderWriter&&) = delete;
  ~FolderWriter();

  /// `relative` may name sub-folders, which are made.
  Result<void> add(const std::filesystem::path& relative, std::string_view text);
  const std::filesystem::path& path() const { return staging_; }
  Result<void> commit();

 private:
  FolderWriter(std::filesystem::path target, std::filesystem::path staging);
  std::filesystem::path target_;
  std::filesystem::path staging_;
};

/// A fresh private folder under the system's temporary folder, removed with all it holds on destruction.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> create();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// The root of Mote's own data (device/, boards/, apps/): $MOTE_HOME, or the source tree that this program was built
/// from.
std::filesystem::path mote_home();

}  // namespace mote
