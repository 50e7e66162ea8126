// The CSV reader: what it takes, and one clear line for everything else.
#include "data/csv.h"

#include <gtest/gtest.h>

namespace mote {
namespace {

std::string error_of(const std::string& text) {
  const auto table = parse_csv(text, "a.csv");
  return table.ok() ? "accepted" : table.error().to_string();
}

TEST(Csv, ReadsHeaderAndRows) {
  const auto table = parse_csv("ax, ay\r\n1,-2.5\n3e1,+4\n\n", "a.csv");
  ASSERT_TRUE(table.ok()) << table.error().to_string();
  EXPECT_EQ(table->names, (std::vector<std::string>{"ax", "ay"}));
  EXPECT_EQ(table->rows, 2U);
  EXPECT_EQ(table->values, (std::vector<float>{1, -2.5F, 30, 4}));
}

TEST(Csv, ReadsWithoutHeaderAndOtherSeparators) {
  const auto semicolon = parse_csv(
      "\xEF\xBB\xBF"
      "1;2;3",
      "a.csv");
  ASSERT_TRUE(semicolon.ok());
  EXPECT_TRUE(semicolon->names.empty());
  EXPECT_EQ(semicolon->columns, 3U);
  const auto tab = parse_csv("1\t2\n3\t4\n", "a.csv");
  ASSERT_TRUE(tab.ok());
  EXPECT_EQ(tab->rows, 2U);
  const auto single = parse_csv("7\n8\n", "a.csv");
  ASSERT_TRUE(single.ok());
  EXPECT_EQ(single->columns, 1U);
}

TEST(Csv, NamesFileAndLineOfWhatIsWrong) {
  EXPECT_EQ(error_of("a,b\n1,2\n1,2,3\n"), "a.csv:3: has 3 values where the first line has 2 columns");
  EXPECT_EQ(error_of("a,b\n1,2\n\n1,2\n"), "a.csv:3: has 1 values where the first line has 2 columns");
  EXPECT_EQ(error_of("a,b\n1,x\n"), "a.csv:2: column \"b\": \"x\" is not a number");
  EXPECT_EQ(error_of("1,2\n1,nan\n"), "a.csv:2: column 2 is nan; repair or remove the row");
  EXPECT_EQ(error_of("1,2\ninf,2\n"), "a.csv:2: column 1 is inf; repair or remove the row");
  EXPECT_EQ(error_of("a,b\n1,\n"), "a.csv:2: column \"b\" is empty; fill the gap or remove the row");
  EXPECT_EQ(error_of("1,2e99\n"), "a.csv:1: column 2: \"2e99\" is not a number");
  EXPECT_EQ(error_of("a,\n1,2\n"), "a.csv:1: the header line has a column without a name");
  EXPECT_EQ(error_of("a,b\n"), "a.csv: holds no rows of numbers");
  EXPECT_EQ(error_of(""), "a.csv: holds no rows of numbers");
}

TEST(Csv, SurvivesArbitraryBytes) {
  std::string text;
  for (int i = 0; i < 4096; ++i) text += static_cast<char>((i * 7919) ^ (i >> 3));
  for (std::size_t length = 0; length < text.size(); length += 13) (void)parse_csv(text.substr(0, length), "x");
}

TEST(Csv, TextTableFindsColumns) {
  const auto table = parse_text_csv("file,label\na.wav,yes\n", "labels.csv");
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(*table->column("label", "labels.csv"), 1U);
  EXPECT_EQ(table->column("x", "labels.csv").error().to_string(),
            "labels.csv: has no column \"x\"; it has file, label");
}

}  // namespace
}  // namespace mote
