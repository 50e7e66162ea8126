// A data folder on disk: what is read, and the one line for each thing that may be wrong with it.
#include "data/folder.h"

#include <gtest/gtest.h>

#include <optional>

#include "tests/data/helpers.h"

namespace mote {
namespace {

class Folder : public testing::Test {
 protected:
  void SetUp() override {
    auto created = TemporaryFolder::create();
    ASSERT_TRUE(created.ok());
    folder_.emplace(std::move(*created));
    test::put(root() / "run/p1_1.csv", "x,y\n1,2\n3,4\n");
    test::put(root() / "run/p2_1.csv", "x,y\n5,6\n");
    test::put(root() / "walk/p1_1.csv", "x,y\n7,8\n");
    test::put(root() / "walk/notes.txt", "not data");
    test::put(root() / "README.md", "not a class");
    test::put(root() / ".git/config", "not a class either");
  }
  std::filesystem::path root() const { return folder_->path() / "data"; }
  /// The error, without the temporary folder's path.
  std::string error(const FolderOptions& options = {}) const {
    const auto data = read_folder(root(), options);
    if (data.ok()) return "accepted";
    std::string text = data.error().to_string();
    for (std::size_t at; (at = text.find(root().string())) != std::string::npos;)
      text.replace(at, root().string().size(), "data");
    return text;
  }
  std::optional<TemporaryFolder> folder_;
};

TEST_F(Folder, ReadsClassesGroupsAndValues) {
  const auto data = read_folder(root(), {});
  ASSERT_TRUE(data.ok()) << data.error().to_string();
  EXPECT_EQ(data->classes, (std::vector<std::string>{"run", "walk"}));
  EXPECT_EQ(data->channels, (std::vector<std::string>{"x", "y"}));
  ASSERT_EQ(data->samples.size(), 3U);
  EXPECT_EQ(data->samples[0].shape, (Shape{2, 2}));
  EXPECT_EQ(data->samples[0].group, "p1");
  EXPECT_EQ(data->samples[1].group, "p2");
  EXPECT_EQ(data->samples[2].label, 1);
  EXPECT_EQ(data->samples[2].values, (std::vector<float>{7, 8}));
}

TEST_F(Folder, GroupByPattern) {
  const auto data = read_folder(root(), {.format = "csv", .group = "_([0-9]+)$"});
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(data->samples[0].group, "1");
  EXPECT_EQ(error({.format = "csv", .group = "(x"}),
            "data.group: \"(x\" is not a regular expression, or too hard a one");
  EXPECT_EQ(error({.format = "csv", .group = "p"}), "data.group: \"p\" needs a (bracket) around the group");
  EXPECT_EQ(error({.format = "csv", .group = "^(q)"}),
            "data/run/p1_1.csv: \"p1_1\" does not match data.group, so nobody knows whom it belongs to");
}

TEST_F(Folder, ReportsWhatIsWrong) {
  test::put(root() / "stand/empty.txt", "");
  EXPECT_EQ(error(), "data/stand: this class has no csv files");
  test::put(root() / "stand/p1_1.csv", "x,y\n1,nan\n");
  EXPECT_EQ(error(), "data/stand/p1_1.csv:2: column \"y\" is nan; repair or remove the row");
  test::put(root() / "stand/p1_1.csv", "x\n1\n");
  EXPECT_EQ(error(), "data/stand/p1_1.csv: has columns x where data/run/p1_1.csv has x,y");
}

TEST_F(Folder, UnlabelledRecordingsAreOfNoClass) {
  test::put(root() / "spare/p3_1.csv", "x,y\n9,10\n");
  FolderOptions options;
  options.unlabelled = "spare";  // between the classes
  for (const auto& classes : {std::vector<std::string>{}, {"walk", "run"}}) {
    options.classes = classes;
    const auto data = read_folder(root(), options);
    ASSERT_TRUE(data.ok()) << data.error().to_string();
    EXPECT_EQ(data->classes, classes.empty() ? (std::vector<std::string>{"run", "walk"}) : classes);
    ASSERT_EQ(data->samples.size(), 3U);
    EXPECT_EQ(data->samples[0].label, classes.empty() ? 0 : 1);
    EXPECT_EQ(data->samples[2].label, classes.empty() ? 1 : 0);
    ASSERT_EQ(data->unlabelled.size(), 1U);
    EXPECT_EQ(data->unlabelled[0].label, kUnlabelled);
    EXPECT_EQ(data->unlabelled[0].group, "p3");
    EXPECT_EQ(data->unlabelled[0].values, (std::vector<float>{9, 10}));
  }
  options.classes.clear();
  options.unlabelled = "attic";
  EXPECT_EQ(read_folder(root(), options)->classes.size(), 3U) << "other data may have no unlabelled recordings";
  options.unlabelled = "spare";
  test::put(root() / "spare/p3_2.csv", "x,y\n1,nan\n");
  EXPECT_EQ(error(options), "data/spare/p3_2.csv:2: column \"y\" is nan; repair or remove the row");
}

TEST_F(Folder, MissingOrEmpty) {
  EXPECT_NE(read_folder(root() / "nowhere", {}).error().to_string().find("there is no such data folder"),
            std::string::npos);
  std::filesystem::create_directories(root() / "none/inner");
  EXPECT_NE(read_folder(root() / "none/inner", {}).error().to_string().find("has no sub-folder"), std::string::npos);
}

}  // namespace
}  // namespace mote
