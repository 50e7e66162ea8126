// Distillation from the inside: a teacher answers for the very view that the student learns from, trained teachers are
// as the project says, and the steps after training stay under them.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <optional>

#include "tests/train/synthetic.h"
#include "train/compressor.h"
#include "train/network.h"
#include "train/steps.h"
#include "train/train_command.h"

namespace mote {
namespace {

class Distil : public testing::Test {
 protected:
  void SetUp() override {
    folder_.emplace(std::move(*TemporaryFolder::create()));
    for (int c = 0; c < 2; ++c)
      for (int n = 0; n < 12; ++n) {
        Random random(3, c, n);
        std::string text = "x\n";
        for (int t = 0; t < 400; ++t)
          text += std::to_string(0.3 * std::sin((0.3 + 0.4 * c) * t) + 0.02 * random.normal()) + "\n";
        test::put(root() / "data" / (c != 0 ? "high" : "low") / ("p" + std::to_string(n) + "_1.csv"), text);
      }
  }
  std::filesystem::path root() const { return folder_->path(); }
  static std::string project(const std::string& more = "", int low_hz = 60) {
    return "name = \"tones\"\n[data]\nfolder = \"data\"\nrate_hz = 4000\nwindow = 400\n[input]\nnormalise = \"none\"\n"
           "[front_end]\ntype = \"log_mel\"\nwindow = 64\nstride = 32\nbands = 8\nlow_hz = " +
           std::to_string(low_hz) +
           "\n[network]\ntype = \"ds_cnn\"\nchannels = [4, 4]\n[train]\nepochs = 2\nbatch_size = 4\nselect = "
           "\"last\"\n" +
           more;
  }
  Result<TrainResult> run(const std::string& text, const std::string& out, const ProgressFn& progress = {}) const {
    test::put(root() / "project.toml", text);
    return run_train({.project = root() / "project.toml", .data = {}, .out = root() / out, .resume = false}, progress);
  }
  Recipe recipe(const std::string& text) const { return *parse_recipe(text, root() / "project.toml"); }
  std::optional<TemporaryFolder> folder_;
};

TorchGraph network(const Recipe& recipe, const Task& task) {
  return *TorchGraph::create(*build_network("net", recipe.network, network_io(recipe, task), 1));
}

/// What the student sees behind its front end is what the teacher gets: masked, shifted, mixed, kept or not.
TEST_F(Distil, TeacherAndStudentSeeOneView) {
  for (const char* views : {"", "views = 2\n"}) {
    const Recipe how = recipe(project(std::string("[augment]\nmixup = 0.3\n[augment.features]\ntime_masks = 1\n") +
                                      "time_mask = 6\nfrequency_masks = 1\nfrequency_mask = 3\nnoise = 0.5\n" + views));
    Task task = *prepare_task(how, "");
    TorchGraph student = network(how, task);
    TorchGraph other = network(how, task);
    const TensorId front = front_end_output(student.graph());
    at::Tensor seen;
    int steps = 0;
    FitOptions options;
    options.hooks.activation = [&](TensorId id, const at::Tensor& value) {
      if (id == front) seen = value.clone();
      return value;
    };
    const Teacher teach = graph_teacher(other);
    options.teacher = [&](const Shown& shown) {
      ++steps;
      EXPECT_TRUE(shown.features.defined());
      if (!shown.inputs.defined()) {
        EXPECT_STRNE(views, "");
        return teach(shown);
      }
      at::NoGradGuard no_grad;
      EXPECT_TRUE(at::equal(shown.features, seen)) << "the teacher was shown something else than the student";
      const at::Tensor clean = other.forward({shown.inputs}, false, {}, front)[0];
      EXPECT_GT((shown.features - clean).abs().max().item<double>(), 0.1) << "nothing was done to the features";
      const Taught taught = teach(shown);
      EXPECT_TRUE(
          at::equal(taught.logits, other.forward({shown.features}, false, {}, logits_of(other.graph()), front)[0]));
      return taught;
    };
    const auto fitted = fit(student, task.training_set(), task.validation_inputs, how.train, {}, options);
    ASSERT_TRUE(fitted.ok()) << fitted.error().to_string();
    EXPECT_GT(steps, 4);
  }
}

TEST_F(Distil, AnotherFrontEndHearsTheWaveform) {
  const Recipe how = recipe(project());
  Task task = *prepare_task(how, "");
  TorchGraph student = network(how, task);
  Recipe wide = how;
  wide.network.channels = {12, 12};
  TorchGraph same = network(wide, task);
  TorchGraph other = network(recipe(project("", 200)), task);  // features of the same shape, but others
  EXPECT_TRUE(same_front_end(student, same));
  EXPECT_FALSE(same_front_end(student, other));
  const at::Tensor waves = at::full(batch_shape(student.graph(), 2), 0.1);
  const TensorId front = front_end_output(student.graph());
  const at::Tensor features = student.forward({waves}, false, {}, front)[0].detach();
  const auto answer = [](const Teacher& teacher, const Shown& shown) { return teacher(shown).logits; };
  EXPECT_TRUE(at::allclose(answer(graph_teacher(same), {waves, features}), answer(graph_teacher(same), {waves, {}})));
  EXPECT_FALSE(
      at::allclose(answer(graph_teacher(same), {waves, features + 1}), answer(graph_teacher(same), {waves, features})));
  EXPECT_TRUE(at::equal(answer(graph_teacher(other, false), {waves, features + 1}),
                        answer(graph_teacher(other, false), {waves, {}})));
}

TEST_F(Distil, KeptFeaturesNeedATeacherWithTheSameFrontEnd) {
  ASSERT_TRUE(run(project("", 200), "higher").ok());
  const std::string teacher = "[distil]\nteacher = \"higher\"\n";
  const auto waves = run(project(teacher), "waves");
  EXPECT_TRUE(waves.ok()) << waves.error().to_string();
  const auto refused = run(project("[augment.features]\nviews = 2\n" + teacher), "kept");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().to_string().find("another front end"), std::string::npos) << refused.error().to_string();
  const auto kept = run(project("[augment.features]\nviews = 2\n" + teacher, 200), "kept");
  EXPECT_TRUE(kept.ok()) << kept.error().to_string();
}

TEST_F(Distil, SeveralTeachersAreTrainedForAsLongAsTheProjectSays) {
  std::map<std::string, std::int32_t> epochs;
  const ProgressFn count = [&](const Progress& p) {
    if (p.record != nullptr) epochs[std::string(p.phase)] += 1;
    return true;
  };
  const std::string teacher = "[distil.teacher]\ntype = \"ds_cnn\"\nchannels = [6, 6]\n";
  const auto result = run(project("[distil]\nteachers = 2\nteacher_epochs = 5\n" + teacher), "two", count);
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  EXPECT_EQ(epochs, (std::map<std::string, std::int32_t>{{"teacher 1", 5}, {"teacher 2", 5}, {"train", 2}}));
  ASSERT_TRUE(run(project("[distil]\nteacher_epochs = 5\n" + teacher), "one").ok());
  EXPECT_NE(*read_file(root() / "one/model_float.npz"), *read_file(root() / "two/model_float.npz"))
      << "the second teacher said what the first did";
  ASSERT_TRUE(run(project("[distil]\nteacher_epochs = 5\nlabel_smoothing = 0.2\n" + teacher), "smooth").ok());
  EXPECT_NE(*read_file(root() / "one/model_float.npz"), *read_file(root() / "smooth/model_float.npz"))
      << "smoothing changed nothing";
}

/// `mote compress PROJECT` trains the network itself first, and then as `mote train` does: after its teacher, under it.
TEST_F(Distil, CompressionTrainsUnderTheTeacherToo) {
  const std::string text = project(
      "[compress]\nquantise = \"none\"\n[distil]\nteacher_epochs = 3\n[distil.teacher]\n"
      "type = \"ds_cnn\"\nchannels = [6, 6]\n");
  const auto trained = run(text, "trained");
  ASSERT_TRUE(trained.ok()) << trained.error().to_string();
  std::vector<std::string> phases;
  const ProgressFn watch = [&](const Progress& p) {
    if (p.record != nullptr) phases.emplace_back(p.phase);
    return true;
  };
  const auto compressor = Compressor::create({recipe(text), {}, std::nullopt, std::nullopt}, watch);
  ASSERT_TRUE(compressor.ok()) << compressor.error().to_string();
  EXPECT_EQ(phases, (std::vector<std::string>{"teacher", "teacher", "teacher", "train", "train"}));
  const auto weights = [](const Graph& graph) {
    std::vector<Bytes> all;
    for (const Tensor& tensor : graph.tensors)
      if (tensor.is_constant()) all.push_back(*tensor.data);
    return all;
  };
  EXPECT_EQ(weights(compressor->float_graph()), weights(trained->float_graph));
}

/// A student whose teacher calls high low and low high learns that, and is not talked out of it by the labels while it
/// is made ready for integers.
TEST_F(Distil, QuantisationStaysUnderTheTeacher) {
  for (const char* c : {"low", "high"}) {
    const std::string other = std::string(c) == "low" ? "high" : "low";
    std::filesystem::create_directories(root() / "wrong" / c);
    for (const auto& file : std::filesystem::directory_iterator(root() / "data" / other))
      std::filesystem::copy_file(file.path(), root() / "wrong" / c / file.path().filename());
  }
  std::string wrong = project();
  wrong.replace(wrong.find("\"data\""), 6, "\"wrong\"");
  wrong.replace(wrong.find("epochs = 2"), 10, "epochs = 20");
  ASSERT_TRUE(run(wrong, "liar").ok());
  std::string taught = project(
      "learning_rate = 0.01\n[compress]\nquantise = \"qat\"\nqat_epochs = 2\n[distil]\nweight = 1\ntemperature = 1\n"
      "teacher = \"liar\"\n");
  taught.replace(taught.find("epochs = 2"), 10, "epochs = 20");
  const auto result = run(taught, "taught");
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  ASSERT_LE(*result->validation_teacher, 0.1) << "the teacher tells the truth, so nothing is tested";
  EXPECT_LE(result->test_int8->accuracy, 0.1);
  ASSERT_FALSE(result->qat_history.empty());
  EXPECT_LT(result->qat_history[0].accuracy, 0.5);
  EXPECT_LT(result->qat_history[0].loss, 0.69) << "it learned from the labels";
}

/// Recordings of no class are learnt by the student through its teachers, and by nobody else; those of people that
/// validate or test are not.
TEST_F(Distil, UnlabelledRecordingsAreForTheStudentAlone) {
  const std::string known = "[split]\nvalidation = [\"p0\"]\ntest = [\"p1\", \"p2\"]\n";
  for (const int person : {0, 1, 6, 7, 8, 9})  // as many high as low, and the project does not know which
    for (const char* c : {"low", "high"}) {
      const std::filesystem::path file = root() / "data" / c / ("p" + std::to_string(person) + "_1.csv");
      std::filesystem::create_directories(root() / "data/spare");
      std::filesystem::copy_file(file, root() / "data/spare" / ("p" + std::to_string(person) + "_" + c + ".csv"));
      if (person > 1) std::filesystem::remove(file);
    }
  const auto with = [&](const std::string& more) {
    std::string text = project(known + more);
    return text.replace(text.find("rate_hz"), 0, "unlabelled = \"spare\"\n");
  };
  const std::string teacher = "[distil.teacher]\ntype = \"ds_cnn\"\nchannels = [6, 6]\n";
  std::map<std::string, std::int32_t> steps;
  const ProgressFn watch = [&](const Progress& p) {
    steps[std::string(p.phase)] = p.steps;
    return true;
  };
  const auto result = run(with("[compress]\nquantise = \"qat\"\nqat_epochs = 1\n" + teacher), "out", watch);
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  EXPECT_EQ(result->preparation.classes, (std::vector<std::string>{"high", "low"}));
  EXPECT_EQ(result->train.examples, 10);  // p3, p4, p5, p10, p11
  EXPECT_EQ(result->unlabelled.examples, 8);
  EXPECT_EQ(result->unlabelled.groups, (std::vector<std::string>{"p6", "p7", "p8", "p9"}));
  EXPECT_EQ(steps, (std::map<std::string, std::int32_t>{{"teacher", 10 / 4}, {"train", 18 / 4}, {"quantise", 18 / 4}}));
  EXPECT_LE(result->history.back().accuracy, 1) << "a share of those that have a label";
  EXPECT_NE(read_text(root() / "out/metrics.json")->find("\"unlabelled\""), std::string::npos);
  // Where parts share groups, other recordings of the same people are not what is tested.
  std::string shared = with(teacher);
  shared.replace(shared.find("[split]"), known.size(), "[split]\nby = \"recording\"\n");
  EXPECT_GT(run(shared, "shared")->unlabelled.examples, 8);
  // The trained model meets the folder again: there it has nothing to say of them.
  const auto inputs = read_inputs(root() / "data", result->preparation);
  ASSERT_TRUE(inputs.ok()) << inputs.error().to_string();
  EXPECT_EQ(inputs->size(), 16U);
  // Kept views: mixed with each other, blended and spliced with their like.
  const auto kept =
      run(with("[augment]\nmixup = 0.3\n[augment.features]\nviews = 2\nblend = 0.5\nsplice = 0.5\n" + teacher), "kept");
  EXPECT_TRUE(kept.ok()) << kept.error().to_string();

  const auto error = [&](const std::string& text) {
    const auto refused = run(text, "refused");
    return refused.ok() ? "accepted" : refused.error().to_string();
  };
  EXPECT_NE(error(with("")).find("[distil] must say who teaches"), std::string::npos) << error(with(""));
  std::string absent = with(teacher);
  absent.replace(absent.find("\"spare\""), 7, "\"attic\"");
  EXPECT_NE(error(absent).find("has no class \"attic\" (data.unlabelled); it has high, low, spare"), std::string::npos)
      << error(absent);
  for (const int person : {6, 7, 8, 9})
    for (const char* c : {"low", "high"})
      std::filesystem::remove(root() / "data/spare" / ("p" + std::to_string(person) + "_" + c + ".csv"));
  EXPECT_NE(error(with(teacher)).find("all unlabelled recordings are of groups that only validate or test"),
            std::string::npos)
      << error(with(teacher));
}

}  // namespace
}  // namespace mote
