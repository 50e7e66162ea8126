// Walks the source tree once, leaving out what .gitignore leaves out.
#include "tests/house/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

namespace mote::house {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = MOTE_TEST_SOURCE_DIR;

bool ignored(const std::string& name) {
  static const std::set<std::string> kNames = {".git", ".cache", "out", "node_modules", "__pycache__"};
  return kNames.contains(name) || name.starts_with("build");
}

}  // namespace

SourceTree::SourceTree() {
  for (auto entry = fs::recursive_directory_iterator(kRoot); entry != fs::recursive_directory_iterator(); ++entry) {
    if (entry->is_directory() && ignored(entry->path().filename().string())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && entry->path().filename() != ".git") {  // in a worktree .git is a file
      files_.push_back(fs::relative(entry->path(), kRoot).generic_string());
    }
  }
  std::sort(files_.begin(), files_.end());
}

std::vector<std::string> SourceTree::files_under(const std::string& folder) const {
  std::vector<std::string> found;
  for (const std::string& file : files_) {
    if (file.starts_with(folder + "/")) found.push_back(file);
  }
  return found;
}

const std::vector<std::string>& SourceTree::lines(const std::string& file) const {
  const auto [entry, added] = lines_.try_emplace(file);
  if (added) {
    std::ifstream stream(kRoot / file);
    for (std::string line; std::getline(stream, line);) entry->second.push_back(line);
  }
  return entry->second;
}

std::vector<Include> SourceTree::includes(const std::string& file) const {
  static const std::regex kInclude(R"(^\s*#\s*include\s*(["<])([^">]+)[">].*)");
  std::vector<Include> found;
  int number = 0;
  for (const std::string& line : lines(file)) {
    ++number;
    std::smatch match;
    if (line.find("include") != std::string::npos && std::regex_match(line, match, kInclude)) {
      found.push_back({number, match[2], match[1] == "<"});
    }
  }
  return found;
}

bool SourceTree::name_exists(const std::string& folder, const std::string& name) const {
  return std::any_of(files_.begin(), files_.end(), [&](const std::string& file) {
    return file.starts_with(folder + "/") && (file.ends_with("/" + name));
  });
}

}  // namespace mote::house
