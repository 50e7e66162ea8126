// The four int8 MLPerf Tiny models on the emulated Cortex-M4, Cortex-M0+, Cortex-M55, ESP32-C3 and ESP8266, as plans
// for speed: outputs equal TensorFlow Lite Micro's, and every layer on a kernel of the chip's own folder takes the
// instructions that its cost model says, within 10 % (15 % where compiled C is counted: device/scalar32).
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "board/board.h"
#include "board/measure.h"
#include "board/project.h"
#include "emit/emit.h"
#include "import/tflite.h"
#include "plan/plan.h"
#include "tests/import/shared.h"

namespace mote::testing {
namespace {

struct Model {
  const char* golden;
  const char* file;
  const char* board = "nano33ble";
  const char* folder = "cortex_m4";
  double tolerance = 0.1;
};

class ChipModel : public ::testing::TestWithParam<Model> {};

/// rv32 and xtensa have most of theirs in common.
bool is_own_kernel(const Step& step, const std::string& folder) {
  const auto there = [&](const std::string& name) {
    return std::filesystem::exists(mote_home() / "device" / name / step.sources[0]);
  };
  return there(folder) || ((folder == "rv32" || folder == "xtensa") && there("scalar32"));
}

TEST_P(ChipModel, CountsAsPredictedAndGivesTflmsOutput) {
  const std::filesystem::path shared = shared_folder();
  const std::filesystem::path golden = shared / "golden" / "mlperf_layers" / GetParam().golden;
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  const auto bytes = read_file(shared / "models" / "mlperf_tiny" / GetParam().file);
  const auto input = read_file(golden / "input.bin");
  const auto output = read_file(golden / "output.bin");
  ASSERT_TRUE(bytes && input && output);
  const auto graph = import_tflite(*bytes, GetParam().golden);
  ASSERT_TRUE(graph) << graph.error().to_string();
  const auto board = load_board(GetParam().board);
  ASSERT_TRUE(board) << board.error().to_string();

  PlanOptions options;
  options.budget.optimize = Optimize::speed;
  const auto plan = make_plan(*graph, board->target.target, options);
  ASSERT_TRUE(plan) << plan.error().to_string();
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  auto writer = FolderWriter::create(folder->path() / "project");
  ASSERT_TRUE(writer);
  ASSERT_TRUE(emit(*plan, board->target.target, {board->name, GetParam().file, {}}, *writer));
  ASSERT_TRUE(writer->commit());
  const auto project = load_project(folder->path() / "project");
  ASSERT_TRUE(project) << project.error().to_string();
  BuildOptions build_options;
  build_options.cache = folder->path() / "cache";
  const auto measured = measure(*project, *board, {*input}, build_options);
  ASSERT_TRUE(measured) << measured.error().to_string();

  EXPECT_EQ(measured->run.outputs[0], *output);
  int predicted = 0;
  for (std::size_t i = 0; i < plan->steps.size(); ++i) {
    const auto counted = static_cast<double>(measured->report.layers[i].instructions.value());
    if (!is_own_kernel(plan->steps[i], GetParam().folder) || counted < 500) continue;
    ++predicted;
    EXPECT_NEAR(static_cast<double>(plan->steps[i].instructions_estimated), counted, GetParam().tolerance * counted)
        << plan->steps[i].name << " by " << plan->steps[i].kernel;
  }
  EXPECT_GE(predicted, 8);
}

const Model kModels[] = {{"ad", "ad01_int8.tflite"},
                         {"ic", "ic_resnet_int8.tflite"},
                         {"kws", "kws_ref_int8.tflite"},
                         {"vww", "vww_96_int8.tflite"},
                         {"ad", "ad01_int8.tflite", "pico", "cortex_m0"},
                         {"ic", "ic_resnet_int8.tflite", "pico", "cortex_m0"},
                         {"kws", "kws_ref_int8.tflite", "pico", "cortex_m0"},
                         {"vww", "vww_96_int8.tflite", "pico", "cortex_m0"},
                         {"ad", "ad01_int8.tflite", "mps3-an547", "cortex_m55"},
                         {"ic", "ic_resnet_int8.tflite", "mps3-an547", "cortex_m55"},
                         {"kws", "kws_ref_int8.tflite", "mps3-an547", "cortex_m55"},
                         {"vww", "vww_96_int8.tflite", "mps3-an547", "cortex_m55"},
                         {"ad", "ad01_int8.tflite", "esp32-c3", "rv32", 0.15},
                         {"ic", "ic_resnet_int8.tflite", "esp32-c3", "rv32", 0.15},
                         {"kws", "kws_ref_int8.tflite", "esp32-c3", "rv32", 0.15},
                         {"vww", "vww_96_int8.tflite", "esp32-c3", "rv32", 0.15},
                         {"ad", "ad01_int8.tflite", "esp8266", "xtensa", 0.15},
                         {"ic", "ic_resnet_int8.tflite", "esp8266", "xtensa", 0.15},
                         {"kws", "kws_ref_int8.tflite", "esp8266", "xtensa", 0.15},
                         {"vww", "vww_96_int8.tflite", "esp8266", "xtensa", 0.15}};

INSTANTIATE_TEST_SUITE_P(Kernels, ChipModel, ::testing::ValuesIn(kModels),
                         [](const auto& test) { return std::string(test.param.golden) + "_" + test.param.folder; });

}  // namespace
}  // namespace mote::testing
