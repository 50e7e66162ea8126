// `mote train` given what is wrong: one line that names the file, at once, and nothing left behind.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <optional>

#include "base/files.h"
#include "board/process.h"

namespace mote {
namespace {
namespace fs = std::filesystem;

constexpr const char* kProject =
    "name = \"t\"\nboards = [\"nano33ble\"]\n[data]\nfolder = \"data\"\ngroup = \"(p.)_\"\nrate_hz = 50\nwindow = 16\n"
    "stride = 8\n[network]\ntype = \"cnn1d\"\nchannels = [4, 4]\n[train]\nepochs = 1\n";

class TrainInput : public testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::create();
    ASSERT_TRUE(made.ok());
    folder_.emplace(std::move(*made));
    if (mote().err.find("without the trainer") != std::string::npos)
      GTEST_SKIP() << "this mote was built without the trainer";
    for (const char* name : {"a", "b"})
      for (int person = 0; person < 5; ++person) put(name, person, 32, *name == 'a' ? 1.0 : -1.0);
    std::ofstream(root() / "project.toml") << kProject;
  }
  fs::path root() const { return folder_->path(); }
  void put(const std::string& name, int person, int rows, double value) const {
    fs::create_directories(root() / "data" / name);
    std::ofstream file(root() / "data" / name / ("p" + std::to_string(person) + "_1.csv"));
    for (int t = 0; t < rows; ++t) file << value * (t % 4) << "," << t % 3 << "\n";
  }
  void write(const std::string& from, const std::string& to) const {
    std::string text = kProject;
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    std::ofstream(root() / "project.toml") << text.replace(at, from.size(), to);
  }
  ProcessEnd mote() const {
    auto end = run_process(
        {MOTE_PROGRAM, "-q", "train", (root() / "project.toml").string(), "-o", (root() / "out").string()}, {});
    EXPECT_TRUE(end.ok());
    return end.ok() ? *end : ProcessEnd{};
  }
  /// One line with these words and this exit status, and no folder.
  void refused(int status, const std::vector<std::string>& words) const {
    const ProcessEnd end = mote();
    EXPECT_EQ(end.exit_code, status) << end.err;
    EXPECT_EQ(std::count(end.err.begin(), end.err.end(), '\n'), 1) << end.err;
    for (const std::string& word : words) EXPECT_NE(end.err.find(word), std::string::npos) << word << ": " << end.err;
    EXPECT_FALSE(fs::exists(root() / "out"));
  }
  std::optional<TemporaryFolder> folder_;
};

TEST_F(TrainInput, TakesWhatIsRight) { EXPECT_EQ(mote().exit_code, 0); }

TEST_F(TrainInput, RefusesDataThatCannotBeLearntFrom) {
  std::ofstream(root() / "data/a/p3_1.csv") << "1,2\n1,nan\n";
  refused(2, {"data/a/p3_1.csv:2", "nan"});
  std::ofstream(root() / "data/a/p3_1.csv") << "1,2,3\n";
  refused(2, {"data/a/p3_1.csv", "1x3"});
  put("a", 3, 32, 1);
  fs::create_directories(root() / "data/c");
  refused(2, {"data/c", "no csv files"});
  put("c", 7, 32, 0);
  put("c", 8, 32, 0);
  write("[network]", "[split]\ntest = [\"p7\", \"p8\"]\n[network]");
  refused(2, {"\"c\"", "training"});
  write("window", "window");
  fs::remove_all(root() / "data/b");
  fs::remove_all(root() / "data/c");
  refused(2, {"data", "one class alone"});
  fs::remove_all(root() / "data");
  refused(2, {"data", "no such data folder"});
}

TEST_F(TrainInput, RefusesProjectsThatCannotBeMeant) {
  write("epochs = 1", "epochz = 1");
  refused(2, {"project.toml:13", "train.epochz"});
  write("nano33ble", "nano34ble");
  refused(2, {"project.toml", "nano34ble"});
}

/// Before it is trained: this one would take long.
TEST_F(TrainInput, RefusesANetworkThatNoBoardHolds) {
  write("[4, 4]", "[900, 900]");
  refused(1, {"project.toml", "nano33ble", "flash"});
  write("channels = [4, 4]", "channels = [900, 900]\n[compress]\nkeep_macs = 0.01");
  std::ofstream(root() / "data/a/p3_1.csv") << "x\n";
  refused(2, {"p3_1.csv"});  // judged by its data alone: what is pruned may fit
}

}  // namespace
}  // namespace mote
