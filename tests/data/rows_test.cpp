// The layout "rows": every row of a CSV file is an example.
#include <gtest/gtest.h>

#include "data/folder.h"
#include "tests/data/helpers.h"

namespace mote {
namespace {

FolderOptions rows_options() {
  FolderOptions options;
  options.layout = "rows";
  return options;
}

class Rows : public testing::Test {
 protected:
  void SetUp() override {
    auto created = TemporaryFolder::create();
    ASSERT_TRUE(created.ok());
    folder_.emplace(std::move(*created));
  }
  std::string refused(const FolderOptions& options) const {
    const auto data = read_folder(folder_->path(), options);
    EXPECT_FALSE(data.ok());
    return data.ok() ? std::string() : data.error().to_string();
  }
  std::optional<TemporaryFolder> folder_;
};

TEST_F(Rows, TakesNumbersClassesAndBlocks) {
  // As R writes it: the header has no name for the first column.
  test::put(folder_->path() / "room.csv",
            "\"date\",\"light\",\"class\",\"co2\"\n\"1\",\"2015-02-04 17:51\",3,busy,400\n\"2\",\"x\",-1.5,empty,410\n"
            "\"3\",\"x\",0,empty,1e3\n");
  FolderOptions options = rows_options();
  options.block = 2;
  const auto data = read_folder(folder_->path(), options);
  ASSERT_TRUE(data.ok()) << data.error().to_string();
  EXPECT_EQ(data->classes, (std::vector<std::string>{"busy", "empty"}));
  EXPECT_EQ(data->channels, (std::vector<std::string>{"light", "co2"}));
  ASSERT_EQ(data->samples.size(), 3U);
  EXPECT_EQ(data->samples[1].values, (std::vector<float>{-1.5F, 410.0F}));
  EXPECT_EQ(data->samples[1].shape, (Shape{1, 2}));
  EXPECT_EQ(data->samples[1].label, 1);
  EXPECT_EQ(data->samples[1].group, "room#0001");
  EXPECT_EQ(data->samples[2].group, "room#0002");
}

TEST_F(Rows, TakesChosenColumnsAndAGroupColumn) {
  test::put(folder_->path() / "a.csv", "group,class,x,y\nhall,1,5,6\nroom,0,7,8\n");
  test::put(folder_->path() / "b.csv", "group,class,x,y\nhall,0,9,10\n");
  FolderOptions options = rows_options();
  options.columns = {"y"};
  options.rename = {"0=empty", "1=busy"};
  const auto data = read_folder(folder_->path(), options);
  ASSERT_TRUE(data.ok()) << data.error().to_string();
  ASSERT_EQ(data->samples.size(), 3U);
  EXPECT_EQ(data->channels, std::vector<std::string>{"y"});
  EXPECT_EQ(data->samples[2].values, std::vector<float>{10.0F});
  EXPECT_EQ(data->samples[2].group, "hall");
  EXPECT_EQ(data->classes[static_cast<std::size_t>(data->samples[0].label)], "busy");
}

TEST_F(Rows, NamesWhatIsWrong) {
  EXPECT_NE(refused(rows_options()).find("no file that fits"), std::string::npos);
  const auto file = folder_->path() / "a.csv";
  test::put(file, "x,y\n1,2\n");
  EXPECT_NE(refused(rows_options()).find("has no column \"class\""), std::string::npos);
  test::put(file, "x,class\n1,a\n,b\n");
  EXPECT_NE(refused(rows_options()).find("a.csv:3: column \"x\" is empty"), std::string::npos);
  test::put(file, "x,class\n1,a\nnan,b\n");
  EXPECT_NE(refused(rows_options()).find("a.csv:3: column \"x\" is nan"), std::string::npos);
  test::put(file, "x,class\n1,a\ntwo,b\n");
  EXPECT_NE(refused(rows_options()).find("\"two\" is not a number"), std::string::npos);
  test::put(file, "x,class\n1,a\n1,2,3\n");
  EXPECT_NE(refused(rows_options()).find("a.csv:3"), std::string::npos);
  test::put(file, "name,class\nu,a\nv,b\n");
  EXPECT_NE(refused(rows_options()).find("no column of numbers"), std::string::npos);
  test::put(file, "x,class\n1,a\n2,\n");
  EXPECT_NE(refused(rows_options()).find("column \"class\" is empty"), std::string::npos);
  test::put(file, "x,class\n1,a\n2,b\n");
  test::put(folder_->path() / "b.csv", "z,class\n1,a\n");
  EXPECT_NE(refused(rows_options()).find("b.csv"), std::string::npos);
}

}  // namespace
}  // namespace mote
