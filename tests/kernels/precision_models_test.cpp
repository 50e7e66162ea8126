// Keyword spotting quantised from its float model to int8, int4 weights, and 16x8, on the emulated Cortex-M4: outputs
// equal the reference's, every layer on a kernel of the chip's own folder takes the instructions that its cost model
// says, and words are still recognised. The figures are those of docs/kernels.md (print them: --gtest_output=json).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "board/board.h"
#include "board/measure.h"
#include "board/project.h"
#include "emit/emit.h"
#include "import/import.h"
#include "ops/execute.h"
#include "passes/calibrate.h"
#include "passes/pipeline.h"
#include "passes/real_values.h"
#include "plan/plan.h"
#include "tests/import/shared.h"

namespace mote::testing {
namespace {

constexpr std::size_t kFeatures = 49 * 10;

/// MLPerf Tiny's evaluation features as reals (README of the shared folder), one sample each.
std::vector<passes::Sample> features(const Bytes& bytes, std::size_t count) {
  std::vector<passes::Sample> samples;
  for (std::size_t s = 0; s < count; ++s) {
    std::vector<float> x;
    for (std::size_t i = 0; i < kFeatures; ++i)
      x.push_back(0.58470F * static_cast<float>(static_cast<std::int8_t>(bytes[s * kFeatures + i]) - 83));
    samples.push_back({*make_data(x)});
  }
  return samples;
}

std::vector<int> labels(const std::string& csv) {
  std::vector<int> found;
  for (std::size_t at = csv.find('\n'); at != std::string::npos; at = csv.find('\n', at + 1)) {
    const std::size_t end = csv.find('\n', at + 1);
    const std::string line = csv.substr(at + 1, end == std::string::npos ? end : end - at - 1);
    const std::size_t comma = line.rfind(',');
    if (comma != std::string::npos) found.push_back(std::stoi(line.substr(comma + 1)));
  }
  return found;
}

struct Wanted {
  const char* name;
  passes::Precision precision;
  double accuracy;  ///< at least, of the first 150 words
};

class KwsPrecision : public ::testing::TestWithParam<Wanted> {};

TEST_P(KwsPrecision, IsExactOnTheChipAndCountsAsPredicted) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  const std::filesystem::path data = shared_folder() / "data" / "mlperf_kws01";
  const auto bytes = read_file(data / "features_int8_1000x49x10.bin");
  const auto csv = read_text(data / "labels.csv");
  auto graph = import_file(shared_folder() / "models" / "mlperf_tiny" / "kws_ref_float.tflite");
  ASSERT_TRUE(bytes && csv && graph);
  ASSERT_TRUE(passes::run(*graph, {}).ok());
  const auto samples = features(*bytes, 1000);
  const std::span<const passes::Sample> calibration(samples.data() + 800, 100);
  auto quantized =
      passes::quantize(*graph, *passes::calibrate(*graph, calibration), {.precision = GetParam().precision});
  ASSERT_TRUE(quantized) << quantized.error().to_string();
  ASSERT_TRUE(passes::run(*quantized, {}).ok());

  Executor reference(*quantized);
  const Tensor& input = quantized->tensor(quantized->inputs[0]);
  const Tensor& output = quantized->tensor(quantized->outputs[0]);
  const auto quantised_input = [&](std::size_t s) {
    const auto* reals = reinterpret_cast<const float*>(samples[s][0].data());
    return passes::tensor_bytes(input, std::span(reals, kFeatures));
  };
  const auto classes = labels(*csv);
  int right = 0;
  constexpr std::size_t kWords = 150;
  for (std::size_t s = 0; s < kWords; ++s) {
    const Bytes x = quantised_input(s);
    const auto y = passes::real_values(output, reference.run({x})[0]);
    right += std::max_element(y.begin(), y.end()) - y.begin() == classes[s] ? 1 : 0;
  }
  const double accuracy = right / static_cast<double>(kWords);
  EXPECT_GE(accuracy, GetParam().accuracy);
  RecordProperty("accuracy", fmt::format("{:.3f}", accuracy));

  const auto board = load_board("nano33ble");
  ASSERT_TRUE(board);
  const auto plan = make_plan(*quantized, board->target.target, {});
  ASSERT_TRUE(plan) << plan.error().to_string();
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  auto writer = FolderWriter::create(folder->path() / "project");
  ASSERT_TRUE(writer);
  ASSERT_TRUE(emit(*plan, board->target.target, {board->name, "kws_ref_float.tflite", {}}, *writer));
  ASSERT_TRUE(writer->commit());
  const auto project = load_project(folder->path() / "project");
  ASSERT_TRUE(project) << project.error().to_string();
  BuildOptions build_options;
  build_options.cache = folder->path() / "cache";
  const Bytes x = quantised_input(3);
  const auto measured = measure(*project, *board, {x}, build_options);
  ASSERT_TRUE(measured) << measured.error().to_string();
  EXPECT_EQ(measured->run.outputs[0], reference.run({x})[0]);
  for (std::size_t i = 0; i < plan->steps.size(); ++i) {
    const auto counted = static_cast<double>(measured->report.layers[i].instructions.value());
    RecordProperty(plan->steps[i].name, fmt::format("{} {} (predicted {})", plan->steps[i].kernel, counted,
                                                    plan->steps[i].instructions_estimated));
    const auto source = mote_home() / "device" / "cortex_m4" / plan->steps[i].sources[0];
    if (!std::filesystem::exists(source) || counted < 500) continue;
    EXPECT_NEAR(static_cast<double>(plan->steps[i].instructions_estimated), counted, 0.1 * counted)
        << plan->steps[i].name << " by " << plan->steps[i].kernel;
  }
  RecordProperty("constant_bytes", std::to_string(plan->constant_bytes()));
  RecordProperty("arena_bytes", std::to_string(plan->arena_bytes));
}

const Wanted kWanted[] = {{"w8a8", {8, 8}, 0.85}, {"w4a8", {4, 8}, 0.60}, {"w8a16", {8, 16}, 0.85}};
INSTANTIATE_TEST_SUITE_P(Kernels, KwsPrecision, ::testing::ValuesIn(kWanted),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace mote::testing
