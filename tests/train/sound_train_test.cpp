// From made-up sounds to an int8 model with a front end: the input is int16, features and network are one graph, what
// is trained is what is computed; and leaving out one person after the other.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <set>

#include "base/files.h"
#include "data/random.h"
#include "ops/ops.h"
#include "tests/data/helpers.h"
#include "train/cross_validate.h"

namespace mote {
namespace {

class SoundTrain : public testing::Test {
 protected:
  void SetUp() override {
    auto created = TemporaryFolder::create();
    ASSERT_TRUE(created.ok());
    folder_.emplace(std::move(*created));
    // A rising and a falling whistle of three people, each with a pitch of their own.
    for (int rising = 0; rising < 2; ++rising)
      for (int person = 0; person < 3; ++person)
        for (int take = 0; take < 4; ++take) {
          Random random(5, rising, person, take);
          std::string text = "x\n";
          double phase = 0;
          for (int t = 0; t < 600; ++t) {
            const double part = rising != 0 ? t / 600.0 : 1 - t / 600.0;
            phase += (0.3 + 0.15 * person) * (1 + 1.5 * part);
            text += std::to_string(0.3 * std::sin(phase) + 0.01 * random.normal()) + "\n";
          }
          test::put(root() / "data" / (rising != 0 ? "up" : "down") /
                        ("p" + std::to_string(person) + "_" + std::to_string(take) + ".csv"),
                    text);
        }
  }
  std::filesystem::path root() const { return folder_->path(); }
  TrainOptions options(const std::string& front_end, const std::string& split) const {
    test::put(
        root() / "project.toml",
        "name = \"whistle\"\n[data]\nfolder = \"data\"\nrate_hz = 4000\nwindow = 600\n[input]\nnormalise = \"none\"\n" +
            split + "[augment.sound]\nnoise_snr_db = [10, 30]\ngain_db = 3\n[augment.features]\ntime_masks = 1\n" +
            "time_mask = 2\nvocal_tract = 0.1\n" + front_end +
            "[network]\ntype = \"ds_cnn\"\nchannels = [8, 8]\n[train]\nepochs = 12\nbatch_size = 8\n"
            "learning_rate = 0.01\nselect = \"last\"\n");
    return {.project = root() / "project.toml", .data = {}, .out = root() / "out", .resume = false};
  }
  std::optional<TemporaryFolder> folder_;
};

constexpr const char* kBands =
    "[front_end]\ntype = \"log_mel\"\nwindow = 100\nstride = 50\nbands = 12\nlow_hz = 100\nnormalise = \"rows\"\n"
    "[[front_end.filters]]\ntype = \"high_pass\"\nhz = 80\n";

TEST_F(SoundTrain, TheModelTakesSamplesAndIntegersAgreeWithFloats) {
  const auto result = run_train(options(kBands, "[split]\nby = \"recording\"\n"), {});
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  ASSERT_TRUE(result->int8_graph.has_value());
  const Tensor& input = result->int8_graph->tensor(result->int8_graph->inputs[0]);
  EXPECT_EQ(input.type, DType::i16);
  EXPECT_EQ(input.shape, (Shape{1, 600, 1, 1}));
  std::set<std::string_view> used;
  for (const Node& node : result->int8_graph->nodes) used.insert(node.op->name);
  for (const char* op : {"biquad", "log_mel", "normalise", "conv2d"}) EXPECT_TRUE(used.contains(op)) << op;
  EXPECT_FALSE(used.contains("dequantize")) << "a part of the model stayed float";
  EXPECT_GE(result->int8_agreement, 0.99);
  EXPECT_LE(result->float_agreement.value().largest_difference, 1e-5);
  EXPECT_EQ(result->train.groups.size(), 3U);
}

TEST_F(SoundTrain, EvaluatedExactlyTheTrainedNetworkIsTheIntegerOneFrontEndIncluded) {
  const auto result =
      run_train(options(kBands, "[split]\nby = \"recording\"\n[compress]\nquantise = \"qat\"\nqat_epochs = 3\n"), {});
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  ASSERT_TRUE(result->exact_agreement.has_value());
  EXPECT_EQ(result->exact_agreement->same_output, 1.0);
  EXPECT_EQ(result->exact_agreement->largest_difference, 0);
}

TEST_F(SoundTrain, CrossValidationLeavesOutEveryPersonOnce) {
  const auto all =
      run_cross_validation(options(kBands, "[split]\nby = \"recording\"\n"), 10, [](const Progress&) { return true; });
  ASSERT_TRUE(all.ok()) << all.error().to_string();
  ASSERT_EQ(all->folds.size(), 3U);
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(all->folds[i].groups, std::vector<std::string>{"p" + std::to_string(i)});
    EXPECT_EQ(all->folds[i].test_float.examples, 8);
    sum += all->folds[i].test_int8->accuracy;
    EXPECT_TRUE(std::filesystem::exists(root() / "out" / all->folds[i].groups[0] / "model_int8.mir"));
  }
  EXPECT_NEAR(all->mean, sum / 3, 1e-12);
  EXPECT_GT(all->mean, 0.6) << "up and down differ whoever whistles";
  EXPECT_EQ(all->pooled.examples, 24);
  EXPECT_NEAR(all->pooled.accuracy, all->mean, 1e-12) << "folds of one size";
  std::int64_t right = 0;
  for (std::size_t c = 0; c < all->classes.size(); ++c) right += all->pooled.confusion[c][c];
  EXPECT_NEAR(static_cast<double>(right) / 24, all->pooled.accuracy, 1e-12);
  const auto text = read_text(root() / "out" / "cross_validation.json");
  ASSERT_TRUE(text.ok());
  EXPECT_NE(text->find("\"pooled\""), std::string::npos);
  // A fold taken up again, by mote compress say, tests the same person.
  const auto fold = read_recipe(root() / "out" / "p1" / "project.toml");
  ASSERT_TRUE(fold.ok()) << fold.error().to_string();
  EXPECT_EQ(fold->split.test, std::vector<std::string>{"p1"});
  EXPECT_EQ(fold->split.by, "recording");
}

TEST_F(SoundTrain, TheTestPartOfAProjectsTextCanBeChanged) {
  const std::vector<std::string> groups{"p0", "a \"b\" \\"};
  for (const char* split : {"", "[split]\nseed = 7 # kept\n[input]\nnormalise = \"none\"\n",
                            "[split]\ntest = [\n \"p1\",\n \"p2\" ]\nvalidation = [\"p0\"]\nseed = 7 # kept\n",
                            "[split]\nseed = 7 # kept"}) {
    const auto recipe = parse_recipe(std::string("name = \"x\"\n") + split, "project.toml");
    ASSERT_TRUE(recipe.ok()) << recipe.error().to_string();
    const std::string text = with_test_groups(*recipe, groups);
    const auto again = parse_recipe(text, "project.toml");
    ASSERT_TRUE(again.ok()) << again.error().to_string() << text;
    EXPECT_EQ(again->split.test, groups) << text;
    EXPECT_TRUE(again->split.validation.empty()) << text;
    if (*split == 0) continue;
    EXPECT_NE(text.find("seed = 7 # kept"), std::string::npos) << text;
    EXPECT_EQ(again->split.seed, 7U) << text;
  }
}

/// Features that are kept stand for the front end: learning from them, taught by another network too, gives a model
/// that takes samples and knows its whistles.
TEST_F(SoundTrain, LearnsFromKeptFeatures) {
  TrainOptions how = options(kBands, "[split]\nby = \"recording\"\n");
  auto text = read_text(how.project);
  ASSERT_TRUE(text.ok());
  const std::string::size_type at = text->find("[augment.features]\n") + std::string("[augment.features]\n").size();
  text->insert(at, "views = 3\nblend = 0.3\nsplice = 0.2\nroll = false\ncolour = 0.1\n");
  test::put(how.project, *text + "[augment]\nmixup = 0.1\n[distil.teacher]\ntype = \"ds_cnn\"\nchannels = [12, 12]\n");
  const auto result = run_train(how, {});
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  EXPECT_EQ(result->int8_graph->tensor(result->int8_graph->inputs[0]).type, DType::i16);
  EXPECT_GE(result->validation_teacher.value(), 0.7);
  EXPECT_GE(result->test_int8->accuracy, 0.7);
  test::put(how.project, *text + "[distil]\nteacher = \"x.pt\"\n");
  test::put(root() / "x.pt", "not read");
  std::filesystem::remove_all(root() / "out");
  const auto refused = run_train(how, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().to_string().find("views"), std::string::npos) << refused.error().to_string();
}

/// Features kept in a file give the training that made them, and another network uses them too.
TEST_F(SoundTrain, SharesKeptFeatures) {
  const TrainOptions how = options(kBands, "[split]\nby = \"recording\"\n");
  auto text = read_text(how.project);
  ASSERT_TRUE(text.ok());
  text->insert(text->find("[augment.features]\n") + std::string("[augment.features]\n").size(), "views = 2\n");
  const auto recipe = parse_recipe(*text, how.project);
  ASSERT_TRUE(recipe.ok()) << recipe.error().to_string();
  const auto losses = [&](const Recipe& r, const std::filesystem::path& features) {
    TrainControl control;
    control.features = features;
    control.until = 2;
    const auto result = train(r, std::filesystem::path(), {}, control);
    EXPECT_TRUE(result.ok()) << result.error().to_string();
    std::vector<double> all;
    for (const EpochRecord& record : result->history) all.push_back(record.loss);
    return all;
  };
  const auto files = [&] {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(root() / "kept")) found.push_back(entry.path());
    return found;
  };
  const auto plain = losses(*recipe, {});
  EXPECT_EQ(plain.size(), 2U) << "no further than it was told";
  EXPECT_EQ(losses(*recipe, root() / "kept"), plain);
  ASSERT_EQ(files().size(), 1U);
  const auto written = std::filesystem::last_write_time(files()[0]);
  EXPECT_EQ(losses(*recipe, root() / "kept"), plain);
  EXPECT_EQ(std::filesystem::last_write_time(files()[0]), written);
  Recipe other = *recipe;
  other.text += "\n";  // the same project
  other.network.channels = {12, 12};
  losses(other, root() / "kept");
  EXPECT_EQ(files().size(), 1U);
  other = *recipe;
  other.text.replace(other.text.find("views = 2"), 9, "views = 3");
  other.augment.features.views = 3;
  losses(other, root() / "kept");
  EXPECT_EQ(files().size(), 2U) << "another set of features";
  test::put(files()[0], "no features at all");
  EXPECT_EQ(losses(*recipe, root() / "kept"), plain);
}

TEST_F(SoundTrain, EveryFrontEndTrains) {
  for (const char* front_end :
       {"[front_end]\ntype = \"mfcc\"\nwindow = 128\nbands = 16\ncoefficients = 8\n",
        "[front_end]\ntype = \"sliding_stats\"\nwindow = 50\nstride = 25\n",
        "[front_end]\ntype = \"log_mel\"\nscale = \"linear\"\nwindow = 32\nstride = 16\nbands = 6\nlow_hz = 20\n"
        "[[front_end.filters]]\ntype = \"band_pass\"\nhz = 500\n"
        "[[front_end.filters]]\ntype = \"envelope\"\nwindow = 8\nstride = 4\n"}) {
    const auto result = run_train(options(front_end, "[split]\ntest = [\"p0\"]\nvalidation = [\"p1\"]\n"), {});
    ASSERT_TRUE(result.ok()) << front_end << result.error().to_string();
    EXPECT_EQ(result->int8_graph->tensor(result->int8_graph->inputs[0]).type, DType::i16) << front_end;
    std::filesystem::remove_all(root() / "out");
  }
}

}  // namespace
}  // namespace mote
