// The command line is a contract: forms, exit status, one line per error, nothing half-written. Runs the real program.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/npy.h"
#include "board/process.h"
#include "tests/import/shared.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

class Cli : public ::testing::Test {
 protected:
  void SetUp() override {
    auto folder = TemporaryFolder::create();
    ASSERT_TRUE(folder.ok());
    folder_.emplace(std::move(*folder));
  }

  fs::path path(const std::string& name) const { return folder_->path() / name; }

  static ProcessEnd mote(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), MOTE_PROGRAM);
    auto end = run_process(arguments, {});
    EXPECT_TRUE(end.ok());
    return end.ok() ? *end : ProcessEnd{};
  }

  /// Exactly one line on standard error that says each of `words`, nothing on standard output.
  static void expect_one_line(const ProcessEnd& end, int status, const std::vector<std::string>& words) {
    EXPECT_EQ(end.exit_code, status) << end.err;
    EXPECT_EQ(end.signal, 0);
    EXPECT_EQ(std::count(end.err.begin(), end.err.end(), '\n'), 1) << end.err;
    for (const std::string& word : words)
      EXPECT_NE(end.err.find(word), std::string::npos) << word << " not in: " << end.err;
  }

  static std::string small_model() { return std::string(MOTE_TEST_SOURCE_DIR) + "/tests/ir/small_int8.mir"; }

  std::optional<TemporaryFolder> folder_;
};

TEST_F(Cli, CompilesAndRunsFolderAndModelAlike) {
  const ProcessEnd compiled =
      mote({"compile", small_model(), "--board", "nano33ble", "-o", path("out"), "--json", path("c.json")});
  ASSERT_EQ(compiled.exit_code, 0) << compiled.err;
  for (const char* file : {"mote.json", "README.md", "CMakeLists.txt"})
    EXPECT_TRUE(fs::exists(path("out") / file)) << file;
  const auto project = nlohmann::json::parse(read_text(path("c.json")).value());
  NpyArray input{NpyType::i8, {3}, {}};
  for (const auto& dim : project["inputs"][0]["shape"]) input.shape.push_back(dim);
  for (std::int64_t i = 0; i < input.elements(); ++i) input.data.push_back(static_cast<std::uint8_t>(i * 37));
  ASSERT_TRUE(write_npy(path("x.npy"), input).ok());
  const ProcessEnd from_folder =
      mote({"run", path("out"), "--board", "nano33ble", "--input", path("x.npy"), "--output", path("a.npy"), "-q"});
  ASSERT_EQ(from_folder.exit_code, 0) << from_folder.err;
  EXPECT_EQ(from_folder.out, "");
  const ProcessEnd from_model = mote({"run", small_model(), "--board", "host", "--input", path("x.npy"), "--output",
                                      path("b.npy"), "--json", path("r.json")});
  ASSERT_EQ(from_model.exit_code, 0) << from_model.err;
  const auto a = read_npy(path("a.npy"));
  const auto b = read_npy(path("b.npy"));
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(*a, *b);
  EXPECT_EQ(a->shape.front(), 3);
  const auto report = nlohmann::json::parse(read_text(path("r.json")).value());
  for (const char* key : {"macs", "instructions", "cycles_estimated", "latency_ms_estimated", "energy_uj_estimated",
                          "arena_bytes", "ram_bytes", "flash_bytes", "bit_exact", "layers"})
    EXPECT_TRUE(report.contains(key)) << key;
}

TEST_F(Cli, ProfileCountsTheSameEveryTime) {
  const auto profile = [&](const char* name) {
    const ProcessEnd end = mote({"profile", small_model(), "--board", "nano33ble", "--json", path(name)});
    EXPECT_EQ(end.exit_code, 0) << end.err;
    return nlohmann::json::parse(read_text(path(name)).value());
  };
  const auto first = profile("a.json");
  EXPECT_GT(first["instructions"], 0);
  EXPECT_GE(first["cycles_estimated"], first["instructions"]);
  EXPECT_EQ(first, profile("b.json"));
  std::int64_t sum = 0;
  for (const auto& layer : first["layers"]) sum += layer["instructions"].get<std::int64_t>();
  EXPECT_LE(sum, first["instructions"]);
  EXPECT_GE(sum * 100, first["instructions"].get<std::int64_t>() * 95) << "layers hold nearly all";
}

TEST_F(Cli, StopsAfterAPassAndStartsFromThere) {
  ASSERT_EQ(mote({"compile", small_model(), "--board", "host", "--stop-after", "fuse_activation", "-o", path("a.mir")})
                .exit_code,
            0);
  ASSERT_EQ(mote({"compile", path("a.mir"), "--board", "host", "-o", path("from_text")}).exit_code, 0);
  EXPECT_TRUE(fs::exists(path("from_text") / "mote.json"));
}

TEST_F(Cli, BadUsageIsStatusTwoAndOneLine) {
  expect_one_line(mote({"compile"}), 2, {"--help"});
  expect_one_line(mote({"fly"}), 2, {"--help"});
  expect_one_line(mote({"compile", path("none.tflite"), "--board", "host", "-o", path("out")}), 2, {"none.tflite"});
  expect_one_line(mote({"compile", small_model(), "--board", "toaster", "-o", path("out")}), 2, {"toaster"});
  expect_one_line(mote({"compile", small_model(), "--board", "host", "-o", path("out"), "--disable", "luck"}), 2,
                  {"luck"});
  ASSERT_TRUE(write_text(path("model.tflite"), "this is no model").ok());
  expect_one_line(mote({"compile", path("model.tflite"), "--board", "host", "-o", path("out")}), 2, {"model.tflite"});
  expect_one_line(mote({"inspect", path("model.tflite")}), 2, {"model.tflite"});
  ASSERT_TRUE(write_text(path("model.h5"), "Keras").ok());
  expect_one_line(mote({"compile", path("model.h5"), "--board", "host", "-o", path("out")}), 2, {"model.h5"});
  ASSERT_TRUE(write_text(path("x.npy"), "no array").ok());
  expect_one_line(mote({"run", small_model(), "--board", "host", "--input", path("x.npy")}), 2, {"x.npy"});
  EXPECT_FALSE(fs::exists(path("out")));
}

TEST_F(Cli, WhatDoesNotFitIsStatusOneAndNothingIsWritten) {
  expect_one_line(mote({"compile", small_model(), "--board", "nano33ble", "-o", path("out"), "--max-ram", "8"}), 1,
                  {"more than the 8 allowed"});
  expect_one_line(mote({"compile", small_model(), "--board", "nano33ble", "-o", path("out"), "--max-flash", "8"}), 1,
                  {"more than the 8 allowed"});
  EXPECT_FALSE(fs::exists(path("out")));
  EXPECT_TRUE(std::all_of(fs::directory_iterator(folder_->path()), fs::directory_iterator(), [](const auto& entry) {
    return entry.path().filename().string()[0] != '.';
  })) << "no hidden leftovers";
}

TEST_F(Cli, VerifyHoldsOnEveryBoard) {
  for (const char* board :
       {"host", "nano33ble", "nucleo-l4r5zi", "pico", "esp32-c3", "esp8266", "nucleo-h743zi", "nrf5340dk"}) {
    const ProcessEnd end = mote({"verify", small_model(), "--board", board, "--samples", "3"});
    EXPECT_EQ(end.exit_code, 0) << board << ": " << end.err << end.out;
  }
}

/// Against TFLM's own outputs, on the boards that the models fit; a board without room must say so.
class Golden : public Cli, public ::testing::WithParamInterface<std::tuple<const char*, const char*>> {};

TEST_P(Golden, BitForBit) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  const auto [model, board] = GetParam();
  const fs::path shared = shared_folder();
  const fs::path golden = shared / "golden" / "mlperf_tiny" / model;
  const ProcessEnd end =
      mote({"verify", shared / "models" / "mlperf_tiny" / fmt::format("{}.tflite", model), "--board", board, "--input",
            golden / "input0.npy", "--expected", golden / "output0.npy", "--json", path("r.json")});
  if (std::string(board) == "esp8266" && end.exit_code == 1) {
    EXPECT_NE(end.err.find("more than"), std::string::npos) << end.err;
    return;
  }
  ASSERT_EQ(end.exit_code, 0) << end.err << end.out;
  const auto report = nlohmann::json::parse(read_text(path("r.json")).value());
  EXPECT_TRUE(report["bit_exact"]);
  if (std::string(board) != "nano33ble") return;
  const auto baselines = nlohmann::json::parse(read_text(shared / "baselines.json").value())["cortex_m4"];
  const std::string key = std::string(model).substr(0, std::string(model).find_first_of("_0"));
  if (!baselines.contains(key) || std::string(model).find("int8") == std::string::npos) return;
  const auto& tflm = baselines[key];
  EXPECT_LT(report["ram_bytes"].get<int>(), tflm["arena_bytes"].get<int>() + tflm["other_ram_bytes"].get<int>());
  EXPECT_LT(report["flash_bytes"].get<int>(), tflm["flash_bytes"].get<int>());
}

INSTANTIATE_TEST_SUITE_P(MlperfTiny, Golden,
                         ::testing::Combine(::testing::Values("vww_96_int8", "ic_resnet_int8", "kws_ref_int8",
                                                              "ad01_int8"),
                                            ::testing::Values("nano33ble", "pico", "esp32-c3", "esp8266", "host")));
INSTANTIATE_TEST_SUITE_P(Float, Golden,
                         ::testing::Combine(::testing::Values("vww_96_float", "ic_resnet_float", "ad01_float"),
                                            ::testing::Values("nucleo-l4r5zi", "host")));

}  // namespace
}  // namespace mote
