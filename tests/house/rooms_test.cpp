// Holds the order of the rooms (docs/architecture.md): reads the #include lines of src/ and device/ and fails on a line
// that runs against the order, on a circle of headers, and on a library that has left the one room it belongs to.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/house/source_tree.h"

namespace mote::house {
namespace {

/// What each room may include, itself aside. A room that is missing here may not exist.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"base", {}},
    {"ir", {"base"}},
    {"ops", {"base", "ir"}},
    {"import", {"base", "ir", "ops"}},
    {"passes", {"base", "ir", "ops"}},
    {"data", {"base", "ir", "ops"}},
    {"tabular", {"base", "ir", "ops"}},
    {"train", {"base", "ir", "ops", "data", "passes", "tabular"}},
    {"kernels", {"base", "ir", "ops"}},
    {"plan", {"base", "ir", "ops", "kernels"}},
    {"emit", {"base", "ir", "ops", "kernels", "plan"}},
    {"board", {"base", "ir"}},
    {"report", {"base"}},
    {"toolchain", {"base", "ir", "ops", "import", "passes", "kernels", "plan", "emit", "board"}},
    {"search", {"base", "ir", "ops", "data", "train", "passes", "kernels", "plan", "board", "toolchain"}},
    {"cli",
     {"base", "ir", "ops", "import", "passes", "data", "train", "kernels", "plan", "emit", "board", "toolchain",
      "report", "search"}},
};

/// Third-party headers that must not spread: first path component -> the rooms that may include it.
const std::map<std::string, std::set<std::string>> kLibraries = {
    {"torch", {"train"}},  {"ATen", {"train"}},       {"c10", {"train"}},       {"flatbuffers", {"import"}},
    {"CLI", {"cli"}},      {"png.h", {"data"}},       {"jpeglib.h", {"data"}},  {"sndfile.h", {"data"}},
    {"pagmo", {"search"}}, {"sqlite3.h", {"search"}}, {"opencv2", {"tabular"}}, {"gtest", {}},
    {"benchmark", {}},
};

/// What C code for a chip may include besides its own folder: standard C of any freestanding or embedded library, and
/// the compiler's own intrinsics.
const std::set<std::string> kDeviceHeaders = {"limits.h",   "math.h",   "stdbool.h", "stddef.h",   "stdint.h",
                                              "stdalign.h", "string.h", "float.h",   "arm_acle.h", "arm_mve.h"};

std::string first_component(const std::string& path) { return path.substr(0, path.find('/')); }

TEST(House, RoomsIncludeOnlyWhatIsBelowThem) {
  const SourceTree tree;
  std::set<std::string> seen;
  for (const std::string& file : tree.files_under("src")) {
    const std::string room = first_component(file.substr(4));
    seen.insert(room);
    ASSERT_TRUE(kMayInclude.contains(room))
        << "src/" << room << " is no room of the house; docs/architecture.md lists them";
    for (const Include& include : tree.includes(file)) {
      const std::string target = first_component(include.path);
      if (!kMayInclude.contains(target)) continue;
      EXPECT_TRUE(target == room || kMayInclude.at(room).contains(target))
          << file << ":" << include.line << ": room " << room << " may not include " << include.path;
    }
  }
  EXPECT_TRUE(seen.contains("base") && seen.contains("cli")) << "found no sources: the test looks in the wrong place";
}

TEST(House, QuotedIncludesNameTheRoom) {
  const SourceTree tree;
  for (const std::string& file : tree.files_under("src")) {
    for (const Include& include : tree.includes(file)) {
      // A C program beside the C++ (QEMU's plugin) knows only itself; the FlatBuffers compiler writes into the build
      // folder.
      if (include.system || file.ends_with(".c") || include.path.ends_with("_generated.h")) continue;
      EXPECT_TRUE(kMayInclude.contains(first_component(include.path)))
          << file << ":" << include.line << ": write \"room/file.h\", not \"" << include.path << "\"";
    }
  }
}

TEST(House, LibrariesStayInTheirRooms) {
  const SourceTree tree;
  for (const std::string& file : tree.files_under("src")) {
    const std::string room = first_component(file.substr(4));
    for (const Include& include : tree.includes(file)) {
      const auto library = kLibraries.find(first_component(include.path));
      if (library == kLibraries.end()) continue;
      EXPECT_TRUE(library->second.contains(room))
          << file << ":" << include.line << ": <" << include.path << "> may not be included by room " << room;
    }
  }
}

TEST(House, NoCircleOfHeaders) {
  const SourceTree tree;
  std::map<std::string, std::vector<std::string>> edges;
  for (const std::string& file : tree.files_under("src")) {
    for (const Include& include : tree.includes(file)) edges[file].push_back("src/" + include.path);
  }
  enum class Mark { kNew, kOpen, kDone };
  std::map<std::string, Mark> marks;
  const std::function<void(const std::string&, const std::string&)> visit = [&](const std::string& file,
                                                                                const std::string& way) {
    Mark& mark = marks[file];
    ASSERT_NE(mark, Mark::kOpen) << "a circle of includes: " << way << file;
    if (mark == Mark::kDone) return;
    mark = Mark::kOpen;
    if (const auto next = edges.find(file); next != edges.end()) {
      for (const std::string& target : next->second) visit(target, way + file + " -> ");
    }
    marks[file] = Mark::kDone;
  };
  for (const auto& entry : edges) visit(entry.first, "");
}

TEST(House, ChipCodeIncludesOnlyStandardCAndItself) {
  const SourceTree tree;
  for (const std::string& file : tree.files_under("device")) {
    if (!file.ends_with(".c") && !file.ends_with(".h")) continue;
    for (const Include& include : tree.includes(file)) {
      if (include.system) {
        const bool posix =
            file.ends_with("_posix.c");  // the harness of board "host" is a program of an operating system
        EXPECT_TRUE(posix || kDeviceHeaders.contains(include.path))
            << file << ":" << include.line << ": <" << include.path << ">";
      } else {
        EXPECT_TRUE(tree.name_exists("device", include.path))
            << file << ":" << include.line << ": \"" << include.path << "\" is no file of device/";
      }
    }
  }
}

}  // namespace
}  // namespace mote::house
