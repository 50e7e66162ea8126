// Every board builds and runs a tiny model with the right outputs, counts and sizes.
#include "board/run.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "board/measure.h"
#include "tests/board/tiny_model.h"

namespace mote {
namespace {

class EveryBoard : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryBoard, RunsWithTheRightOutputsAndTheSameCountsTwice) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  ASSERT_TRUE(testing::write_tiny_model(folder->path(), {}));
  const auto project = load_project(folder->path());
  ASSERT_TRUE(project) << project.error().to_string();
  const auto board = load_board(GetParam());
  ASSERT_TRUE(board) << board.error().to_string();

  const Bytes input = testing::tiny_input(3);
  const auto first = measure(*project, *board, {input});
  ASSERT_TRUE(first) << first.error().to_string();
  EXPECT_EQ(first->run.samples, 3);
  ASSERT_EQ(first->run.outputs.size(), 1U);
  EXPECT_EQ(first->run.outputs[0], testing::tiny_output(input));

  const Report& report = first->report;
  EXPECT_GE(report.constant_bytes, 64);
  EXPECT_GE(report.code_bytes, 80);
  EXPECT_LE(report.flash_bytes, 1500);
  EXPECT_GE(report.ram_bytes, 64);
  EXPECT_LE(report.ram_bytes, 700);
  if (board->is_host()) {
    EXPECT_FALSE(report.instructions.has_value());
    EXPECT_TRUE(to_json(report)["instructions"].is_null());
    return;
  }
  ASSERT_TRUE(report.instructions.has_value());
  ASSERT_EQ(report.layers.size(), 2U);
  // 16 multiplications and 16 additions: some instructions each, but not hundreds.
  for (const auto& layer : report.layers) {
    EXPECT_GT(layer.instructions.value(), 30) << layer.name;
    EXPECT_LT(layer.instructions.value(), 1500) << layer.name;
    EXPECT_GE(layer.cycles_estimated.value(), layer.instructions.value()) << layer.name;
  }
  EXPECT_GT(report.latency_ms_estimated.value(), 0);
  EXPECT_TRUE(report.stack_bytes.has_value());

  const auto second = measure(*project, *board, {input});
  ASSERT_TRUE(second) << second.error().to_string();
  EXPECT_EQ(to_json(second->report).dump(), to_json(report).dump());
}

TEST_P(EveryBoard, TracesLayers) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  ASSERT_TRUE(testing::write_tiny_model(folder->path(), {}));
  const auto project = load_project(folder->path());
  const auto board = load_board(GetParam());
  ASSERT_TRUE(project && board);
  BuildOptions options;
  options.trace = true;
  const auto firmware = build(*project, *board, options);
  ASSERT_TRUE(firmware) << firmware.error().to_string();
  const Bytes input = testing::tiny_input(2);
  const auto result = run(*firmware, {input});
  ASSERT_TRUE(result) << result.error().to_string();
  ASSERT_EQ(result->trace.size(), 4U);
  EXPECT_EQ(result->trace[2].sample, 1);
  EXPECT_EQ(result->trace[2].layer, 0);
  EXPECT_EQ(result->trace[2].bytes.size(), 16U);
  Bytes last = result->trace[1].bytes;
  last.insert(last.end(), result->trace[3].bytes.begin(), result->trace[3].bytes.end());
  EXPECT_EQ(last, testing::tiny_output(input));
}

INSTANTIATE_TEST_SUITE_P(Boards, EveryBoard, ::testing::ValuesIn(list_boards()), [](const auto& test) {
  std::string name = test.param;
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
});

}  // namespace
}  // namespace mote
