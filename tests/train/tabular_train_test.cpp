// From rows and from windows to a classical model in OUT: the same files as for a network, the same bytes for the same
// seed, and the integer model decides as the library does.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "data/random.h"
#include "ops/ops.h"
#include "tests/data/helpers.h"
#include "train/train_command.h"

namespace mote {
namespace {

class TabularTrain : public testing::Test {
 protected:
  void SetUp() override {
    auto created = TemporaryFolder::create();
    ASSERT_TRUE(created.ok());
    folder_.emplace(std::move(*created));
  }
  std::filesystem::path root() const { return folder_->path(); }

  /// Six days of a made-up room: light and breath say whether somebody is in.
  void write_rows() const {
    std::string text = "light,co2,heat,class\n";
    for (int i = 0; i < 600; ++i) {
      Random random(9, i);
      const bool busy = i / 20 % 2 == 0;
      text += std::to_string((busy ? 300 : 100) + 80 * random.normal()) + "," +
              std::to_string((busy ? 700 : 450) + 90 * random.normal()) + "," + std::to_string(20 + random.normal()) +
              (busy ? ",busy\n" : ",empty\n");
    }
    test::put(root() / "data" / "room.csv", text);
  }

  /// Two channels, shaken slowly or fast.
  void write_windows() const {
    for (int fast = 0; fast < 2; ++fast)
      for (int person = 0; person < 5; ++person) {
        Random random(4, fast, person);
        std::string text = "x,y\n";
        for (int t = 0; t < 400; ++t)
          text += std::to_string((fast != 0 ? 0.8 : 0.3) * std::sin(0.5 * t + person) + 0.05 * random.normal()) + "," +
                  std::to_string(0.1 * random.normal()) + "\n";
        test::put(root() / "data" / (fast != 0 ? "fast" : "slow") / ("p" + std::to_string(person) + "_1.csv"), text);
      }
  }

  TrainOptions options(const std::string& project, const char* out = "out") const {
    test::put(root() / "project.toml", "name = \"room\"\n" + project);
    return {.project = root() / "project.toml", .data = {}, .out = root() / out, .resume = false};
  }
  std::optional<TemporaryFolder> folder_;
};

constexpr const char* kRows =
    "[data]\nfolder = \"data\"\nlayout = \"rows\"\nblock = 60\n[input]\nnormalise = \"standard\"\n";

TEST_F(TabularTrain, RowsBecomeAnExactModel) {
  write_rows();
  for (const char* type : {"tree", "forest", "boosted", "knn", "logistic"}) {
    const auto result = run_train(options(std::string(kRows) + "[network]\ntype = \"" + type + "\"\n"), {});
    ASSERT_TRUE(result.ok()) << type << ": " << result.error().to_string();
    ASSERT_TRUE(result->int8_graph && result->test_int8);
    const Graph& graph = *result->int8_graph;
    EXPECT_EQ(graph.tensor(graph.inputs[0]).type, DType::i16) << type;
    EXPECT_GT(result->test_int8->accuracy, 0.9) << type;
    EXPECT_GE(result->int8_agreement, 0.97) << type;
    ASSERT_TRUE(result->library_agreement);
    EXPECT_GE(*result->library_agreement, std::string(type) == "forest" ? 1.0 : 0.99) << type;
    for (const char* file : {"model_float.mir", "model_int8.mir", "preparation.json", "input.h", "test_inputs.npy"})
      EXPECT_TRUE(std::filesystem::exists(root() / "out" / file)) << type << " " << file;
  }
}

TEST_F(TabularTrain, SameSeedSameBytes) {
  write_rows();
  const std::string project = std::string(kRows) + "[network]\ntype = \"forest\"\ntrees = 5\nfeature_bits = 8\n";
  ASSERT_TRUE(run_train(options(project, "a"), {}).ok());
  ASSERT_TRUE(run_train(options(project, "b"), {}).ok());
  for (const char* file : {"model_int8.mir", "model_int8.npz", "model_float.npz", "metrics.json", "preparation.json"}) {
    const auto a = read_file(root() / "a" / file);
    const auto b = read_file(root() / "b" / file);
    ASSERT_TRUE(a.ok() && b.ok()) << file;
    EXPECT_EQ(*a, *b) << file;
  }
}

TEST_F(TabularTrain, WindowsBecomeFeaturesOfTheFrontEnd) {
  write_windows();
  const auto result = run_train(
      options(
          "[data]\nfolder = \"data\"\nrate_hz = 50\nwindow = 100\nstride = 50\n[front_end]\ntype = \"sliding_stats\"\n"
          "window = 50\nstride = 50\n[network]\ntype = \"forest\"\ntrees = 5\ndepth = 4\n"),
      {});
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  const Graph& graph = *result->int8_graph;
  EXPECT_EQ(graph.tensor(graph.inputs[0]).type, DType::i16);
  EXPECT_EQ(graph.nodes.back().op, &ops::tree_ensemble);
  EXPECT_EQ(graph.tensor(graph.nodes.back().inputs[0]).type, DType::i8) << "what the front end gives";
  EXPECT_EQ(graph.tensor(graph.nodes.back().inputs[0]).elements(), 2 * 2 * 4);
  EXPECT_GT(result->test_int8->accuracy, 0.95);
  EXPECT_EQ(*result->library_agreement, 1.0);
}

TEST_F(TabularTrain, WhatIsNotNormalIsFound) {
  write_windows();
  for (const char* type : {"kmeans", "gmm"}) {
    const auto result = run_train(
        options("[data]\nfolder = \"data\"\nrate_hz = 50\nwindow = 100\nstride = 20\n[anomaly]\nnormal = [\"slow\"]\n"
                "false_alarm_rate = 0.05\n[front_end]\ntype = \"sliding_stats\"\nwindow = 100\nstride = 100\n"
                "[network]\ntype = \"" +
                std::string(type) + "\"\nclusters = 2\n"),
        {});
    ASSERT_TRUE(result.ok()) << type << ": " << result.error().to_string();
    const Graph& graph = *result->int8_graph;
    EXPECT_EQ(graph.tensor(graph.outputs[0]).elements(), 1) << type;
    ASSERT_TRUE(result->detection_float && result->detection_int8);
    EXPECT_GT(result->detection_float->area.value, 0.99) << type;
    EXPECT_NEAR(result->detection_int8->area.value, result->detection_float->area.value, 0.01) << type;
  }
}

TEST_F(TabularTrain, RefusesWhatBelongsToNetworks) {
  write_rows();
  const auto refused = [&](const std::string& rest) {
    const auto result = run_train(options(kRows + rest), {});
    EXPECT_FALSE(result.ok()) << rest;
    return result.ok() ? std::string() : result.error().to_string();
  };
  EXPECT_NE(refused("[network]\ntype = \"forest\"\nkernel = 3\n").find("kernel"), std::string::npos);
  EXPECT_NE(refused("[network]\ntype = \"kmeans\"\n").find("[anomaly]"), std::string::npos);
  EXPECT_NE(refused("[network]\ntype = \"forest\"\ntrees = 0\n").find("1 to 1000"), std::string::npos);
  EXPECT_NE(refused("[network]\ntype = \"knn\"\nfeature_bits = 12\n").find("expects 8 or 16"), std::string::npos);
  EXPECT_NE(refused("[network]\ntype = \"tree\"\n[compress]\nquantise = \"qat\"\n").find("compress.quantise"),
            std::string::npos);
  EXPECT_NE(refused("[network]\ntype = \"tree\"\n[compress]\nkeep_macs = 0.5\n").find("keep_macs"), std::string::npos);
}

}  // namespace
}  // namespace mote
