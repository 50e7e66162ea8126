// Every model of the shared folder: those within Mote's operators import and verify, the others name what they lack;
// `mote inspect` lists all of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "import/import.h"
#include "import/inspect.h"
#include "ir/verify.h"
#include "ops/execute.h"
#include "tests/import/shared.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

/// What the others lack, one of it.
const std::map<std::string, std::string> kLacking = {{"dtln_noise_suppression", "UNIDIRECTIONAL_SEQUENCE_LSTM"},
                                                     {"audio_preprocessor_float", "custom operator SignalWindow"},
                                                     {"audio_preprocessor_int8", "custom operator SignalRfft"},
                                                     {"trained_lstm", "UNIDIRECTIONAL_SEQUENCE_LSTM"},
                                                     {"trained_lstm_int8", "UNIDIRECTIONAL_SEQUENCE_LSTM"},
                                                     {"keyword_scrambled", "SVDF"},
                                                     {"keyword_scrambled_8bit", "SVDF"}};

std::vector<fs::path> models() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(shared_folder() / "models"))
    if (entry.path().extension() == ".tflite") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST(RealModels, ImportOrSayWhatIsMissing) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  std::size_t imported = 0;
  for (const fs::path& path : models()) {
    SCOPED_TRACE(path.string());
    const auto graph = import_file(path);
    const auto lacking = kLacking.find(path.stem().string());
    if (lacking == kLacking.end()) {
      ASSERT_TRUE(graph.ok()) << graph.error().to_string();
      EXPECT_TRUE(verify(*graph).ok());
      for (const Node& node : graph->nodes) EXPECT_LE(node.name.size(), 43U) << node.name;
      ++imported;
    } else {
      ASSERT_FALSE(graph.ok());
      EXPECT_EQ(graph.error().code, Code::Unsupported);
      const std::string line = graph.error().to_string();
      EXPECT_TRUE(line.starts_with(path.string() + ": node ")) << line;
      EXPECT_NE(line.find(lacking->second + " is not supported"), std::string::npos) << line;
    }
  }
  EXPECT_EQ(imported, 18U);
}

TEST(RealModels, InspectListsAllOfThem) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  for (const fs::path& path : models()) {
    SCOPED_TRACE(path.string());
    const auto json = inspect_report(path, true);
    ASSERT_TRUE(json.ok()) << json.error().to_string();
    const auto report = nlohmann::json::parse(*json);
    const bool lacking = kLacking.contains(path.stem().string());
    EXPECT_EQ(report["supported"], !lacking);
    EXPECT_EQ(report["macs"].is_null(), lacking);
    EXPECT_EQ(report["unsupported"].empty(), !lacking);
    EXPECT_FALSE(report["operators"].empty());
    const auto text = inspect_report(path, false);
    ASSERT_TRUE(text.ok());
    EXPECT_EQ(text->find("Mote cannot compile this model") != std::string::npos, lacking);
  }
}

/// Multiply-accumulates and parameters, counted by hand from the layers' shapes.
TEST(RealModels, KwsHasItsKnownSize) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  const auto json = inspect_report(shared_folder() / "models/mlperf_tiny/kws_ref_int8.tflite", true);
  ASSERT_TRUE(json.ok()) << json.error().to_string();
  const auto report = nlohmann::json::parse(*json);
  const int conv = 25 * 5 * 64 * (10 * 4);
  const int blocks = 4 * (25 * 5 * 64 * 9 + 25 * 5 * 64 * 64);
  EXPECT_EQ(report["macs"], conv + blocks + 64 * 12);
  EXPECT_EQ(report["parameters"], 64 * 41 + 4 * (64 * 10 + 64 * 65) + 12 * 65);
  EXPECT_EQ(report["parameter_bytes"], 64 * 44 + 4 * (64 * 13 + 64 * 68) + 12 * 68);
}

/// A dynamic-range model has no golden output (TFLM cannot run it): its accuracy on recorded features tells instead.
/// LiteRT reaches 90.0 % on all 1000; the first 200 are enough to see a wrong weight.
TEST(RealModels, KwsFloatRecognisesWords) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  const auto graph = import_file(shared_folder() / "models/mlperf_tiny/kws_ref_float.tflite");
  ASSERT_TRUE(graph.ok()) << graph.error().to_string();
  const auto data = shared_folder() / "data/mlperf_kws01";
  const auto features = read_file(data / "features_int8_1000x49x10.bin");
  ASSERT_TRUE(features.ok()) << features.error().to_string();
  std::ifstream labels(data / "labels.csv");
  std::string line;
  std::getline(labels, line);  // the header
  Executor executor(*graph);
  int right = 0;
  constexpr int kCount = 200;
  for (int sample = 0; sample < kCount; ++sample) {
    std::getline(labels, line);
    const int label = std::stoi(line.substr(line.rfind(',') + 1));
    std::vector<float> input(490);
    for (std::size_t i = 0; i < input.size(); ++i) {
      const auto q = static_cast<std::int8_t>((*features)[static_cast<std::size_t>(sample) * 490 + i]);
      input[i] = 0.58470F * static_cast<float>(q - 83);
    }
    const auto outputs =
        executor.run({{reinterpret_cast<const std::uint8_t*>(input.data()), input.size() * sizeof(float)}});
    const auto* scores = reinterpret_cast<const float*>(outputs[0].data());
    right += std::max_element(scores, scores + 12) - scores == label ? 1 : 0;
  }
  EXPECT_GE(right, 176) << "of " << kCount;
}

}  // namespace
}  // namespace mote
