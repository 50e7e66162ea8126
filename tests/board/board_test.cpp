// The loaders of boards and targets: the project's own files, and clear errors for wrong ones.
#include "board/board.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/files.h"

namespace mote {
namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Board, EveryBoardAndTargetLoads) {
  const auto boards = list_boards();
  for (const std::string name : {"esp32-c3", "esp8266", "host", "mps3-an547", "nano33ble", "nrf5340dk", "nucleo-h743zi",
                                 "nucleo-l4r5zi", "pico"})
    EXPECT_TRUE(std::find(boards.begin(), boards.end(), name) != boards.end()) << name;
  for (const auto& name : boards) {
    const auto board = load_board(name);
    ASSERT_TRUE(board) << board.error().to_string();
    EXPECT_EQ(board->name, name);
    EXPECT_FALSE(board->memory_source.empty()) << name;
    if (board->is_host()) continue;
    EXPECT_GT(board->clock_hz, 1'000'000) << name;
    EXPECT_GT(board->flash.bytes, 0) << name;
    EXPECT_GT(board->ram_bytes(), 0) << name;
    EXPECT_FALSE(board->target.cycles.source.empty()) << name;
    if (board->currents) {
      EXPECT_GT(board->currents->source.size(), 20U) << name;
    }
  }
  for (const auto& name : list_targets()) {
    const auto target = load_target(name);
    ASSERT_TRUE(target) << target.error().to_string();
    EXPECT_EQ(target->folders.front(), name);
    EXPECT_EQ(target->folders.back(), "portable") << "every target ends at plain C";
  }
}

TEST(Board, TargetFallsBackAlongItsChain) {
  const auto m7 = load_target("cortex_m7");
  const auto portable = load_target("portable");
  ASSERT_TRUE(m7 && portable);
  EXPECT_EQ(m7->folders, (std::vector<std::string>{"cortex_m7", "cortex_m4", "portable"}));
  EXPECT_TRUE(m7->has("dsp"));
  for (const auto& source : portable->sources) EXPECT_TRUE(m7->has_source(source)) << source;
  EXPECT_TRUE(std::is_sorted(m7->sources.begin(), m7->sources.end()));
}

TEST(Board, UnknownNamesListTheKnownOnes) {
  const auto board = load_board("nano34ble");
  ASSERT_FALSE(board);
  EXPECT_TRUE(contains(board.error().to_string(), "nano34ble: there is no such board; known are esp32-c3"))
      << board.error().to_string();
  EXPECT_EQ(board.error().code, Code::BadInput);
  EXPECT_FALSE(load_board(""));
  EXPECT_FALSE(load_board("../boards/host"));
  EXPECT_FALSE(load_board("no/such/board.toml"));
  EXPECT_FALSE(load_target("../portable"));
  EXPECT_FALSE(load_target(""));
}

/// Loads a board file with this text; the error's line.
std::string error_of_text(const std::string& text) {
  const auto folder = TemporaryFolder::create();
  const auto path = folder->path() / "mine.toml";
  if (!write_text(path, text)) return "cannot write";
  const auto board = load_board(path.string());
  return board ? "" : board.error().to_string();
}

constexpr const char* kGood =
    "description = \"mine\"\ntarget = \"cortex_m4\"\nclock_hz = 1_000_000\nmemory_source = \"me\"\n[flash]\nbytes = "
    "4096\n"
    "[[ram]]\nname = \"ram\"\nbytes = 4096\n";

TEST(Board, FileOfOnesOwnLoads) { EXPECT_EQ(error_of_text(kGood), ""); }

TEST(Board, MistakesNameFileAndField) {
  const auto changed = [](std::string from, const std::string& to) {
    std::string text = kGood;
    text.replace(text.find(from), from.size(), to);
    return error_of_text(text);
  };
  EXPECT_TRUE(contains(changed("clock_hz", "clokc_hz"), "mine.toml: field \"clock_hz\" is missing"));
  EXPECT_TRUE(contains(changed("clock_hz = 1_000_000", "clock_hz = \"fast\""),
                       "field \"clock_hz\" must be a whole number from 0"));
  EXPECT_TRUE(contains(changed("clock_hz = 1_000_000", "clock_hz = 1_000_000\nvoltage = 3"),
                       "field \"voltage\" is not known here"));
  EXPECT_TRUE(contains(changed("cortex_m4", "cortex_m99"), "mine.toml: cortex_m99: there is no such target"));
  EXPECT_TRUE(contains(changed("bytes = 4096", "bytes = -1"), "[flash]: field \"bytes\" must be"));
  EXPECT_TRUE(contains(changed("bytes = 4096", "bytes = 900_000_000"), "is larger than the emulator's"));
  EXPECT_TRUE(contains(changed("[[ram]]", "[ram]"), "field \"ram\" must be a list of tables"));
  EXPECT_TRUE(contains(changed("[flash]", "[flash"), "mine.toml:5:")) << changed("[flash]", "[flash");
  EXPECT_TRUE(contains(error_of_text(""), "is missing"));
}

}  // namespace
}  // namespace mote
