// Firmwares that crash, hang or do not fit: each ends with one line that says what happened and where.
#include <gtest/gtest.h>

#include <chrono>

#include "board/measure.h"
#include "tests/board/tiny_model.h"

namespace mote {
namespace {
using testing::TinyModel;

/// Runs the tiny model with `model`'s code on the board; the error, or an empty text if there was none.
std::string error_of(const std::string& board_name, const TinyModel& model, double time_limit_s = 30) {
  const auto folder = TemporaryFolder::create();
  if (!folder || !testing::write_tiny_model(folder->path(), model)) return "test set-up failed";
  const auto project = load_project(folder->path());
  const auto board = load_board(board_name);
  if (!project || !board) return "test set-up failed";
  const auto firmware = build(*project, *board);
  if (!firmware) return firmware.error().to_string();
  RunOptions options;
  options.time_limit_s = time_limit_s;
  options.count = true;
  const auto result = run(*firmware, {testing::tiny_input(2)}, options);
  return result ? "" : result.error().to_string();
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::vector<std::string> kEmulated = {"nano33ble",  "pico",     "nucleo-h743zi", "nrf5340dk",
                                            "mps3-an547", "esp32-c3", "esp8266"};

TEST(Fault, CallOfNullIsReportedWithItsCaller) {
  for (const auto& board : kEmulated) {
    const std::string error = error_of(board, {.extra = "((void (*)(void))(uintptr_t)(in[0] & 0))();"});
    EXPECT_TRUE(contains(error, "tiny on " + board + ": the firmware crashed: ")) << error;
    EXPECT_TRUE(contains(error, "called from mote_tiny_layer_00_scale")) << error;
    EXPECT_TRUE(contains(error, "at sample 0")) << error;
    EXPECT_FALSE(contains(error, "\n")) << error;
  }
}

constexpr const char* kIllegal =
    "#if defined(__XTENSA__)\n#define ILLEGAL __asm__ volatile(\"ill\")\n#elif defined(__riscv)\n"
    "#define ILLEGAL __asm__ volatile(\".half 0\")\n#else\n#define ILLEGAL __asm__ volatile(\"udf #0\")\n#endif\n";

TEST(Fault, IllegalInstructionIsReportedWithItsFunction) {
  for (const auto& board : kEmulated) {
    const std::string error = error_of(board, {.extra = "if (in[0] == 11) ILLEGAL;", .globals = kIllegal});
    EXPECT_TRUE(contains(error, "in mote_tiny_layer_00_scale+0x")) << board << ": " << error;
    const bool named = contains(error, "undefined instruction") || contains(error, "illegal instruction");
    EXPECT_TRUE(named) << board << ": " << error;
  }
}

TEST(Fault, AccessOutsideOfMemoryIsReported) {
  for (const auto& board : kEmulated) {
    const std::string error =
        error_of(board, {.extra = "*(volatile int *)((uintptr_t)(in[0] & 0) + 0xf0000000u) = 1;"});
    EXPECT_TRUE(contains(error, "the firmware crashed: ")) << board << ": " << error;
  }
}

TEST(Fault, UnalignedAccessIsAnErrorWhereTheChipCannotDoIt) {
  const TinyModel model{
      .extra =
          "volatile int *odd = (volatile int *)(arena + 49);\n  __asm__ volatile(\"\" : \"+r\"(odd));\n  *odd = 1;"};
  for (const std::string board : {"pico", "esp8266", "esp32-c3"}) {
    const std::string error = error_of(board, model);
    EXPECT_TRUE(contains(error, "unaligned ") && contains(error, "address 0x")) << board << ": " << error;
    EXPECT_TRUE(contains(error, "in mote_tiny_layer_00_scale+0x")) << board << ": " << error;
  }
  EXPECT_EQ(error_of("nano33ble", model), "");
}

TEST(Fault, StackOverflowIsReported) {
  const TinyModel model{.extra = "dig(1 << 20);",
                        .globals =
                            "static __attribute__((noinline)) int dig(int n) {\n  volatile char room[64];\n  room[0] = "
                            "(char)n;\n  return n == 0 ? 0 : dig(n - 1) + room[0];\n}"};
  for (const std::string board : {"nano33ble", "nrf5340dk", "esp8266"}) {
    const std::string error = error_of(board, model);
    EXPECT_TRUE(contains(error, "crashed") || contains(error, "stack")) << board << ": " << error;
  }
}

TEST(Fault, FirmwareThatHangsIsStopped) {
  for (const std::string board : {"nano33ble", "esp32-c3", "esp8266", "host"}) {
    const auto start = std::chrono::steady_clock::now();
    const std::string error = error_of(board, {.extra = "for (;;) __asm__ volatile(\"\");"}, 1.0);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    EXPECT_TRUE(contains(error, "did not end within 1 s")) << error;
    EXPECT_LT(seconds.count(), 5);
  }
}

TEST(Fault, ProgramOfTheHostThatCrashesIsReported) {
  const std::string error = error_of("host", {.extra = "__builtin_trap();"});
  EXPECT_TRUE(contains(error, "tiny on host: ended by signal")) << error;
}

TEST(Fit, RamThatIsTooSmallIsToldAtLinkWithBytesAndTensors) {
  const auto error = error_of("nano33ble", {.arena_bytes = 300000});
  EXPECT_TRUE(contains(error, "tiny on nano33ble: data and stack are ")) << error;
  // 300000 of arena, what the harness has, 2048 of stack, over 262144.
  const std::size_t at = error.find("are ") + 4;
  const int over = std::stoi(error.substr(at));
  EXPECT_GE(over, 300000 + 2048 - 262144) << error;
  EXPECT_LE(over, 300000 + 2048 - 262144 + 400) << error;
  EXPECT_TRUE(contains(error, "largest tensors: big 300000")) << error;
}

TEST(Fit, FlashThatIsTooSmallIsToldAtLinkWithBytesAndLayers) {
  const auto error = error_of("esp8266", {.constant_bytes = 1200000});
  EXPECT_TRUE(contains(error, "code and constants are ")) << error;
  EXPECT_TRUE(contains(error, "over the 1048576 bytes of flash (largest constants: scale 1200000)")) << error;
}

TEST(Build, CompilerErrorIsOneLineNamingTheFile) {
  const auto error = error_of("nano33ble", {.extra = "this is not C;"});
  EXPECT_TRUE(contains(error, "mote_tiny.c: the compiler failed with status 1: ")) << error;
  EXPECT_TRUE(contains(error, "error:")) << error;
  EXPECT_FALSE(contains(error, "\n")) << error;
}

TEST(Build, MissingFunctionIsOneLine) {
  const auto error = error_of("esp32-c3", {.extra = "absent();", .globals = "extern void absent(void);"});
  EXPECT_TRUE(contains(error, "undefined reference to `absent'")) << error;
  EXPECT_FALSE(contains(error, "\n")) << error;
}

TEST(Build, FolderForAnotherTargetIsRefused) {
  const auto error = error_of("pico", {.target = "cortex_m4"});
  EXPECT_TRUE(contains(error, "compile the model again with --board pico")) << error;
  EXPECT_EQ(error_of("nucleo-h743zi", {.target = "cortex_m4"}), "");
}

}  // namespace
}  // namespace mote
