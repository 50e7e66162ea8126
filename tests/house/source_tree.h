// The repository's own files as the house tests see them: names, lines and #include lines, without build folders.
// Where it stands: tests/house; reads MOTE_TEST_SOURCE_DIR.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace mote::house {

struct Include {
  int line = 0;         ///< from 1
  std::string path;     ///< as written between the quotes or brackets
  bool system = false;  ///< written in angle brackets
};

/// Paths are relative to the repository's root, with forward slashes, sorted.
class SourceTree {
 public:
  SourceTree();
  std::vector<std::string> files_under(const std::string& folder) const;
  const std::vector<std::string>& files() const { return files_; }
  const std::vector<std::string>& lines(const std::string& file) const;
  std::vector<Include> includes(const std::string& file) const;
  /// Is there a file under `folder` whose path ends with the components of `name`?
  bool name_exists(const std::string& folder, const std::string& name) const;

 private:
  std::vector<std::string> files_;
  mutable std::map<std::string, std::vector<std::string>> lines_;
};

}  // namespace mote::house
