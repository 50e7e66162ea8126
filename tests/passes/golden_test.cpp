// Each pass on one small graph: golden/<pass>.mir goes in, golden/<pass>.after.mir must come out.
// MOTE_UPDATE_GOLDEN=1 rebases the latter; look at the difference before you commit it.
#include <gtest/gtest.h>

#include <cstdlib>

#include "ir/graph_file.h"
#include "ops/ops.h"
#include "passes/pipeline.h"

namespace mote {
namespace {

class GoldenPass : public ::testing::TestWithParam<passes::PassDef> {};

TEST_P(GoldenPass, RewritesAsDrawn) {
  const std::string name(GetParam().name);
  const auto folder = std::filesystem::path(MOTE_TEST_SOURCE_DIR) / "tests/passes/golden";
  auto graph = load_graph(folder / (name + ".mir"), ops::find);
  ASSERT_TRUE(graph.ok()) << graph.error().to_string();
  const std::string before = to_text(*graph, nullptr);
  const auto result = passes::run_passes({&GetParam(), 1}, *graph, {}, {});
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  const std::string after = to_text(*graph, nullptr);
  EXPECT_NE(before, after) << "the picture shows nothing";
  const auto path = folder / (name + ".after.mir");
  if (std::getenv("MOTE_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(write_text(path, after).ok());
  }
  const auto golden = read_text(path);
  ASSERT_TRUE(golden.ok()) << golden.error().to_string() << "; make it with MOTE_UPDATE_GOLDEN=1";
  EXPECT_EQ(*golden, after) << "if the new graph is right, rebase with MOTE_UPDATE_GOLDEN=1";
}

INSTANTIATE_TEST_SUITE_P(Passes, GoldenPass, ::testing::ValuesIn(passes::all().begin(), passes::all().end()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace mote
