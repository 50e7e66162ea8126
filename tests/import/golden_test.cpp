// Whole models against TensorFlow Lite Micro's own outputs: import, then the reference executor on the recorded inputs.
// int8 bit for bit; float32 by max |difference| / max |expected| over all outputs of all samples, at most 1e-5.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/npy.h"
#include "import/import.h"
#include "ops/execute.h"
#include "tests/import/shared.h"

namespace mote {
namespace {

/// Paths below models/ and golden/, without extension.
constexpr const char* kModels[] = {
    "magic_wand_imu/model",
    "magic_wand_imu/quantized_model",
    "mlperf_tiny/ad01_float",
    "mlperf_tiny/ad01_int8",
    "mlperf_tiny/ic_resnet_float",
    "mlperf_tiny/ic_resnet_int8",
    "mlperf_tiny/ic_resnet_large_int8",
    "mlperf_tiny/kws_ref_int8",
    "mlperf_tiny/str_ww_ref_int8",
    "mlperf_tiny/vww_96_float",
    "mlperf_tiny/vww_96_int8",
    "tflm/hello_world/hello_world_float",
    "tflm/hello_world/hello_world_int8",
    "tflm/memory_footprint/simple_add_model",
    "tflm/micro_speech/micro_speech_quantized",
    "tflm/models/person_detect",
    "tflm/network_tester/network_model",
};
constexpr std::size_t kSamples = 8;

Graph import_model(const std::string& model) {
  auto graph = import_file(shared_folder() / "models" / (model + ".tflite"));
  EXPECT_TRUE(graph.ok()) << graph.error().to_string();
  return graph.ok() ? std::move(graph).value() : Graph{};
}

/// input0.npy, input1.npy, ... or output0.npy, ...
std::vector<NpyArray> golden_arrays(const std::string& model, const std::string& kind, std::size_t count) {
  std::vector<NpyArray> arrays;
  for (std::size_t i = 0; i < count; ++i) {
    auto array = read_npy(shared_folder() / "golden" / model / (kind + std::to_string(i) + ".npy"));
    EXPECT_TRUE(array.ok()) << array.error().to_string();
    arrays.push_back(array.ok() ? std::move(array).value() : NpyArray{});
  }
  return arrays;
}

std::span<const std::uint8_t> sample_of(const NpyArray& array, std::size_t sample, std::size_t bytes) {
  EXPECT_LE((sample + 1) * bytes, array.data.size());
  return std::span(array.data).subspan(sample * bytes, bytes);
}

/// Adds up what the comparison of float outputs needs.
struct FloatDifference {
  double difference = 0.0;
  double magnitude = 0.0;
  void add(std::span<const std::uint8_t> got, std::span<const std::uint8_t> expected) {
    const auto* a = reinterpret_cast<const float*>(got.data());
    const auto* b = reinterpret_cast<const float*>(expected.data());
    for (std::size_t i = 0; i < got.size() / sizeof(float); ++i) {
      if (!std::isfinite(a[i])) difference = INFINITY;
      difference = std::max(difference, std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
      magnitude = std::max(magnitude, std::fabs(static_cast<double>(b[i])));
    }
  }
};

class Golden : public testing::TestWithParam<const char*> {};

TEST_P(Golden, OutputsAgree) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  const std::string model = GetParam();
  const Graph graph = import_model(model);
  ASSERT_FALSE(graph.nodes.empty());
  const auto inputs = golden_arrays(model, "input", graph.inputs.size());
  const auto outputs = golden_arrays(model, "output", graph.outputs.size());
  const std::size_t samples = std::min(kSamples, static_cast<std::size_t>(inputs[0].shape[0]));
  ASSERT_GT(samples, 0U);
  Executor executor(graph);
  FloatDifference difference;
  for (std::size_t s = 0; s < samples; ++s) {
    std::vector<std::span<const std::uint8_t>> in;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      in.push_back(sample_of(inputs[i], s, static_cast<std::size_t>(graph.tensor(graph.inputs[i]).bytes())));
    const auto got = executor.run(in);
    for (std::size_t o = 0; o < got.size(); ++o) {
      const auto expected = sample_of(outputs[o], s, got[o].size());
      if (graph.tensor(graph.outputs[o]).type == DType::f32) {
        difference.add(got[o], expected);
      } else {
        EXPECT_TRUE(std::equal(got[o].begin(), got[o].end(), expected.begin())) << "sample " << s << ", output " << o;
      }
    }
  }
  if (graph.tensor(graph.outputs[0]).type == DType::f32) {
    const double relative = difference.difference / difference.magnitude;
    RecordProperty("relative_difference", std::to_string(relative));
    EXPECT_LE(relative, 1e-5);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, Golden, testing::ValuesIn(kModels),
                         [](const auto& param) { return identifier(param.param); });

struct LayeredModel {
  const char* folder;  ///< of golden/mlperf_layers
  const char* model;
};

class GoldenLayers : public testing::TestWithParam<LayeredModel> {};

/// The output of every operator, for one input.
TEST_P(GoldenLayers, EveryOperatorAgrees) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  const Graph graph = import_model(std::string("mlperf_tiny/") + GetParam().model);
  ASSERT_FALSE(graph.nodes.empty());
  const auto folder = shared_folder() / "golden" / "mlperf_layers" / GetParam().folder;
  const auto input = read_file(folder / "input.bin");
  ASSERT_TRUE(input.ok()) << input.error().to_string();
  Executor executor(graph);
  executor.run({*input});
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const std::string number = (n < 10 ? "0" : "") + std::to_string(n);
    const auto expected = read_file(folder / "layers" / ("op" + number + ".bin"));
    ASSERT_TRUE(expected.ok()) << expected.error().to_string();
    const auto got = executor.value(graph.nodes[n].outputs[0]);
    ASSERT_EQ(got.size(), expected->size()) << node_place(graph, n);
    EXPECT_TRUE(std::equal(got.begin(), got.end(), expected->begin())) << node_place(graph, n);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, GoldenLayers,
                         testing::Values(LayeredModel{"vww", "vww_96_int8"}, LayeredModel{"ic", "ic_resnet_int8"},
                                         LayeredModel{"kws", "kws_ref_int8"}, LayeredModel{"ad", "ad01_int8"}),
                         [](const auto& param) { return std::string(param.param.folder); });

}  // namespace
}  // namespace mote
