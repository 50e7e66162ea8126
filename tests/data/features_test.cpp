// Numbers of a table that become channels beside a record's own: their arithmetic, what is missing, what is refused.
#include <gtest/gtest.h>

#include <optional>

#include "data/folder.h"
#include "tests/data/helpers.h"

namespace mote {
namespace {

class Features : public testing::Test {
 protected:
  void SetUp() override {
    auto created = TemporaryFolder::create();
    ASSERT_TRUE(created.ok());
    folder_.emplace(std::move(*created));
    write("-1");
    test::put(root() / "beats.bin", std::string("\1\2\3\4\5\6\7\x08", 8));  // four records of two rows
  }
  void write(const std::string& first) const {
    test::put(root() / "beats.csv", "group,class,before,after\np,a," + first + ",4\np,b,8,2\nq,a,6,3\np,a,2,\n");
  }
  std::filesystem::path root() const { return folder_->path() / "data"; }
  Result<Dataset> read(std::vector<std::string> features) const {
    return read_folder(root(), {.layout = "records", .format = "i8", .rows = 2, .features = std::move(features)});
  }
  std::string error(const std::string& feature) const {
    const auto data = read({feature});
    std::string text = data.ok() ? "accepted" : data.error().to_string();
    for (std::size_t at; (at = text.find(root().string())) != std::string::npos;)
      text.replace(at, root().string().size(), "data");
    return text;
  }
  std::optional<TemporaryFolder> folder_;
};

TEST_F(Features, StandInEveryRow) {
  const auto data = read({"before", "before/after", "before/mean(before,2)"});
  ASSERT_TRUE(data.ok()) << data.error().to_string();
  EXPECT_EQ(data->samples[1].shape, (Shape{2, 4}));
  EXPECT_EQ(data->samples[0].values, (std::vector<float>{1, 0, 1, 1, 2, 0, 1, 1}));  // -1 is missing
  EXPECT_EQ(data->samples[1].values, (std::vector<float>{3, 8, 4, 1, 4, 8, 4, 1}));
  EXPECT_EQ(data->samples[2].values, (std::vector<float>{5, 6, 2, 1, 6, 6, 2, 1}));  // q has a mean of its own
  EXPECT_EQ(data->samples[3].values, (std::vector<float>{7, 2, 1, 0.4F, 8, 2, 1, 0.4F}));
}

TEST_F(Features, OfTheRecordItself) {
  const auto data = read({"record.range", "record.deviation/before"});
  ASSERT_TRUE(data.ok()) << data.error().to_string();
  EXPECT_EQ(data->samples[1].values, (std::vector<float>{3, 1, 0.0625F, 4, 1, 0.0625F}));
  const auto standard = read_folder(
      root(), {.layout = "records", .format = "i8", .rows = 2, .features = {"record.range"}, .standardise = true});
  ASSERT_TRUE(standard.ok()) << standard.error().to_string();
  EXPECT_EQ(standard->samples[1].values, (std::vector<float>{-1, 1, 1, 1}));
}

TEST_F(Features, MedianForgetsTheOldest) {
  write("8");
  const auto data = read({"before/median(before,3)"});
  ASSERT_TRUE(data.ok()) << data.error().to_string();
  EXPECT_EQ(data->samples[3].values[1], 0.25F);  // of 8, 8, 2
}

TEST_F(Features, SayWhatIsWrong) {
  EXPECT_EQ(error("before+1"), "data.features: \"before+1\" is none of column, column/column, column/mean(column,8)");
  EXPECT_EQ(error("later"), "data/beats.csv: has no column \"later\"; it has group, class, before, after");
  EXPECT_EQ(error("before/mean(before,0)"), "data.features: \"before/mean(before,0)\" must go over 1 to 4096 lines");
  write("soon");
  EXPECT_EQ(error("before"), "data/beats.csv:2: \"soon\" in column before is not a number");
  write("nan");
  EXPECT_EQ(error("before"), "data/beats.csv:2: \"nan\" in column before is not a number");
}

}  // namespace
}  // namespace mote
