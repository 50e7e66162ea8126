// The estimate of cycles against loops of assembly counted by hand from the rules of the targets' sources.
// Two firmwares differ only in how often the loop runs, so the difference of their counts is the loop's alone.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "board/measure.h"
#include "tests/board/tiny_model.h"

namespace mote {
namespace {

/// A loop of assembly.
struct Loop {
  const char* name;
  const char* board;
  const char* body;       ///< without counter and branch; may use the operand %1, a pointer to 16 aligned bytes
  const char* closing;    ///< decrements %0 and branches to 1b
  const char* registers;  ///< clobbered
  int instructions;       ///< of one turn, with the closing
  int cycles;
};

Counts counts_of(const Loop& loop, int turns) {
  const auto folder = TemporaryFolder::create();
  testing::TinyModel model;
  model.extra = fmt::format(
      "{{ int turns = {}; __asm__ volatile(\"1:\\n{}\\n{}\" : \"+r\"(turns) : \"r\"(arena + 48) : \"cc\", \"memory\", "
      "{}); }}",
      turns, loop.body, loop.closing, loop.registers);
  if (!folder || !testing::write_tiny_model(folder->path(), model)) return {};
  const auto project = load_project(folder->path());
  const auto board = load_board(loop.board);
  if (!project || !board) return {};
  const auto measured = measure(*project, *board);
  EXPECT_TRUE(measured) << loop.name << ": " << measured.error().to_string();
  return measured ? *measured->run.counts : Counts{};
}

Count layer_count(const Loop& loop, int turns) {
  const Counts counts = counts_of(loop, turns);
  return counts.layers.empty() ? Count{} : counts.layers[0];
}

class HandCounted : public ::testing::TestWithParam<Loop> {};

TEST_P(HandCounted, LoopCostsWhatTheManualSays) {
  const Loop& loop = GetParam();
  const Count few = layer_count(loop, 100);
  const Count many = layer_count(loop, 200);  // both need one instruction to set the counter
  EXPECT_EQ(many.instructions - few.instructions, 100 * loop.instructions);
  EXPECT_EQ(many.cycles - few.cycles, 100 * loop.cycles);
}

const Loop kLoops[] = {
    // Cortex-M4: LDR 2, a pipelined LDR 1, MLA 1, STR 1, SUBS 1, taken branch 1 + 2.
    {"m4_load_mla_store", "nano33ble", "ldr r0, [%1]\\nldr r1, [%1, #4]\\nmla r0, r0, r1, r0\\nstr r0, [%1, #8]",
     "subs %0, #1\\nbne 1b", "\"r0\", \"r1\"", 6, 9},
    // LDM of four 1 + 4, SMLAD 1, SMLAL 1, SDIV 7, PKHBT 1; loop 1 + 3.
    {"m4_multiple_divide", "nano33ble",
     "ldm %1, {r0-r3}\\nsmlad r0, r1, r2, r3\\nsmlal r0, r1, r2, r3\\nsdiv r0, r0, %0\\npkhbt r0, r0, r1",
     "subs %0, #1\\nbne 1b", "\"r0\", \"r1\", \"r2\", \"r3\"", 7, 19},
    // VLDR 2, VLDR pipelined 1, VFMA 3, VADD 1, VDIV 14, VSTR 1; loop 1 + 3.
    {"m4_float", "nano33ble",
     "vldr s0, [%1]\\nvldr s1, [%1, #4]\\nvfma.f32 s2, s0, s1\\nvadd.f32 s2, s2, s0\\nvdiv.f32 s2, s2, s1\\nvstr s2, "
     "[%1, #8]",
     "subs %0, #1\\nbne 1b", "\"s0\", \"s1\", \"s2\"", 8, 26},
    // A call and its return: BL 1 + 2, BX 1 + 2; jump over it B 1 + 2; loop 1 + 3.
    {"m4_call", "nano33ble", "bl 3f\\nb 2f\\n3: bx lr\\n2:", "subs %0, #1\\nbne 1b", "\"lr\"", 5, 13},
    // Cortex-M0+: LDR 2 each, MULS 1, STR 2, SUBS 1, taken branch 2.
    {"m0_load_mul_store", "pico",
     ".syntax unified\\nldr r0, [%1]\\nldr r1, [%1, #4]\\nmuls r0, r1, r0\\nstr r0, [%1, #8]", "subs %0, #1\\nbne 1b",
     "\"r0\", \"r1\"", 6, 10},
    // LDM of two 1 + 2, PUSH and POP of two 1 + 2 each; BL 3, BX 2, B 2; loop 1 + 2. The LDM's write-back is undone:
    // SUBS 1.
    {"m0_multiple_call", "pico",
     ".syntax unified\\nldm %1!, {r0, r2}\\nsubs %1, #8\\npush {r0, r2}\\npop {r0, r2}\\nbl 3f\\nb 2f\\n3: bx lr\\n2:",
     "subs %0, #1\\nbne 1b", "\"r0\", \"r2\", \"lr\"", 9, 20},
    // RV32: load 2, next load 1, multiplication 1, store 1, division 16, counter 1, taken branch 1 + 2.
    {"rv32", "esp32-c3", "lw t0, 0(%1)\\nlw t1, 4(%1)\\nmul t0, t0, t1\\nsw t0, 8(%1)\\ndiv t0, t0, t1",
     "addi %0, %0, -1\\nbnez %0, 1b", "\"t0\", \"t1\"", 7, 25},
    // lx106: load 2, next load 1, MULL 2, store 1, MUL16S 1, counter 1, taken branch 1 + 2.
    {"lx106", "esp8266", "l32i a8, %1, 0\\nl32i.n a9, %1, 4\\nmull a8, a8, a9\\ns32i a8, %1, 8\\nmul16s a8, a8, a9",
     "addi %0, %0, -1\\nbnez %0, 1b", "\"a8\", \"a9\"", 7, 11},
};

// Flash wait states of the STM32L4+: code that fits the instruction cache (1 KiB) waits once and no more; a loop of
// 1536 bytes and its closing finds nothing of its last turn there, so every 8 bytes cost 5 cycles. The same for
// constants and the data cache (256 bytes).
TEST(FlashWaits, ComeBackWhenTheLoopOutgrowsTheCache) {
  const auto waits_per_turn = [](const char* body) {
    const Loop loop = {"waits", "nucleo-l4r5zi", body, "subs %0, #1\\nbne.w 1b", "\"r0\", \"r1\"", 0, 0};
    return static_cast<double>(layer_count(loop, 200).waits - layer_count(loop, 100).waits) / 100;
  };
  EXPECT_EQ(waits_per_turn(".rept 64\\nnop\\n.endr"), 0);
  const double large = waits_per_turn(".rept 768\\nnop\\n.endr");
  EXPECT_GE(large, 5 * 1536 / 8);
  EXPECT_LE(large, 5 * (1536 / 8 + 3));
  // 64 words, one from each 8 bytes of 512 in flash (the code itself serves), through a data cache of 256 bytes.
  EXPECT_EQ(waits_per_turn("adr.w r0, 1b\\n.rept 64\\nldr r1, [r0], #8\\n.endr"), 64 * 5);
  EXPECT_EQ(waits_per_turn("adr.w r0, 1b\\n.rept 16\\nldr r1, [r0], #8\\n.endr"), 0);
}

// The same loop in every mode of the board's file: a word of 8 bytes comes every 6 cycles if it is asked for while the
// one before is executed, which takes 4; one of 16 bytes is there before the 8 cycles of the other are over.
TEST(FlashWaits, PrefetchOverlapsWithExecution) {
  const Loop loop = {"prefetch", "nucleo-l4r5zi", ".rept 768\\nnop\\n.endr", "subs %0, #1\\nbne.w 1b", "\"r0\"", 0, 0};
  const Counts few = counts_of(loop, 100), many = counts_of(loop, 200);
  const auto board = load_board("nucleo-l4r5zi");
  ASSERT_TRUE(board && few.waits.size() >= 4);
  ASSERT_EQ(board->flash_timing->modes.size(), 4U);
  EXPECT_EQ(few.waits[0], few.total.waits);
  const auto expect_waits = [&](std::size_t mode, double words, double waits) {
    const double got = static_cast<double>(many.waits[mode] - few.waits[mode]) / 100;
    EXPECT_GE(got, words * waits) << board->flash_timing->modes[mode].name;
    EXPECT_LE(got, words * waits + 20) << board->flash_timing->modes[mode].name;
  };
  expect_waits(0, 1536.0 / 8, 5);
  expect_waits(1, 1536.0 / 8, 2);
  expect_waits(2, 1536.0 / 16, 5);
  expect_waits(3, 1536.0 / 16, 0);
}

INSTANTIATE_TEST_SUITE_P(Loops, HandCounted, ::testing::ValuesIn(kLoops),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace mote
