// `mote compress` as a user runs it: the ladder, what is asked for, a foreign model, limits that nothing meets.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "base/files.h"
#include "board/process.h"

namespace mote {
namespace {
namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A task that a small network learns in a second: three frequencies on two channels, six people.
void write_task(const fs::path& folder, const std::string& limits) {
  const char* names[] = {"slow", "middle", "fast"};
  for (int c = 0; c < 3; ++c) {
    fs::create_directories(folder / "data" / names[c]);
    for (int person = 0; person < 6; ++person) {
      std::ofstream file(folder / "data" / names[c] / ("p" + std::to_string(person) + "_1.csv"));
      file << "x,y\n";
      for (int t = 0; t < 64; ++t) {
        const double angle = 1.7 * person + 0.15 * (1 << c) * t;
        const double noise = 0.2 * std::sin(12.9898 * t + 78.233 * person + c);
        file << 2 * std::sin(angle) + noise << "," << std::cos(angle) - noise << "\n";
      }
    }
  }
  std::ofstream(folder / "project.toml")
      << "name = \"waves\"\nboards = [\"nano33ble\"]\n[data]\nfolder = \"data\"\nrate_hz = 20\nwindow = 32\nstride = "
         "8\n"
         "[split]\nvalidation = [\"p1\"]\ntest = [\"p0\", \"p5\"]\n[network]\ntype = \"cnn1d\"\nchannels = [16, 24]\n"
         "[train]\nbatch_size = 16\nepochs = 15\nlearning_rate = 0.01\n"
         "[compress]\nprune_epochs = 8\nqat_epochs = 3\ncalibration_examples = 40\n"
      << limits;
}

fs::path shared_folder() {
  const char* set = std::getenv("MOTE_SHARED");
  return set != nullptr ? fs::path(set) : fs::path(MOTE_TEST_SOURCE_DIR).parent_path() / "shared";
}

class Compress : public testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::create();
    ASSERT_TRUE(made.ok());
    folder_.emplace(std::move(*made));
    if (mote({"compress", at("nothing.mir"), "-o", at("out")}).err.find("without the trainer") != std::string::npos)
      GTEST_SKIP() << "this mote was built without the trainer";
  }
  fs::path root() const { return folder_->path(); }
  std::string at(const std::string& name) const { return (root() / name).string(); }
  ProcessEnd mote(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), MOTE_PROGRAM);
    auto end = run_process(arguments, {});
    EXPECT_TRUE(end.ok());
    return end.ok() ? *end : ProcessEnd{};
  }
  Json json(const std::string& name) const { return Json::parse(*read_text(root() / name)); }
  std::optional<TemporaryFolder> folder_;
};

TEST_F(Compress, DoesWhatIsAskedAndSaysWhatItCost) {
  write_task(root(), "");
  ASSERT_EQ(mote({"-q", "train", at("project.toml"), "-o", at("trained")}).exit_code, 0);
  const auto done =
      mote({"-q", "compress", at("trained"), "--data", at("data"), "--prune", "0.5", "--calibration", "mse",
            "--equalise", "--qat", "3", "--points", "20", "-o", at("out"), "--json", at("report.json")});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const Json report = json("report.json");
  ASSERT_EQ(report["steps"].size(), 4U) << report.dump(1);
  const auto& steps = report["steps"];
  EXPECT_EQ(steps[0]["step"], "float");
  EXPECT_LT(steps[1]["macs"].get<double>(), 0.75 * steps[0]["macs"].get<double>());
  EXPECT_TRUE(report["met"].get<bool>());
  const Json& measured = steps[3]["measured"];
  EXPECT_TRUE(measured["bit_exact"].get<bool>());
  EXPECT_GE(report["test_accuracy"].get<double>(), report["test_accuracy_float"].get<double>() - 0.2);
  EXPECT_GE(json("out/metrics.json")["int8_agreement"].get<double>(), 0.8);
  // What was written is a folder like mote train's.
  EXPECT_EQ(mote({"-q", "evaluate", at("out"), "--board", "nano33ble"}).exit_code, 0);
}

TEST_F(Compress, ClimbsTheLadderUntilTheLimitsAreMet) {
  write_task(root(), "");
  ASSERT_EQ(mote({"-q", "train", at("project.toml"), "-o", at("trained")}).exit_code, 0);
  ASSERT_EQ(mote({"-q", "compress", at("trained"), "--data", at("data"), "--points", "30", "-o", at("loose"), "--json",
                  at("a.json")})
                .exit_code,
            0);
  const Json loose = json("a.json");
  ASSERT_EQ(loose["steps"].size(), 2U) << "int8 meets everything: nothing else is tried";
  const double flash = loose["steps"][1]["measured"]["flash_bytes"];
  const double constants = loose["steps"][1]["constant_bytes_estimated"];
  write_task(root(), "[limits]\nflash_bytes = " + std::to_string(static_cast<long>(flash - 0.3 * constants)) + "\n");
  const auto tight = mote({"-q", "compress", at("trained/model_float.mir"), "--project", at("project.toml"), "--points",
                           "40", "-o", at("tight"), "--json", at("b.json")});
  ASSERT_EQ(tight.exit_code, 0) << tight.err;
  const Json b = json("b.json");
  EXPECT_GT(b["steps"].size(), 3U);
  EXPECT_EQ(b["steps"][1]["misses"], Json::array({"flash"}));
  EXPECT_LE(b["steps"].back()["measured"]["flash_bytes"].get<double>(), flash - 0.3 * constants);
}

TEST_F(Compress, EveryPrecisionAndSparsityIsExactOnTheBoard) {
  write_task(root(), "");
  ASSERT_EQ(mote({"-q", "train", at("project.toml"), "-o", at("trained")}).exit_code, 0);
  const std::vector<std::vector<std::string>> asked = {
      {"--quantize", "mixed", "--qat", "2"}, {"--quantize", "16x8"}, {"--pattern", "1:4", "--epochs", "4"}};
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const std::string out = at("out" + std::to_string(i)), report = "report" + std::to_string(i) + ".json";
    std::vector<std::string> arguments = {"-q",       "compress", at("trained"), "--data", at("data"),
                                          "--points", "40",       "-o",          out,      "--json"};
    arguments.push_back(at(report));
    arguments.insert(arguments.end(), asked[i].begin(), asked[i].end());
    const auto done = mote(arguments);
    ASSERT_EQ(done.exit_code, 0) << asked[i][1] << ": " << done.err;
    EXPECT_TRUE(json(report)["steps"].back()["measured"]["bit_exact"].get<bool>()) << asked[i][1];
    EXPECT_GT(json(report)["test_accuracy"].get<double>(), 0.5) << asked[i][1];
  }
}

/// A model that PyTorch or Keras trained: 119 rows of a wand's motion to five gestures, ranges 0 to 1.
TEST_F(Compress, TakesAForeignModel) {
  const fs::path shared = shared_folder();
  const fs::path model = shared / "models" / "magic_wand_imu" / "model.tflite";
  if (!fs::exists(model)) GTEST_SKIP() << "no shared models; set MOTE_SHARED";
  fs::create_directories(root() / "wand");
  for (const auto& entry : fs::directory_iterator(shared / "data" / "gesture_wand_imu" / "train")) {
    std::ifstream from(entry.path());
    std::ofstream to(root() / "wand" / entry.path().filename());
    std::string line;
    std::getline(from, line);
    to << line << "\n";
    while (std::getline(from, line)) {
      std::stringstream cells(line);
      for (int i = 0; i < 6; ++i) {
        std::string cell;
        std::getline(cells, cell, ',');
        const double value = std::stod(cell);
        to << (i < 3 ? (value + 4) / 8 : (value + 2000) / 4000) << (i < 5 ? "," : "\n");
      }
    }
  }
  std::ofstream(root() / "wand.toml")
      << "name = \"wand\"\n[data]\nfolder = \"wand\"\nlayout = \"files\"\nrows = 119\n[input]\nnormalise = \"none\"\n"
         "[split]\ntest_fraction = 0.2\nvalidation_fraction = 0.3\n[train]\nepochs = 4\nbatch_size = 16\n";
  const auto done = mote({"-q", "compress", model.string(), "--project", at("wand.toml"), "--prune", "0.3",
                          "--quantize", "mixed", "--points", "40", "-o", at("out"), "--json", at("report.json")});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const Json report = json("report.json");
  EXPECT_GE(report["test_accuracy_float"].get<double>(), 0.8) << "the model as it came";
  EXPECT_LT(report["steps"][1]["macs"].get<double>(), 0.9 * report["steps"][0]["macs"].get<double>());
  EXPECT_TRUE(report["steps"].back()["measured"]["bit_exact"].get<bool>());
  // Fed otherwise than in its training: said, not kept quiet.
  std::string project = *read_text(root() / "wand.toml");
  project.replace(project.find("\"none\""), 6, "\"standard\"");
  std::ofstream(root() / "wand.toml") << project;
  const auto wrong = mote({"compress", model.string(), "--project", at("wand.toml"), "--quantize", "int8", "--points",
                           "90", "-o", at("wrong")});
  EXPECT_NE(wrong.out.find("little more than chance"), std::string::npos) << wrong.out;
}

TEST_F(Compress, SaysNoAndLeavesNothing) {
  write_task(root(), "[limits]\nflash_bytes = 64\n");
  const auto hopeless = mote({"-q", "compress", at("project.toml"), "-o", at("out"), "--json", at("report.json")});
  EXPECT_EQ(hopeless.exit_code, 1);
  EXPECT_NE(hopeless.err.find("no step meets the limits"), std::string::npos) << hopeless.err;
  EXPECT_FALSE(fs::exists(root() / "out"));
  EXPECT_FALSE(json("report.json")["met"].get<bool>());
  EXPECT_EQ(mote({"-q", "compress", at("nowhere.mir"), "-o", at("out")}).exit_code, 2);
  EXPECT_EQ(mote({"-q", "compress", at("project.toml"), "--prune", "2", "-o", at("out")}).exit_code, 2);
  EXPECT_FALSE(fs::exists(root() / "out"));
}

}  // namespace
}  // namespace mote
