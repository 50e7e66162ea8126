// Holds the rules of style that a machine can hold: every file opens by saying what it is, none grows past 600 lines,
// and nothing committed names a package registry's host or a path of somebody's machine, or leaves a note to finish
// later.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>
#include <string>

#include "tests/house/source_tree.h"

namespace mote::house {
namespace {

constexpr std::size_t kMostLines = 600;

bool is_code(const std::string& file) {
  static const std::set<std::string> kEndings = {".cpp", ".h", ".c", ".inc", ".py", ".S", ".js", ".mjs"};
  const std::size_t dot = file.rfind('.');
  return dot != std::string::npos && kEndings.contains(file.substr(dot));
}

bool is_text(const std::string& file) {
  static const std::set<std::string> kEndings = {".md", ".txt", ".toml", ".json", ".cmake",
                                                 ".sh", ".ld",  ".css",  ".html", ".csv"};
  const std::size_t dot = file.rfind('.');
  return is_code(file) || file == "x" || file.starts_with(".ci/") || file.find('.') == std::string::npos ||
         (dot != std::string::npos && kEndings.contains(file.substr(dot)));
}

/// A file that git ignores by place (see .gitignore) never gets here; the lock file's lines are npm's own.
bool has_style(const std::string& file) { return is_code(file) && file != "package-lock.json"; }

TEST(Style, FilesStayShort) {
  const SourceTree tree;
  for (const std::string& file : tree.files()) {
    if (!has_style(file)) continue;
    EXPECT_LE(tree.lines(file).size(), kMostLines) << file << " wants to be two files";
  }
}

TEST(Style, EveryFileOpensByWhatItIs) {
  const SourceTree tree;
  int looked_at = 0;
  for (const std::string& file : tree.files()) {
    if (!has_style(file)) continue;
    ++looked_at;
    ASSERT_FALSE(tree.lines(file).empty()) << file << " is empty";
    const auto& lines = tree.lines(file);
    const std::string& first = lines[lines[0].starts_with("#!") && lines.size() > 1 ? 1 : 0];
    EXPECT_TRUE(first.starts_with("//") || first.starts_with("/*") || first.starts_with("#") ||
                first.starts_with("\"\"\""))
        << file << " should open with a comment that says what it does and where it stands";
    EXPECT_FALSE(first.starts_with("#include") || first.starts_with("#pragma") || first.starts_with("#ifndef")) << file;
  }
  EXPECT_GT(looked_at, 20) << "found almost no sources: the test looks in the wrong place";
}

TEST(Style, NothingCommittedNamesARegistryOrAMachine) {
  // Written in pieces so that this file passes its own test.
  const std::regex forbidden(std::string("py") + R"(pi\.org|python)" + R"(hosted\.org|regis)" + R"(try\.npm|npm)" +
                             R"(js\.(com|org)|deb\.deb)" + R"(ian\.org|crates)" + R"(\.io\b|proxy\.gol)" +
                             R"(ang|mav)" + R"(en\.org|(^|[\s"'=(:`])/(wo)" + R"(rk|ro)" + R"(ot|ho)" + R"(me)/)");
  const SourceTree tree;
  for (const std::string& file : tree.files()) {
    if (!is_text(file)) continue;
    int number = 0;
    for (const std::string& line : tree.lines(file)) {
      ++number;
      if (line.size() > 2000) continue;  // a table of numbers, and std::regex recurses per character
      std::smatch match;
      EXPECT_FALSE(std::regex_search(line, match, forbidden)) << file << ":" << number << ": " << match.str();
    }
  }
}

TEST(Style, NothingIsLeftForLater) {
  const std::regex note(std::string(R"(\b(TO)") + R"(DO|FIX)" + R"(ME|XX)" + R"(X|HA)" + R"(CK)\b)");
  const SourceTree tree;
  for (const std::string& file : tree.files()) {
    if (!has_style(file)) continue;
    int number = 0;
    for (const std::string& line : tree.lines(file)) {
      ++number;
      if (line.size() > 2000) continue;
      EXPECT_FALSE(std::regex_search(line, note)) << file << ":" << number << ": file an issue instead of a note";
    }
  }
}

}  // namespace
}  // namespace mote::house
