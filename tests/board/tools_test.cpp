// What stands below build and run: starting programs, reading ELF files, mote.json, and the battery's arithmetic.
#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <cstdint>

#include "board/elf.h"
#include "board/measure.h"
#include "board/process.h"
#include "tests/board/tiny_model.h"

namespace mote {
namespace {

TEST(Process, CapturesBothStreamsAndTheStatus) {
  const auto end = run_process({"sh", "-c", "echo out; echo err >&2; exit 7"});
  ASSERT_TRUE(end);
  EXPECT_EQ(end->out, "out\n");
  EXPECT_EQ(end->err, "err\n");
  EXPECT_EQ(end->exit_code, 7);
  EXPECT_FALSE(end->succeeded());
}

TEST(Process, StopsWhatTakesTooLong) {
  ProcessOptions options;
  options.time_limit_s = 0.2;
  const auto end = run_process({"sleep", "20"}, options);
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->timed_out);
  EXPECT_LT(end->seconds, 5);
}

TEST(Process, DoesNotWaitForWhatAProgramLeavesBehind) {
  const auto end = run_process({"sh", "-c", "sleep 3 & echo done"});
  ASSERT_TRUE(end);
  EXPECT_EQ(end->out, "done\n");
  EXPECT_LT(end->seconds, 2);
}

TEST(Process, TellsASignalAndAMissingProgram) {
  const auto killed = run_process({"sh", "-c", "kill -SEGV $$"});
  ASSERT_TRUE(killed);
  EXPECT_EQ(killed->signal, SIGSEGV);
  const auto missing = run_process({"mote-no-such-program"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::ToolFailed);
  EXPECT_NE(missing.error().to_string().find("mote-no-such-program: is not installed"), std::string::npos);
}

TEST(Process, KeepsNoMoreThanTheLimitAndPassesArgumentsAsTheyAre) {
  ProcessOptions options;
  options.output_limit = 1000;
  options.folder = "/";
  const auto end = run_process({"sh", "-c", "pwd; yes | head -c 300000", "a b", "$HOME"}, options);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->out.size(), 1000U);
  EXPECT_EQ(end->out.substr(0, 4), "/\ny\n");
  const auto plain = run_process({"printf", "%s", "$HOME 'x' \"y\"; ls"});
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->out, "$HOME 'x' \"y\"; ls");
}

TEST(Elf, DamagedFilesAreErrorsAndNeverCrashes) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto path = folder->path() / "x.elf";
  const auto built = build_empty(*load_board("nano33ble"));
  ASSERT_TRUE(built) << built.error().to_string();
  const auto firmware = read_file(built->elf);
  ASSERT_TRUE(firmware);
  ASSERT_TRUE(read_elf(built->elf));
  EXPECT_NE(read_elf(built->elf)->find("main"), nullptr);

  int refused = 0;
  for (std::size_t cut = 0; cut < firmware->size(); cut += 97) {
    ASSERT_TRUE(write_file(path, std::span(firmware->data(), cut)));
    refused += read_elf(path) ? 0 : 1;
  }
  EXPECT_GT(refused, 10);
  Bytes wrong = *firmware;
  std::uint32_t random = 1;
  for (int i = 0; i < 500; ++i) {
    random = random * 1664525 + 1013904223;
    const std::size_t at =
        i % 2 == 0 ? random % 52 : wrong.size() - 1 - random % std::min<std::size_t>(wrong.size(), 600);
    const auto before = wrong[at];
    wrong[at] = static_cast<std::uint8_t>(random >> 24);
    ASSERT_TRUE(write_file(path, wrong));
    (void)read_elf(path);
    wrong[at] = before;
  }
}

TEST(Project, MistakesInMoteJsonAreNamed) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  EXPECT_FALSE(load_project(folder->path()));
  ASSERT_TRUE(testing::write_tiny_model(folder->path(), {}));
  const auto json = read_text(folder->path() / "mote.json");
  ASSERT_TRUE(json);
  const auto error_with = [&](const std::string& from, const std::string& to) {
    std::string text = *json;
    text.replace(text.find(from), from.size(), to);
    if (!write_text(folder->path() / "mote.json", text)) return std::string("cannot write");
    const auto project = load_project(folder->path());
    return project ? std::string() : project.error().what;
  };
  EXPECT_EQ(error_with("tiny", "tiny"), "");
  EXPECT_EQ(error_with("\"format\": 1", "\"format\": 2"), "field \"format\" must be 1; compile the model again");
  EXPECT_EQ(error_with("mote_tiny_invoke", "system(1);"), "field \"invoke\" must be a C identifier");
  EXPECT_EQ(error_with("\"mote_tiny.c\"", "\"../../etc/passwd\""), "field \"sources\" names a path outside the folder");
  EXPECT_EQ(error_with("\"mote_tiny.c\"", "\"-fplugin=x\""), "field \"sources\" names a path outside the folder");
  EXPECT_EQ(error_with("\"bytes\": 16", "\"bytes\": -16"),
            "field \"bytes\" must be a whole number from 1 to 1099511627776");
  EXPECT_EQ(error_with("\"layers\": [", "\"layers\": {").substr(0, 18), "is not JSON (byte ");
}

TEST(Run, InputsOfTheWrongSizeAreRefused) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  ASSERT_TRUE(testing::write_tiny_model(folder->path(), {}));
  const auto project = load_project(folder->path());
  const auto firmware = build(*project, *load_board("host"));
  ASSERT_TRUE(firmware) << firmware.error().to_string();
  EXPECT_FALSE(run(*firmware, {}));
  EXPECT_FALSE(run(*firmware, {Bytes(15)}));
  EXPECT_FALSE(run(*firmware, {Bytes()}));
  EXPECT_FALSE(run(*firmware, {Bytes(16), Bytes(16)}));
}

TEST(Battery, LifeFollowsFromTheAverageCurrent) {
  // 3.6 J an hour at 3 V are 1 mW, a third of a milliampere; with 0.1 mA of sleep: 0.4333 mA.
  EXPECT_NEAR(battery_life_hours(1000, 3600, 100, 1000, 3.0), 1000 / (1.0 / 3 + 0.1), 1e-6);
  EXPECT_NEAR(battery_life_hours(0, 1000, 10, 220, 3.0), 22000, 1e-6);
  EXPECT_TRUE(std::isinf(battery_life_hours(0, 0, 0, 220, 3.0)));
}

}  // namespace
}  // namespace mote
