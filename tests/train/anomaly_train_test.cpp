// Learning what is normal: an autoencoder trained on one kind of wave alone tells the others from it, as float and as
// int8, and its folder can judge classes it never heard of.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "ir/graph_file.h"
#include "ops/ops.h"
#include "tests/train/synthetic.h"
#include "train/train_command.h"

namespace mote {
namespace {

class AnomalyTrain : public testing::Test {
 protected:
  void SetUp() override {
    auto created = TemporaryFolder::create();
    ASSERT_TRUE(created.ok());
    folder_.emplace(std::move(*created));
    test::write_waves(root() / "data");
  }
  std::filesystem::path root() const { return folder_->path(); }
  Result<TrainResult> run(const std::string& project, const std::string& out = "out") const {
    test::put(root() / "project.toml", project);
    return run_train({.project = root() / "project.toml", .data = {}, .out = root() / out}, {});
  }
  static std::string project(const std::string& network, const std::string& more = "") {
    return "name = \"waves\"\n[data]\nfolder = \"data\"\nrate_hz = 20\nwindow = 16\nstride = 4\n"
           "[anomaly]\nnormal = [\"slow\"]\nfalse_alarm_rate = 0.05\n"
           "[split]\nvalidation = [\"p1\", \"p2\"]\ntest = [\"p0\", \"p5\"]\n[network]\n" +
           network + "[train]\nepochs = 30\nbatch_size = 8\nlearning_rate = 0.01\n" + more;
  }
  std::optional<TemporaryFolder> folder_;
};

TEST_F(AnomalyTrain, TellsWhatItWasNotShown) {
  const auto result = run(project("type = \"autoencoder\"\nchannels = [16, 4]\n"));
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  ASSERT_TRUE(result->detection_float && result->detection_int8);
  EXPECT_EQ(result->train.groups, (std::vector<std::string>{"p3", "p4"}));
  EXPECT_EQ(result->train.examples, 2 * 13);
  EXPECT_EQ(result->detection_int8->normal, 2 * 13);
  EXPECT_EQ(result->detection_int8->anomalous, 2 * 6 * 13);
  EXPECT_GT(result->detection_float->area.value, 0.95);
  EXPECT_GT(result->detection_int8->area.value, result->detection_float->area.value - 0.02);
  ASSERT_EQ(result->detection_int8->kinds.size(), 2U);
  EXPECT_GT(result->history.front().loss, 2 * result->history.back().loss);
  EXPECT_FALSE(result->history.front().classes);
  const Graph& graph = *result->int8_graph;
  const Tensor& score = graph.tensor(graph.outputs[0]);
  EXPECT_EQ(score.type, DType::i32);
  EXPECT_EQ(graph.nodes.back().op->name, "squared_error");

  // What was written: the threshold, and a folder that judges a class it never heard of.
  const auto text = *read_text(root() / "out/preparation.json");
  const auto preparation = parse_preparation(text, "preparation.json");
  ASSERT_TRUE(preparation.ok()) << preparation.error().to_string();
  EXPECT_EQ(preparation->anomaly.threshold, result->detection_int8->threshold);
  EXPECT_NE(read_text(root() / "out/input.h")->find("#define MOTE_WAVES_ALARM_ABOVE "), std::string::npos);
  const auto json = nlohmann::json::parse(*read_text(root() / "out/metrics.json"));
  EXPECT_EQ(json["anomaly"]["int8"]["auc"]["value"], result->detection_int8->area.value);
  EXPECT_FALSE(json["history"][0].contains("accuracy"));
  std::filesystem::rename(root() / "data/fast", root() / "data/strange");
  const auto foreign = read_inputs(root() / "data", *preparation);
  ASSERT_TRUE(foreign.ok()) << foreign.error().to_string();
  EXPECT_EQ(foreign->classes, (std::vector<std::string>{"middle", "slow", "strange"}));
  const auto stored = load_graph(root() / "out/model_int8.mir", ops::find);
  ASSERT_TRUE(stored.ok()) << stored.error().to_string();
  const auto scores = predict_scores(*stored, *foreign);
  ASSERT_TRUE(scores.ok()) << scores.error().to_string();
  const Detection found =
      evaluate_detection(*scores, foreign->labels, foreign->recording, preparation->anomaly.normal_of(foreign->classes),
                         preparation->anomaly.threshold);
  EXPECT_GT(found.area.value, 0.95);
}

TEST_F(AnomalyTrain, ConvolutionsAndQuantisationAwareTraining) {
  const auto result = run(project("type = \"autoencoder\"\nchannels = [16, 4]\nkernel = 3\n",
                                  "[compress]\nquantise = \"qat\"\nqat_epochs = 2\n"));
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  EXPECT_GT(result->detection_int8->area.value, 0.9);
  EXPECT_EQ(result->qat_history.size(), 2U);
}

TEST_F(AnomalyTrain, SameSeedSameBytesAndTheDataIsNamed) {
  const std::string text = project("type = \"autoencoder\"\nchannels = [8, 4]\n");
  ASSERT_TRUE(run(text, "a").ok());
  ASSERT_TRUE(run(text, "b").ok());
  for (const char* name : {"model_int8.npz", "metrics.json", "preparation.json", "project.toml"})
    EXPECT_EQ(*read_file(root() / "a" / name), *read_file(root() / "b" / name)) << name;
  const auto again = read_recipe(root() / "a/project.toml");
  ASSERT_TRUE(again.ok()) << again.error().to_string();
  EXPECT_TRUE(std::filesystem::equivalent(again->data.folder, root() / "data"));
}

TEST_F(AnomalyTrain, Errors) {
  const auto error = [&](const std::string& text) {
    const auto result = run(text, "bad");
    std::string what = result.ok() ? "accepted" : result.error().to_string();
    if (what.starts_with(root().string())) what.erase(0, root().string().size() + 1);
    return what;
  };
  EXPECT_EQ(error("[data]\nfolder = \"data\"\n[network]\ntype = \"autoencoder\"\n"),
            "project.toml: network.type: an autoencoder finds what is not normal; [anomaly] normal = [...] must say "
            "what is");
  EXPECT_EQ(error(project("type = \"cnn1d\"\n")),
            "network.type: network \"cnn1d\" gives classes; [anomaly] needs \"autoencoder\" or \"layers\"");
  EXPECT_EQ(error(project("type = \"autoencoder\"\n", "select = \"f1\"\n")),
            "project.toml: train.select: with [anomaly] an epoch is selected by \"loss\" or is the \"last\"");
}

}  // namespace
}  // namespace mote
