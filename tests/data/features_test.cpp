// Numbers of a table that become channels beside a record's own: their arithmetic, what is missing, what is refused.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "data/folder.h"
#include "data/measure.h"
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

TEST_F(Features, Logarithms) {
  const auto data = read({"log(before/after)", "log(after)", "log(record.range/before)"});
  ASSERT_TRUE(data.ok()) << data.error().to_string();
  const auto& values = data->samples[1].values;
  EXPECT_NEAR(values[1], std::log(4.0), 1e-6);
  EXPECT_NEAR(values[2], std::log(2.0), 1e-6);
  EXPECT_EQ(values[3], -2);                  // ln(1 / 8) is limited
  EXPECT_EQ(data->samples[0].values[1], 0);  // of a missing number
  EXPECT_EQ(data->samples[3].values[2], 0);
}

/// Five records of four rows of one group, the third three times as high and the fourth upside down.
class Usual : public Features {
 protected:
  void SetUp() override {
    Features::SetUp();
    std::string bytes;
    std::string table = "group,class,before\n";
    for (const auto& [high, before] : std::vector<std::pair<int, int>>{{2, 9}, {4, 9}, {12, 3}, {-4, 9}, {4, 9}}) {
      for (const int value : {1, 1 + high, 1, 1 - high}) bytes.push_back(static_cast<char>(value));
      table += fmt::format("p,{},{}\n", high < 0 ? "a" : "b", before);
    }
    test::put(root() / "beats.bin", bytes);
    test::put(root() / "beats.csv", table);
  }
  static FolderOptions options(std::vector<std::string> features) {
    FolderOptions options{.layout = "records", .format = "i8", .rows = 4, .features = std::move(features)};
    options.usual = 2;
    options.usual_if = {"before/median(before,8)>0.9"};
    options.features_alone = true;
    return options;
  }
};

TEST_F(Usual, FollowsWhatCounts) {
  const auto data = read_folder(
      root(), options({"record.range/usual.range", "record.similarity", "record.difference", "usual.range[0:2]"}));
  ASSERT_TRUE(data.ok()) << data.error().to_string();
  EXPECT_EQ(data->samples[0].shape, (Shape{1, 4}));
  ASSERT_EQ(data->channels.size(), 4U);
  const auto line = [&](std::size_t i) { return data->samples[i].values; };
  EXPECT_EQ(line(0), (std::vector<float>{1, 1, 0, 2}));  // itself, and it counts twice
  EXPECT_EQ(line(1), (std::vector<float>{2, 1, 1, 2}));  // (2 + 4) / 2 = 3 from here on
  EXPECT_EQ(line(2), (std::vector<float>{4, 1, 3, 3}));  // came early: does not count
  EXPECT_FLOAT_EQ(line(3)[0], 4.0F / 3);
  EXPECT_EQ(line(3)[1], -1);
  EXPECT_FLOAT_EQ(line(3)[2], 7.0F / 3);
  EXPECT_EQ(line(4)[3], 0.5F);  // (3 - 4) / 2 = -0.5
}

TEST_F(Usual, StandsBesideTheRecordAtItsScale) {
  FolderOptions beside = options({});
  beside.features_alone = false;
  beside.beside_usual = true;
  beside.standardise = true;
  const auto data = read_folder(root(), beside);
  ASSERT_TRUE(data.ok()) << data.error().to_string();
  EXPECT_EQ(data->samples[2].shape, (Shape{4, 2}));
  const float one = std::sqrt(2.0F);
  const std::vector<float> wanted = {0, 0, 4 * one, one, 0, 0, -4 * one, -one};
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(data->samples[2].values[i], wanted[i], 1e-6) << i;
}

TEST_F(Usual, ConditionsMustBeComparisons) {
  FolderOptions wrong = options({"record.similarity"});
  for (const char* text : {"before", "before>", "before>soon", "before>1 "}) {
    wrong.usual_if = {text};
    const auto data = read_folder(root(), wrong);
    ASSERT_FALSE(data.ok()) << text;
    EXPECT_EQ(data.error().to_string(),
              fmt::format("data.usual_if: \"{}\" is neither FEATURE<NUMBER nor FEATURE>NUMBER", text));
  }
  wrong.usual_if = {"record.similarity>0.5"};
  EXPECT_FALSE(read_folder(root(), wrong).ok());
}

TEST(Measures, OfAStretch) {
  const std::vector<float> record = {0, 0, 0, 0, 10, 8, 1, 0, 0, 0};
  const auto value = [&](const char* name) {
    const auto what = parse_measure(name);
    return what.ok() && what->has_value() ? measure(**what, record, record, 1) : -1;
  };
  EXPECT_EQ(value("record.slope"), 10);
  EXPECT_EQ(value("record.slope[5:10]"), 8);
  EXPECT_EQ(value("record.length"), (10 + 8 + 1 + 0 + 10 + 8) / 6.0);
  EXPECT_EQ(value("record.width[3:9]"), 2);
  EXPECT_EQ(value("usual.range[6:9]"), 1);
  EXPECT_EQ(value("record.slope[0:3]"), 0);
  EXPECT_EQ(value("record.difference"), 0);
  EXPECT_EQ(value("record.similarity[0:4]"), 0);  // constant
  EXPECT_FALSE(parse_measure("record.colour")->has_value());
}

TEST_F(Features, SayWhatIsWrong) {
  EXPECT_EQ(error("before+1"),
            "data.features: \"before+1\" is none of column, column/column, column/mean(column,8), log(column/column)");
  EXPECT_EQ(error("record.range[2:2]"), "data.features: \"record.range[2:2]\" has no rows");
  EXPECT_EQ(error("record.range[0:3]"), "data.features: \"record.range[0:3]\" reaches beyond the 2 rows of a record");
  EXPECT_EQ(error("record.similarity"),
            "data.features: \"record.similarity\" compares with the usual record: set data.usual, and not in "
            "data.usual_if");
  EXPECT_EQ(error("later"), "data/beats.csv: has no column \"later\"; it has group, class, before, after");
  EXPECT_EQ(error("before/mean(before,0)"), "data.features: \"before/mean(before,0)\" must go over 1 to 4096 lines");
  write("soon");
  EXPECT_EQ(error("before"), "data/beats.csv:2: \"soon\" in column before is not a number");
  write("nan");
  EXPECT_EQ(error("before"), "data/beats.csv:2: \"nan\" in column before is not a number");
}

}  // namespace
}  // namespace mote
