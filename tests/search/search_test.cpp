// The parts of a search: the space, the order of candidates, the memory, NSGA-II, the cost; and a whole search on
// made-up data that is cut off, resumed, and reproduced by `mote train`.
#include "search/search.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "board/process.h"
#include "search/cost.h"
#include "search/evolve.h"
#include "search/pareto.h"
#include "tests/train/synthetic.h"
#include "train/network.h"
#include "train/task.h"
#include "train/trainer.h"

namespace mote::search {
namespace {

namespace fs = std::filesystem;

Recipe recipe_of(const std::string& text) {
  auto recipe = parse_recipe(text, "project.toml");
  EXPECT_TRUE(recipe) << recipe.error().to_string();
  return *std::move(recipe);
}

TEST(Space, AppliesItsChoicesToTheProject) {
  const Recipe recipe = recipe_of(
      "name = \"a\"\n[network]\ntype = \"ds_cnn\"\nchannels = [64, 64]\n[train]\nepochs = 9\n"
      "[[search.choices]]\nsetting = \"network.channels[1]\"\nvalues = [0, 8, 16]\n"
      "[[search.choices]]\nsetting = \"train.dropout\"\nvalues = [0.0, 0.3]\n");
  const auto space = make_space(recipe);
  ASSERT_TRUE(space) << space.error().to_string();
  const auto text = apply(*space, {2, 1}, recipe.text);
  ASSERT_TRUE(text);
  const Recipe changed = recipe_of(*text);
  EXPECT_EQ(changed.network.channels, (std::vector<std::int32_t>{64, 16}));
  EXPECT_EQ(changed.train.dropout, 0.3);
  EXPECT_EQ(changed.train.epochs, 9);
  EXPECT_TRUE(changed.search.choices.empty());
  EXPECT_EQ(recipe_of(*apply(*space, {0, 0}, recipe.text)).network.channels, std::vector<std::int32_t>{64});
  EXPECT_EQ(describe(*space, {2, 1}), "network.channels[1] = 16, train.dropout = 0.3");
}

TEST(Space, LeavesLayersOutAndRepeatsThem) {
  const Recipe recipe = recipe_of(
      "[network]\ntype = \"layers\"\n[[network.layers]]\ntype = \"conv1d\"\nfilters = 8\nkernel = 3\n"
      "[[network.layers]]\ntype = \"conv1d\"\nfilters = 16\nkernel = 5\n[[network.layers]]\ntype = \"dense\"\nunits = "
      "3\n"
      "[[search.choices]]\nsetting = \"network.layers[1].filters\"\nvalues = [0, 24]\n"
      "[[search.choices]]\nsetting = \"network.layers[1].kernel\"\nvalues = [3, 7]\n"
      "[[search.choices]]\nsetting = \"network.layers[0].repeat\"\nvalues = [1, 2]\n");
  const auto space = make_space(recipe);
  ASSERT_TRUE(space) << space.error().to_string();
  const Recipe changed = recipe_of(*apply(*space, {1, 1, 1}, recipe.text));
  ASSERT_EQ(changed.network.layers.size(), 3U);
  EXPECT_EQ(changed.network.layers[0].repeat, 2);
  EXPECT_EQ(changed.network.layers[1].filters, 24);
  EXPECT_EQ(changed.network.layers[1].kernel, std::vector<std::int32_t>{7});
  const auto without = apply(*space, {0, 1, 0}, recipe.text);
  const Recipe shorter = recipe_of(*without);
  ASSERT_EQ(shorter.network.layers.size(), 2U);
  EXPECT_EQ(shorter.network.layers[1].type, "dense");
  EXPECT_EQ(*without, *apply(*space, {0, 0, 0}, recipe.text)) << "the kernel of a layer that is not there";
}

TEST(Space, TheReferenceIsTheProjectOrHasTheNetworkOfAnother) {
  const auto folder = TemporaryFolder::create();
  const std::string own = "name = \"a\"\n[network]\ntype = \"ds_cnn\"\nwidth = 0.5\n[train]\nepochs = 7\n[search]\n";
  auto recipe = parse_recipe(own + "folds = 2\n", folder->path() / "project.toml");
  ASSERT_TRUE(recipe) << recipe.error().to_string();
  EXPECT_EQ(recipe_of(*reference_project(*recipe)).network.width, 0.5);
  EXPECT_EQ(recipe_of(*reference_project(*recipe)).search.folds, 0);
  test::put(folder->path() / "other.toml", "[network]\ntype = \"mlp\"\n[train]\nepochs = 9\n");
  recipe = parse_recipe(own + "reference = \"other.toml\"\n", folder->path() / "project.toml");
  const Recipe reference = recipe_of(*reference_project(*recipe));
  EXPECT_EQ(reference.network.type, "mlp");
  EXPECT_EQ(reference.train.epochs, 7) << "the recipe is the project's";
  recipe = parse_recipe(own + "reference = \"none.toml\"\n", folder->path() / "project.toml");
  EXPECT_FALSE(reference_project(*recipe));
}

TEST(Space, SaysWhatIsWrong) {
  const auto error = [](const std::string& text) {
    const auto space = make_space(recipe_of(text));
    return space ? std::string() : space.error().to_string();
  };
  const std::string choice = "[[search.choices]]\nsetting = \"network.colour\"\nvalues = [1, 2]\n";
  EXPECT_NE(error("[network]\ntype = \"cnn1d\"\n" + choice).find("colour"), std::string::npos);
  EXPECT_NE(error("[network]\ntype = \"layers\"\n[[network.layers]]\ntype = \"flatten\"\n").find("search.choices"),
            std::string::npos);
  EXPECT_EQ(error("[network]\ntype = \"mobilenet_v1\"\n"), "");
}

TEST(Pareto, KeepsWhatNothingBeats) {
  const std::vector<std::vector<double>> points = {{0.1, 9}, {0.2, 5}, {0.2, 6}, {0.3, 1}, {0.2, 5}};
  EXPECT_EQ(pareto_front(points), (std::vector<std::size_t>{0, 1, 3}));
  EXPECT_EQ(pareto_order(points), (std::vector<std::size_t>{0, 1, 4, 3, 2}));
}

TEST(Evolve, FindsTheFrontOfAKnownProblemAndRepeatsItself) {
  // Two objectives pull each gene to opposite ends: small sums, and large ones.
  const EvolveOptions options{{8, 8, 8}, 16, 20, 3, 2};
  const auto questions = [&] {
    std::vector<Genes> asked;
    const auto done = evolve(options, [&](const std::vector<Genes>& batch) {
      std::vector<std::vector<double>> answers;
      for (const Genes& g : batch) {
        asked.push_back(g);
        answers.push_back({double(g[0] + g[1] + g[2]), double(21 - g[0] - g[1] - g[2] + 5 * (g[0] != g[1]))});
      }
      return answers;
    });
    EXPECT_TRUE(done);
    return asked;
  };
  const auto asked = questions();
  EXPECT_EQ(asked.size(), 16U * 20U);
  EXPECT_EQ(asked, questions());
  const auto same = [](const Genes& g) { return g[0] == g[1]; };
  EXPECT_GT(std::count_if(asked.end() - 64, asked.end(), same), std::count_if(asked.begin(), asked.begin() + 64, same));
}

/// The planner gives up a few instructions where that saves much RAM. A candidate is not refused for RAM that compiling
/// it would not take: the emulated board counts 20,268 bytes for this one, trained; it was once estimated at 38,848.
TEST(Cost, IsThatOfThePlanThatWouldBeCompiled) {
  const Recipe recipe = recipe_of(
      "name = \"a\"\n[front_end]\ntype = \"log_mel\"\nwindow = 256\nstride = 160\nbands = 32\n[network]\ntype = "
      "\"ds_cnn\"\n"
      "width = 0.75\n[limits]\nram_bytes = 24576\n");
  const auto network = build_network("a", recipe.network, {{8000, 1}, 10, recipe.front_end, 8000}, 1);
  ASSERT_TRUE(network) << network.error().to_string();
  const auto cost = estimate_cost(recipe, *network, *load_board("nano33ble"));
  ASSERT_TRUE(cost) << cost.error().to_string();
  EXPECT_EQ(cost->obstacle, "");
  EXPECT_GT(cost->ram_bytes, 16000) << "the signal alone takes as much";
}

TEST(Store, RemembersAndRefusesAnotherSearch) {
  const auto folder = TemporaryFolder::create();
  Candidate candidate;
  candidate.genes = {1, 0, 3};
  candidate.project = "name = 'x'";
  candidate.cost = {10, 20, 30, 40, 50, "too large"};
  candidate.folds = {0.7, 1.0 / 3};
  {
    auto store = Store::open(folder->path() / "s.sqlite", "one");
    ASSERT_TRUE(store);
    ASSERT_TRUE(store->put(candidate));
    EXPECT_EQ(candidate.id, 1);
    candidate.rung = 2;
    candidate.accuracy = 0.75;
    ASSERT_TRUE(store->put(candidate));
  }
  const auto store = Store::open(folder->path() / "s.sqlite", "one");
  const auto found = store->find({1, 0, 3});
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->cost.obstacle, "too large");
  EXPECT_EQ((*found)->accuracy, 0.75);
  EXPECT_EQ((*found)->id, 1);
  EXPECT_EQ((*found)->folds, candidate.folds);
  const auto by_project = store->find_project("name = 'x'");
  ASSERT_TRUE(by_project && *by_project);
  EXPECT_EQ((*by_project)->genes, candidate.genes);
  EXPECT_FALSE(store->find_project("name = 'y'")->has_value());
  EXPECT_FALSE(store->find({1})->has_value());
  EXPECT_EQ(store->all()->size(), 1U);
  EXPECT_FALSE(Store::open(folder->path() / "s.sqlite", "two"));
  test::put(folder->path() / "no.sqlite", "this is no database at all, only text that is long enough to be read");
  EXPECT_FALSE(Store::open(folder->path() / "no.sqlite", "one"));
}

/// Asked and answered alike, in the same order.
void expect_same_candidates(const SearchResult& a, const SearchResult& b) {
  ASSERT_EQ(a.candidates.size(), b.candidates.size());
  for (std::size_t i = 0; i < b.candidates.size(); ++i) {
    EXPECT_EQ(a.candidates[i].genes, b.candidates[i].genes);
    EXPECT_EQ(a.candidates[i].folds, b.candidates[i].folds);
    EXPECT_EQ(a.candidates[i].accuracy, b.candidates[i].accuracy);
  }
}

class WholeSearch : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::make_unique<TemporaryFolder>(*TemporaryFolder::create());
    test::write_waves(root() / "data");
    test::put(root() / "project.toml", test::waves_project("epochs = 4\n[search]\npopulation = 8\nepochs = [1]\n"));
    options_.project = root() / "project.toml";
    options_.board = "nano33ble";
    options_.out = root() / "out";
    options_.trials = 6;
    options_.runner = {MOTE_PROGRAM, 2, ""};
  }
  const fs::path& root() const { return folder_->path(); }

  std::unique_ptr<TemporaryFolder> folder_;
  SearchOptions options_;
};

TEST_F(WholeSearch, IsCutOffResumedAndReproduced) {
  int lines = 0;
  const auto count = [&](const std::string&) { ++lines; };
  const auto uncut = run_search(options_, count, [] { return false; });
  ASSERT_TRUE(uncut) << uncut.error().to_string();
  ASSERT_FALSE(uncut->front.empty());
  EXPECT_EQ(uncut->rungs, (std::vector<std::int32_t>{1, 4}));
  EXPECT_TRUE(fs::exists(root() / "out" / "search.json"));
  EXPECT_FALSE(fs::exists(root() / "out.search"));

  options_.out = root() / "cut";
  lines = 0;
  const auto cut = run_search(options_, count, [&] { return lines >= 2; });
  EXPECT_FALSE(cut);  // nothing had reached the last rung
  EXPECT_TRUE(fs::exists(root() / "cut.search"));
  EXPECT_FALSE(run_search(options_, count, [] { return false; }));  // without --resume it must not be overwritten
  options_.resume = true;
  const auto resumed = run_search(options_, count, [] { return false; });
  ASSERT_TRUE(resumed) << resumed.error().to_string();
  expect_same_candidates(*resumed, *uncut);

  // A point of the front is what `mote train` makes of its project file.
  const auto found = std::find_if(uncut->front.begin(), uncut->front.end(),
                                  [](const FrontPoint& p) { return !p.candidate.is_reference(); });
  ASSERT_NE(found, uncut->front.end());
  const FrontPoint& point = *found;
  auto recipe =
      read_recipe(root() / "out" / "front" / std::to_string(found - uncut->front.begin() + 1) / "project.toml");
  ASSERT_TRUE(recipe);
  const auto trained = train(*recipe, root() / "data", {});
  ASSERT_TRUE(trained);
  EXPECT_EQ(trained->validation_float.accuracy, point.candidate.accuracy_float);
  EXPECT_GT(*point.report.instructions, 0);
  // The costs that decided were close to what was then measured.
  EXPECT_NEAR(static_cast<double>(point.candidate.cost.instructions), static_cast<double>(*point.report.instructions),
              0.15 * static_cast<double>(*point.report.instructions));
  EXPECT_NEAR(static_cast<double>(point.candidate.cost.flash_bytes), static_cast<double>(point.report.flash_bytes),
              0.25 * static_cast<double>(point.report.flash_bytes));
}

nlohmann::json json_of(const fs::path& file) { return nlohmann::json::parse(*read_text(file)); }

/// Folds: every candidate is judged by everybody but the test part's people, each by networks that never heard them;
/// cut off and resumed it finds the same.
TEST_F(WholeSearch, JudgesByFoldsWhoeverInterrupts) {
  test::put(root() / "project.toml",
            test::waves_project("epochs = 4\n[search]\npopulation = 8\nepochs = [1]\nfolds = 3\n"));
  options_.trials = 4;
  options_.runner.workers = 1;
  int lines = 0;
  const auto count = [&](const std::string& line) {
    ++lines;
    EXPECT_NE(line.find(" % of "), std::string::npos) << line;
  };
  const auto uncut = run_search(options_, count, [] { return false; });
  ASSERT_TRUE(uncut) << uncut.error().to_string();
  ASSERT_EQ(uncut->folds.size(), 3U);
  std::vector<std::string> judges;
  for (const auto& fold : uncut->folds) judges.insert(judges.end(), fold.begin(), fold.end());
  std::sort(judges.begin(), judges.end());
  EXPECT_EQ(judges, (std::vector<std::string>{"p1", "p2", "p3", "p4"})) << "p0 and p5 are the test part's";
  const nlohmann::json json = json_of(root() / "out" / "search.json");
  EXPECT_EQ(json["folds"].size(), 3U);
  int trained = 0;
  for (const auto& candidate : json["candidates"]) {
    if (candidate["epochs"] == 0) continue;
    ++trained;
    const auto folds = candidate["fold_accuracies"].get<std::vector<double>>();
    ASSERT_EQ(folds.size(), 3U);
    EXPECT_NEAR((folds[0] + folds[1] + folds[2]) / 3, candidate["validation_accuracy"].get<double>(), 1e-12);
  }
  EXPECT_EQ(trained, 4);
  EXPECT_FALSE(fs::exists(root() / "out" / "front" / "1" / "model_int8.mir"));
  EXPECT_TRUE(fs::exists(root() / "out" / "front" / "1" / "project.toml"));

  options_.out = root() / "cut";
  lines = 0;
  EXPECT_FALSE(run_search(options_, count, [&] { return lines >= 2; }));
  // As if it had been killed within a trial: what its folds' checkpoints hold is not trained again, nor further.
  fs::remove(root() / "cut.search" / "trials" / "1" / "result.json");
  options_.resume = true;
  const auto resumed = run_search(options_, count, [] { return false; });
  ASSERT_TRUE(resumed) << resumed.error().to_string();
  expect_same_candidates(*resumed, *uncut);
}

/// A trial is told to go to a rung twice, since whoever started it died before it heard of the end: the second time
/// there is nothing left to train.
TEST_F(WholeSearch, ATrialNeverGoesBeyondItsRung) {
  for (const bool folds : {false, true}) {
    TrialSpec spec{*read_text(root() / "project.toml"),
                   root() / "project.toml",
                   "",
                   root() / (folds ? "folds" : "plain"),
                   2,
                   false,
                   {}};
    if (folds) spec.folds = {{"p1", "p2"}, {"p3"}};
    const auto file = write_spec(spec);
    ASSERT_TRUE(file);
    ASSERT_TRUE(run_trial(*file));
    const auto once = read_result(spec);
    ASSERT_TRUE(once);
    EXPECT_EQ(once->failure, "");
    EXPECT_EQ(once->folds.size(), folds ? 2U : 0U);
    ASSERT_TRUE(run_trial(*file));
    const auto twice = read_result(spec);
    EXPECT_EQ(twice->accuracy, once->accuracy);
    EXPECT_EQ(twice->folds, once->folds);
  }
}

/// The project's own network is trained to the end whatever the halving says, and told apart.
TEST_F(WholeSearch, ComparesWithTheProjectsOwnNetwork) {
  const auto result = run_search(
      options_, [](const std::string&) {}, [] { return false; });
  ASSERT_TRUE(result) << result.error().to_string();
  ASSERT_TRUE(result->reference);
  EXPECT_EQ(result->candidates[0].id, result->reference->candidate.id) << "it comes first";
  EXPECT_TRUE(result->candidates[0].is_reference());
  const Recipe own = recipe_of(result->candidates[0].project);
  EXPECT_EQ(own.network.channels, (std::vector<std::int32_t>{8, 12}));
  const FrontPoint& reference = *result->reference;
  EXPECT_GT(*reference.report.instructions, 0);
  for (const FrontPoint& point : result->front)
    EXPECT_EQ(point.beats_reference, point.candidate.accuracy > reference.candidate.accuracy &&
                                         *point.report.instructions < *reference.report.instructions);
  const nlohmann::json json = json_of(root() / "out" / "search.json");
  EXPECT_EQ(json["candidates"][0]["reference"], true);
  EXPECT_EQ(json["candidates"][0]["epochs"], 4);
  EXPECT_FALSE(json["candidates"][1].contains("reference"));
  EXPECT_EQ(json["reference"]["instructions"], *reference.report.instructions);

  test::put(root() / "project.toml",
            test::waves_project("epochs = 2\n[search]\npopulation = 8\nepochs = [1]\nreference = \"none\"\n"));
  options_.out = root() / "without";
  options_.trials = 2;
  const auto without = run_search(
      options_, [](const std::string&) {}, [] { return false; });
  ASSERT_TRUE(without) << without.error().to_string();
  EXPECT_FALSE(without->reference);
  EXPECT_FALSE(json_of(root() / "without" / "search.json").contains("reference"));
}

TEST_F(WholeSearch, SaysWhenNothingFits) {
  test::put(root() / "project.toml",
            test::waves_project("epochs = 2\n[search]\npopulation = 8\n[limits]\nram_bytes = 600\n"));
  const auto result = run_search(
      options_, [](const std::string&) {}, [] { return false; });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::DoesNotFit);
  EXPECT_NE(result.error().to_string().find("RAM"), std::string::npos) << result.error().to_string();
  EXPECT_FALSE(fs::exists(root() / "out"));
}

TEST_F(WholeSearch, SaysBeforeItTrainsThatNothingCanBeMeasured) {
  ::setenv("MOTE_PLUGIN", "/nowhere/mote_counter.so", 1);
  const auto result = run_search(
      options_, [](const std::string&) { ADD_FAILURE() << "it has begun"; }, [] { return false; });
  ::unsetenv("MOTE_PLUGIN");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().to_string().find("MOTE_PLUGIN"), std::string::npos) << result.error().to_string();
  EXPECT_FALSE(fs::exists(root() / "out.search"));
}

}  // namespace
}  // namespace mote::search
