// What front ends cost, counted on the emulated Cortex-M4 against their cost models: searches and pruning price a whole
// network by these, and in a keyword network the front end is half of it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "board/board.h"
#include "board/measure.h"
#include "board/project.h"
#include "emit/emit.h"
#include "ir/text.h"
#include "ops/execute.h"
#include "ops/ops.h"
#include "plan/plan.h"
#include "tests/passes/random_graph.h"

namespace mote::testing {
namespace {

struct FrontEnd {
  const char* name;
  const char* op;  ///< with its attributes; {frames} x {bands} come out
  int samples, frames, bands;
};

const FrontEnd kFrontEnds[] = {
    {"words",
     R"(log_mel ("x") -> ("y") bands=32 fft=256 floor=1e-08 high_hz=4000.0 low_hz=60.0 rate_hz=8000.0 scale="mel" stride=160 window=256)",
     1600, 9, 32},
    {"scenes",
     R"(log_mel ("x") -> ("y") bands=64 fft=1024 floor=1e-09 high_hz=8000.0 low_hz=50.0 rate_hz=16000.0 scale="mel" stride=1024 window=1024)",
     4096, 4, 64},
    {"cepstra",
     R"(mfcc ("x") -> ("y") bands=40 coefficients=10 fft=512 floor=1e-08 high_hz=8000.0 low_hz=60.0 rate_hz=16000.0 scale="mel" stride=320 window=480)",
     3200, 9, 10},
};

class FrontEndCost : public ::testing::TestWithParam<FrontEnd> {};

TEST_P(FrontEndCost, CountsAsPredicted) {
  const FrontEnd& p = GetParam();
  const std::string text = fmt::format(R"(mir 1 "front"
tensor "x" i16 1x{}x1x1 scale 3.0517578e-05 zero 0
tensor "y" i8 1x{}x{}x1 scale 0.07 zero 100
tensor "z" i8 1x{}x{}x1 scale 0.07 zero -20
inputs ("x")
node "front" {}
node "normalise" normalise ("y") -> ("z") deviation=0 over="rows"
outputs ("z")
)",
                                       p.samples, p.frames, p.bands, p.frames, p.bands, p.op);
  const auto graph = parse_graph(text, {}, ops::find);
  ASSERT_TRUE(graph) << graph.error().to_string();
  const Board board = load_board("nano33ble").value();
  const auto plan = make_plan(*graph, board.target.target);
  ASSERT_TRUE(plan) << plan.error().to_string();
  const auto folder = TemporaryFolder::create();
  auto writer = FolderWriter::create(folder->path() / "project");
  ASSERT_TRUE(emit(*plan, board.target.target, {board.name, "front", {}}, *writer));
  ASSERT_TRUE(writer->commit());
  const auto project = load_project(folder->path() / "project");
  BuildOptions build_options;
  build_options.cache = folder->path() / "cache";
  const auto inputs = random_inputs(*graph, 1);
  const auto result = measure(*project, board, inputs, build_options);
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(result->run.outputs[0], Executor(*graph).run(as_spans(inputs))[0]);
  for (std::size_t i = 0; i < plan->steps.size(); ++i) {
    const auto counted = static_cast<double>(result->report.layers[i].instructions.value());
    EXPECT_NEAR(static_cast<double>(plan->steps[i].instructions_estimated), counted, 0.1 * counted)
        << plan->steps[i].kernel;
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, FrontEndCost, ::testing::ValuesIn(kFrontEnds),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace mote::testing
