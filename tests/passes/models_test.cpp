// Passes and quantisation on real models: golden outputs bit for bit after all passes, live MACs, accuracy after
// quantisation.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/npy.h"
#include "import/import.h"
#include "ops/execute.h"
#include "passes/pipeline.h"
#include "passes/quantize.h"
#include "tests/import/shared.h"

namespace mote {
namespace {

Graph import_model(const std::string& path) {
  auto graph = import_file(shared_folder() / "models" / path);
  EXPECT_TRUE(graph.ok()) << graph.error().to_string();
  return graph.ok() ? std::move(graph).value() : Graph{};
}

std::int64_t macs(const Graph& graph) {
  std::int64_t sum = 0;
  for (const Node& node : graph.nodes)
    if (node.op->macs != nullptr) sum += node.op->macs(graph, node);
  return sum;
}

class Int8Model : public ::testing::TestWithParam<const char*> {};

TEST_P(Int8Model, GivesGoldenOutputsAfterAllPasses) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  const std::string name = GetParam();
  Graph graph = import_model(name + ".tflite");
  const auto result = passes::run(graph, {});
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  const auto input = read_npy(shared_folder() / "golden" / name / "input0.npy");
  const auto output = read_npy(shared_folder() / "golden" / name / "output0.npy");
  ASSERT_TRUE(input.ok() && output.ok());
  const auto in_bytes = static_cast<std::size_t>(graph.tensor(graph.inputs[0]).bytes());
  const auto out_bytes = static_cast<std::size_t>(graph.tensor(graph.outputs[0]).bytes());
  Executor executor(graph);
  for (std::size_t s = 0; s < 4; ++s) {
    const auto actual = executor.run({std::span(input->data).subspan(s * in_bytes, in_bytes)});
    const auto expected = std::span(output->data).subspan(s * out_bytes, out_bytes);
    EXPECT_TRUE(std::equal(actual[0].begin(), actual[0].end(), expected.begin(), expected.end())) << "sample " << s;
  }
}

INSTANTIATE_TEST_SUITE_P(Shared, Int8Model,
                         ::testing::Values("mlperf_tiny/ad01_int8", "mlperf_tiny/ic_resnet_int8",
                                           "mlperf_tiny/kws_ref_int8", "mlperf_tiny/str_ww_ref_int8",
                                           "mlperf_tiny/vww_96_int8", "magic_wand_imu/quantized_model",
                                           "tflm/hello_world/hello_world_int8",
                                           "tflm/micro_speech/micro_speech_quantized", "tflm/models/person_detect"));

TEST(Models, HalfOfVisualWakeWordsIsDead) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  Graph graph = import_model("mlperf_tiny/vww_96_int8.tflite");
  ASSERT_EQ(macs(graph), 7489664);
  ASSERT_TRUE(passes::run(graph, {}).ok());
  EXPECT_LT(macs(graph), 3800000);
}

std::size_t argmax(std::span<const float> scores) {
  return static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

/// The float image classifier, quantised by us from 30 images, against itself on 30 others.
TEST(Models, QuantizedImageClassifierAgreesWithFloat) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  Graph graph = import_model("mlperf_tiny/ic_resnet_float.tflite");
  ASSERT_TRUE(passes::run(graph, {}).ok());
  auto images = read_file(shared_folder() / "data/cifar10/calib500_u8_hwc_500x32x32x3.bin");
  if (!images.ok()) GTEST_SKIP() << images.error().to_string();
  constexpr std::size_t kPixels = 32 * 32 * 3;
  std::vector<passes::Sample> samples;
  for (std::size_t i = 0; i < 60; ++i) {
    const auto pixels = std::span(*images).subspan(i * kPixels, kPixels);
    samples.push_back({*make_data(std::vector<float>(pixels.begin(), pixels.end()))});
  }
  const auto calibration = passes::calibrate(graph, std::span(samples).first(30));
  ASSERT_TRUE(calibration.ok()) << calibration.error().to_string();
  const auto quantized = passes::quantize(graph, *calibration, {.float_inputs = true, .float_outputs = true});
  ASSERT_TRUE(quantized.ok()) << quantized.error().to_string();
  Executor reference(graph), int8(*quantized);
  int agreed = 0;
  const auto scores = [](const Bytes& bytes) {
    return std::span(reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float));
  };
  for (std::size_t i = 30; i < samples.size(); ++i) {
    const auto expected = reference.run({samples[i].begin(), samples[i].end()});
    const auto actual = int8.run({samples[i].begin(), samples[i].end()});
    agreed += argmax(scores(expected[0])) == argmax(scores(actual[0])) ? 1 : 0;
  }
  EXPECT_GE(agreed, 28) << "of 30";
}

}  // namespace
}  // namespace mote
