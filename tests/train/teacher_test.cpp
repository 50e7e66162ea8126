// Teachers from TorchScript files, as PyTorch saves them: written here through torch::jit, taken by the recipe.
#include <gtest/gtest.h>
#include <torch/script.h>

#include <optional>

#include "tests/train/synthetic.h"
#include "train/train_command.h"

namespace mote {
namespace {

/// A module whose forward is the given TorchScript.
void save_script(const std::filesystem::path& file, const std::string& body) {
  torch::jit::Module module("teacher");
  module.register_parameter("scale", torch::ones({1}), false);
  module.define("def forward(self, x):\n" + body);
  module.save(file.string());
}

/// Knows the waves by how often the second channel crosses zero: slow, middle and fast differ by a factor of two each.
/// Logits in the order of the classes: fast, middle, slow. The features are the crossings.
constexpr const char* kCounts =
    "    sign = torch.sign(x[:, 1])\n"
    "    crossings = torch.mean(torch.abs(sign[:, 1:] - sign[:, :-1]) / 2.0, 1, True)\n"
    "    fast = -torch.abs(crossings - 0.19)\n"
    "    middle = -torch.abs(crossings - 0.095)\n"
    "    slow = -torch.abs(crossings - 0.048)\n"
    "    logits = torch.cat([fast, middle, slow], 1) * 200.0 * self.scale\n";

class TeacherTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_.emplace(std::move(*TemporaryFolder::create()));
    test::write_waves(root() / "data");
  }
  std::filesystem::path root() const { return folder_->path(); }
  Result<TrainResult> run(const std::string& distil, const std::string& out) const {
    test::put(root() / "project.toml",
              test::waves_project("epochs = 8\nlearning_rate = 0.01\n") + "[distil]\n" + distil);
    return run_train({.project = root() / "project.toml", .data = {}, .out = root() / out, .resume = false}, {});
  }
  std::string error(const std::string& distil) const {
    const auto result = run(distil, "bad");
    EXPECT_FALSE(std::filesystem::exists(root() / "bad"));
    return result.ok() ? "accepted" : result.error().to_string();
  }
  std::optional<TemporaryFolder> folder_;
};

TEST_F(TeacherTest, TorchScriptTeaches) {
  save_script(root() / "teacher.pt", std::string(kCounts) + "    return logits\n");
  save_script(root() / "features.pt", std::string(kCounts) + "    return logits, crossings\n");
  save_script(root() / "last.pt", "    x = x.permute(0, 2, 1)\n" + std::string(kCounts) + "    return logits\n");
  const auto plain = run("weight = 0.7\nteacher = \"teacher.pt\"\n", "plain");
  ASSERT_TRUE(plain.ok()) << plain.error().to_string();
  ASSERT_TRUE(plain->validation_teacher.has_value());
  EXPECT_GE(*plain->validation_teacher, 0.8) << "the axes came in another order than PyTorch's";
  EXPECT_GE(plain->test_float.accuracy, 0.6);
  const auto last = run("weight = 0.7\nteacher = \"last.pt\"\nteacher_layout = \"channels_last\"\n", "last");
  ASSERT_TRUE(last.ok()) << last.error().to_string();
  EXPECT_EQ(*read_file(root() / "last/model_float.npz"), *read_file(root() / "plain/model_float.npz"))
      << "the same teacher in another layout taught something else";
  const auto hints = run("weight = 0.7\nteacher = \"features.pt\"\nhints = 1.0\n", "hints");
  ASSERT_TRUE(hints.ok()) << hints.error().to_string();
  EXPECT_NE(*read_file(root() / "hints/model_float.npz"), *read_file(root() / "plain/model_float.npz"))
      << "hints changed nothing";
  EXPECT_GE(hints->test_float.accuracy, 0.6);
}

TEST_F(TeacherTest, WhatMoteTrainedTeachesToo) {
  test::put(root() / "project.toml", test::waves_project("epochs = 8\nlearning_rate = 0.01\n"));
  const auto big =
      run_train({.project = root() / "project.toml", .data = {}, .out = root() / "big", .resume = false}, {});
  ASSERT_TRUE(big.ok());
  for (const char* teacher : {"big", "big/model_float.mir"}) {
    const auto result = run("hints = 0.5\nteacher = \"" + std::string(teacher) + "\"\n", "student");
    ASSERT_TRUE(result.ok()) << result.error().to_string();
    EXPECT_EQ(*result->validation_teacher, big->validation_float.accuracy);
  }
  // The mean of one and itself says what it says; with another it teaches something else, and features stand side by
  // side.
  ASSERT_TRUE(run("weight = 0.7\nteacher = \"big\"\n", "one").ok());
  const auto twice = run("weight = 0.7\nteacher = [\"big\", \"big\"]\n", "twice");
  ASSERT_TRUE(twice.ok()) << twice.error().to_string();
  EXPECT_EQ(*twice->validation_teacher, big->validation_float.accuracy);
  EXPECT_NEAR(twice->history[0].loss, run("weight = 0.7\nteacher = \"big\"\n", "again")->history[0].loss, 1e-2);
  const auto both = run("weight = 0.7\nhints = 0.5\nteacher = [\"big\", \"one\"]\n", "both");
  ASSERT_TRUE(both.ok()) << both.error().to_string();
  EXPECT_NE(*read_file(root() / "both/model_float.npz"), *read_file(root() / "one/model_float.npz"));
}

TEST_F(TeacherTest, BadTeachersAreNamed) {
  EXPECT_NE(error("teacher = []\n").find("distil.teacher: the list is empty"), std::string::npos);
  EXPECT_NE(error("teacher = \"nobody.pt\"\n").find("nobody.pt: there is no such teacher"), std::string::npos);
  test::put(root() / "rubbish.pt", "not a zip file");
  EXPECT_NE(error("teacher = \"rubbish.pt\"\n").find("rubbish.pt: is not a module that torch.jit.save wrote"),
            std::string::npos);
  save_script(root() / "two.pt", "    return torch.mean(x, 2)\n");
  EXPECT_NE(error("teacher = \"two.pt\"\n").find("logits of 3 classes were expected"), std::string::npos);
  save_script(root() / "fails.pt", "    return torch.reshape(x, [7, 7])\n");
  EXPECT_NE(error("teacher = \"fails.pt\"\n").find("fails.pt: cannot take the data's examples"), std::string::npos);
}

}  // namespace
}  // namespace mote
