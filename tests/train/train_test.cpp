// The whole trainer on a made-up task: it learns, the same seed gives the same bytes, and what goes wrong is said in
// one line.
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "ir/graph_file.h"
#include "ops/ops.h"
#include "tests/train/synthetic.h"
#include "train/train_command.h"

namespace mote {
namespace {

class Train : public testing::Test {
 protected:
  void SetUp() override {
    auto created = TemporaryFolder::create();
    ASSERT_TRUE(created.ok());
    folder_.emplace(std::move(*created));
    test::write_waves(root() / "data");
  }
  std::filesystem::path root() const { return folder_->path(); }
  Result<TrainResult> run(const std::string& project, const std::string& out = "out", const ProgressFn& progress = {},
                          bool resume = false) const {
    test::put(root() / "project.toml", project);
    return run_train({.project = root() / "project.toml", .data = {}, .out = root() / out, .resume = resume}, progress);
  }
  std::map<std::string, Bytes> contents(const std::string& folder) const {
    std::map<std::string, Bytes> files;
    for (const auto& entry : std::filesystem::directory_iterator(root() / folder))
      if (entry.is_regular_file()) files[entry.path().filename().string()] = *read_file(entry.path());
    return files;
  }
  std::string error(const std::string& project) const {
    const auto result = run(project, "bad");
    EXPECT_FALSE(std::filesystem::exists(root() / "bad")) << "something half-written was left";
    std::string text = result.ok() ? "accepted" : result.error().to_string();
    for (std::size_t at; (at = text.find(root().string() + "/")) != std::string::npos;)
      text.erase(at, root().string().size() + 1);
    return text;
  }
  std::optional<TemporaryFolder> folder_;
};

TEST_F(Train, LearnsAndWritesWhatItSays) {
  int calls = 0;
  int epochs = 0;
  const auto result = run(test::waves_project("epochs = 25\nlearning_rate = 0.01\n"), "out", [&](const Progress& p) {
    ++calls;
    epochs += p.record != nullptr ? 1 : 0;
    EXPECT_LE(p.step, p.steps);
    return true;
  });
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  EXPECT_GE(result->test_float.accuracy, 0.95);
  ASSERT_TRUE(result->float_agreement.has_value());
  EXPECT_GT(result->float_agreement->examples, 0);
  EXPECT_LE(result->float_agreement->largest_difference, 1e-5);
  ASSERT_TRUE(result->test_int8.has_value());
  EXPECT_GE(result->test_int8->accuracy, 0.95);
  EXPECT_GE(result->int8_agreement, 0.95);
  EXPECT_EQ(epochs, 25);
  EXPECT_GT(calls, epochs);
  EXPECT_EQ(result->test.groups, (std::vector<std::string>{"p0", "p5"}));
  EXPECT_EQ(result->test.examples, 30);  // 2 people, 3 classes, 5 windows
  for (const Node& node : result->float_graph.nodes) EXPECT_NE(node.op->name, "batch_norm");

  const auto files = contents("out");
  for (const char* name : {"model_float.mir", "model_int8.mir", "metrics.json", "preparation.json", "project.toml",
                           "test_inputs.npy", "test_labels.npy", "input.h", "metrics.jsonl"})
    EXPECT_TRUE(files.contains(name)) << name;

  // What was written does what was measured: the stored model on the stored preparation and the same data.
  const auto graph = load_graph(root() / "out/model_int8.mir", ops::find);
  ASSERT_TRUE(graph.ok()) << graph.error().to_string();
  const auto preparation = parse_preparation(*read_text(root() / "out/preparation.json"), "preparation.json");
  ASSERT_TRUE(preparation.ok()) << preparation.error().to_string();
  const auto inputs = read_inputs(root() / "data", *preparation);
  ASSERT_TRUE(inputs.ok()) << inputs.error().to_string();
  const auto given = predict(*graph, *inputs);
  ASSERT_TRUE(given.ok());
  const Evaluation all = evaluate_predictions(inputs->labels, *given, inputs->recording, 3);
  EXPECT_EQ(all.examples, 90);
  EXPECT_GE(all.accuracy, 0.95);
}

TEST_F(Train, SameSeedSameBytes) {
  ASSERT_TRUE(run(test::waves_project("epochs = 3\ndropout = 0.2\n"), "a").ok());
  ASSERT_TRUE(run(test::waves_project("epochs = 3\ndropout = 0.2\n"), "b").ok());
  ASSERT_TRUE(run(test::waves_project("epochs = 3\ndropout = 0.2\nseed = 2\n"), "c").ok());
  const auto a = contents("a");
  EXPECT_EQ(a, contents("b"));
  EXPECT_NE(a.at("model_float.npz"), contents("c").at("model_float.npz"));
}

TEST_F(Train, StopsWhenAskedAndWhenNothingImproves) {
  const auto interrupted =
      run(test::waves_project("epochs = 50\n"), "a", [](const Progress& p) { return p.epoch < 3; });
  ASSERT_TRUE(interrupted.ok());
  EXPECT_EQ(interrupted->stopped, "interrupted");
  EXPECT_EQ(interrupted->history.size(), 2U);
  const auto patient = run(test::waves_project("epochs = 50\npatience = 2\nlearning_rate = 0.0\n"), "b");
  ASSERT_TRUE(patient.ok());
  EXPECT_LT(patient->history.size(), 50U);
  EXPECT_NE(patient->stopped.find("no better validation loss for 2 epochs"), std::string::npos);
}

TEST_F(Train, AResumedTrainingEndsInTheSameBytes) {
  const std::string project = test::waves_project("epochs = 5\ndropout = 0.1\naverage = 0.9\nselect = \"f1\"\n");
  ASSERT_TRUE(run(project, "whole").ok());
  const auto cut = run(project, "cut",
                       [](const Progress& p) { return p.epoch < 3 || p.record == nullptr; });  // in the end of epoch 3
  ASSERT_TRUE(cut.ok());
  ASSERT_EQ(cut->history.size(), 3U);
  EXPECT_NE(contents("cut"), contents("whole"));
  ASSERT_TRUE(std::filesystem::exists(root() / "cut.checkpoint.npz"));
  int first = 0;
  const auto resumed = run(
      project, "cut", [&](const Progress& p) { return first = first == 0 ? p.epoch : first, true; }, true);
  ASSERT_TRUE(resumed.ok()) << resumed.error().to_string();
  EXPECT_EQ(first, 4);
  EXPECT_EQ(contents("cut"), contents("whole"));
  EXPECT_FALSE(std::filesystem::exists(root() / "cut.checkpoint.npz"));

  ASSERT_TRUE(run(project, "cut", [](const Progress& p) { return p.epoch < 2 || p.record == nullptr; }).ok());
  const auto other = run(test::waves_project("epochs = 5\nseed = 9\n"), "cut", {}, true);
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.error().to_string().find("belongs to another project or other data"), std::string::npos);
  test::put(root() / "cut.checkpoint.npz", "rubbish");
  EXPECT_FALSE(run(project, "cut", {}, true).ok());
}

TEST_F(Train, FakeQuantisationIsWhatInt8Computes) {
  for (const char* steps : {"calibrated", "learned"}) {
    const auto result = run(test::waves_project("epochs = 12\nlearning_rate = 0.01\n") +
                            "[compress]\nquantise = \"qat\"\nqat_epochs = 4\nqat_steps = \"" + steps + "\"\n");
    ASSERT_TRUE(result.ok()) << result.error().to_string();
    EXPECT_EQ(result->qat_history.size(), 4U);
    ASSERT_GT(result->qat_best_epoch, 0) << "nothing was learned, so nothing is tested";
    ASSERT_TRUE(result->qat_agreement.has_value());
    EXPECT_EQ(result->qat_agreement->same_class, 1.0) << steps;
    EXPECT_GE(result->qat_agreement->same_output, 0.9) << steps;
    EXPECT_LE(result->qat_agreement->largest_difference, 1) << "LibTorch's softmax against the fixed-point one";
    EXPECT_EQ(result->exact_agreement->same_output, 1.0) << steps;
    EXPECT_GE(result->test_int8->accuracy, 0.9);
  }
}

TEST_F(Train, WeightsBecomeZeroAndStayZero) {
  for (const char* how : {"sparsity = 0.8\n", "sparsity_pattern = \"1:4\"\n"}) {
    std::string project = test::waves_project("epochs = 12\nlearning_rate = 0.01\n") + "[compress]\n" + how +
                          "quantise = \"qat\"\nqat_epochs = 2\nsparsity_epochs = 12\n";
    project.replace(project.find("cnn1d\"\nchannels = [8, 12]"), 25, "mlp\"\nchannels = [32, 16]");
    const auto result = run(project);
    ASSERT_TRUE(result.ok()) << result.error().to_string();
    const double wanted = std::string_view(how).starts_with("sparsity =") ? 0.8 : 0.75;
    ASSERT_TRUE(result->zeros.has_value());
    EXPECT_NEAR(*result->zeros, wanted, 0.01) << how;
    EXPECT_GE(result->test_int8->accuracy, 0.8) << how;
    // In the integer graph too, after fine-tuning: the first layer, 64 to 32.
    const Graph& graph = *result->int8_graph;
    const auto layer = std::find_if(graph.nodes.begin(), graph.nodes.end(),
                                    [](const Node& node) { return node.op->name == "fully_connected"; });
    ASSERT_NE(layer, graph.nodes.end());
    const auto weights = graph.tensor(layer->inputs[1]).constant<std::int8_t>();
    ASSERT_EQ(weights.size(), 64U * 32U);
    EXPECT_GE(static_cast<double>(std::count(weights.begin(), weights.end(), 0)) / 2048.0, wanted - 0.005) << how;
    for (std::size_t i = 0; wanted < 0.8 && i < weights.size(); i += 4)
      EXPECT_GE(std::count(weights.begin() + static_cast<std::ptrdiff_t>(i),
                           weights.begin() + static_cast<std::ptrdiff_t>(i + 4), 0),
                3);
  }
}

TEST_F(Train, EveryLossAndScheduleLearns) {
  for (const char* settings : {"focal = 2.0\nbalance = 0.5\nselect = \"f1\"\n", "average = 0.9\nselect = \"last\"\n",
                               "schedule = \"step\"\nstep_epochs = 4\nstep_factor = 0.5\n",
                               "label_smoothing = 0.1\n[augment]\nmixup = 0.2\noffset = 0.05\ntime_shift = 4\n"}) {
    std::string project = test::waves_project("epochs = 12\nlearning_rate = 0.01\n" + std::string(settings));
    if (const auto first = project.find("[augment]"); project.rfind("[augment]") != first)
      project.erase(first, project.find("[network]") - first);
    const auto result = run(project);
    ASSERT_TRUE(result.ok()) << result.error().to_string();
    EXPECT_GE(result->test_float.accuracy, 0.9) << settings;
    if (std::string_view(settings).find("last") != std::string_view::npos) {
      EXPECT_EQ(result->best_epoch, 12);
    }
    if (std::string_view(settings).starts_with("schedule")) {
      EXPECT_DOUBLE_EQ(result->history[11].learning_rate, 0.01 * 0.5 * 0.5);
    }
  }
}

TEST_F(Train, DistillationRuns) {
  const auto result = run(test::waves_project("epochs = 8\nlearning_rate = 0.01\n") +
                          "[distil]\nweight = 0.7\n[distil.teacher]\ntype = \"cnn1d\"\nchannels = [16, 32]\n");
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  ASSERT_TRUE(result->validation_teacher.has_value());
  EXPECT_GE(*result->validation_teacher, 0.8);
  const auto plain = run(test::waves_project("epochs = 8\nlearning_rate = 0.01\n"), "plain");
  ASSERT_TRUE(plain.ok());
  EXPECT_NE(contents("out").at("model_float.npz"), contents("plain").at("model_float.npz"))
      << "the teacher taught nothing";
}

TEST_F(Train, PruningHalvesTheWorkAndKeepsTheTask) {
  for (const char* importance : {"taylor", "l1", "batch_norm"}) {
    std::string project = test::waves_project("epochs = 15\nlearning_rate = 0.01\n") +
                          "[compress]\nkeep_macs = 0.5\nimportance = \"" + importance +
                          "\"\nprune_steps = 2\nprune_epochs = 15\n";
    project.replace(project.find("[8, 12]"), 7, "[16, 24]");  // more than the task needs
    const auto result = run(project);
    ASSERT_TRUE(result.ok()) << result.error().to_string();
    ASSERT_EQ(result->pruning.size(), 2U);
    EXPECT_LE(result->pruning[1].macs_after * 2, result->pruning[0].macs_before);
    EXPECT_EQ(result->macs, result->pruning[1].macs_after);
    EXPECT_GE(result->test_int8->accuracy, 0.8) << importance;
  }
}

TEST_F(Train, NotANumberStopsWithTheLastGoodState) {
  const std::string wild =
      "optimiser = \"sgd\"\nlearning_rate = 100.0\nwarmup_epochs = 0\nweight_decay = 10.0\nschedule = \"constant\"\n";
  const auto result = run(test::waves_project(
      "epochs = 30\n" + wild + "[compress]\nquantise = \"none\"\n"));  // two steps an epoch: it takes some to overflow
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  EXPECT_NE(result->stopped.find("the loss is not a number in epoch"), std::string::npos) << result->stopped;
  EXPECT_LT(result->history.size(), 30U);
  const std::string text = error(test::waves_project("epochs = 3\n" + wild, 2));
  EXPECT_NE(text.find("train: the loss is not a number in epoch 1, step"), std::string::npos) << text;
}

TEST_F(Train, BadProjectsAndData) {
  const std::string unknown = error("name = \"x\"\n[data]\nwindo = 3\n");
  EXPECT_TRUE(unknown.starts_with("project.toml:3: data.windo: unknown setting; known here: ")) << unknown;
  EXPECT_TRUE(unknown.ends_with(", window")) << unknown;
  EXPECT_EQ(error("[train]\nepochs = 0\n"), "project.toml:2: train.epochs: expects a whole number from 1 to 100000");
  EXPECT_EQ(error("[train]\noptimiser = \"lbfgs\"\n"),
            "project.toml:2: train.optimiser: \"lbfgs\" is not one of adam, sgd");
  EXPECT_EQ(error("[network]\ntype = \"layers\"\n[[network.layers]]\nunits = 3\n"),
            "project.toml:3: network.layers[0].type: every layer needs a type");
  EXPECT_EQ(error("name = \n").substr(0, 15), "project.toml:1:");
  EXPECT_EQ(error("[data]\nfolder = \"nowhere\"\n"),
            "nowhere: there is no such data folder; fetch the data first or name another with --data");
  EXPECT_EQ(error("[data]\nwindow = 32\n[network]\ntype = \"resnext\"\n").substr(0, 52),
            "network.type: there is no network \"resnext\"; there i");
  EXPECT_EQ(error("[data]\nwindow = 32\n[split]\ntest = [\"p9\"]\n"),
            "split.test: there is no group \"p9\" in the data; it has p0, p1, p2, p3, p4, p5");
  test::put(root() / "data/slow/p0_1.csv", "x,y\n1,2\n3,nan\n");
  EXPECT_EQ(error("[data]\nwindow = 32\n"), "data/slow/p0_1.csv:3: column \"y\" is nan; repair or remove the row");
}

}  // namespace
}  // namespace mote
