// The memory planner against brute force on small random problems, and the checker against plans broken on purpose.
#include "plan/memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "plan/check_memory.h"

namespace mote {
namespace {

struct Problem {
  std::vector<Lifetime> buffers;
  std::vector<AllowedOverlap> overlaps;
};

/// A chain of steps: each buffer is written by one step and read until a later one; some outputs may overlap a dying
/// input.
Problem random_problem(std::mt19937& random, int count) {
  Problem problem;
  for (int i = 0; i < count; ++i) {
    const auto first = static_cast<std::int32_t>(random() % 4);
    problem.buffers.push_back(
        {static_cast<std::int64_t>(random() % 4) + 1, first, first + static_cast<std::int32_t>(random() % 3)});
  }
  for (int out = 0; out < count; ++out)
    for (int in = 0; in < count; ++in) {
      const Lifetime& o = problem.buffers[static_cast<std::size_t>(out)];
      const Lifetime& i = problem.buffers[static_cast<std::size_t>(in)];
      const bool taken = std::any_of(problem.overlaps.begin(), problem.overlaps.end(),
                                     [&](const AllowedOverlap& a) { return a.output == out || a.input == in; });
      if (out == in || taken || o.first != i.last || i.first == i.last || o.first == o.last || random() % 2 == 0)
        continue;
      problem.overlaps.push_back({out, in, {true, static_cast<std::int64_t>(random() % 3), random() % 3 == 0}});
    }
  return problem;
}

bool compatible(const Problem& p, const std::vector<std::int64_t>& offsets, int a, int b) {
  const auto at = [&](int i) { return offsets[static_cast<std::size_t>(i)]; };
  const Lifetime& x = p.buffers[static_cast<std::size_t>(a)];
  const Lifetime& y = p.buffers[static_cast<std::size_t>(b)];
  if (x.last < y.first || y.last < x.first) return true;
  if (at(a) + x.bytes <= at(b) || at(b) + y.bytes <= at(a)) return true;
  for (const AllowedOverlap& allowed : p.overlaps) {
    const bool pair = (allowed.output == a && allowed.input == b) || (allowed.output == b && allowed.input == a);
    if (!pair) continue;
    if (allowed.overlap.equal_offset_only) return at(a) == at(b);
    return at(allowed.output) + allowed.overlap.lead <= at(allowed.input);
  }
  return false;
}

/// The smallest arena there is, by trying every offset of every buffer.
std::int64_t brute_force(const Problem& p, std::vector<std::int64_t>& offsets, std::size_t next, std::int64_t best) {
  if (next == p.buffers.size()) {
    std::int64_t total = 0;
    for (std::size_t i = 0; i < offsets.size(); ++i) total = std::max(total, offsets[i] + p.buffers[i].bytes);
    return std::min(best, total);
  }
  for (std::int64_t offset = 0; offset + p.buffers[next].bytes < best; ++offset) {
    offsets[next] = offset;
    bool fits = true;
    for (std::size_t i = 0; i < next && fits; ++i)
      fits = compatible(p, offsets, static_cast<int>(i), static_cast<int>(next));
    if (fits) best = brute_force(p, offsets, next + 1, best);
  }
  return best;
}

TEST(Memory, EqualsBruteForceOnSmallProblems) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const Problem problem = random_problem(random, 2 + static_cast<int>(random() % 4));
    const MemoryLayout layout = plan_memory(problem.buffers, problem.overlaps, 1);
    for (std::size_t a = 0; a < problem.buffers.size(); ++a)
      for (std::size_t b = 0; b < a; ++b)
        ASSERT_TRUE(compatible(problem, layout.offsets, static_cast<int>(a), static_cast<int>(b))) << "round " << round;
    std::vector<std::int64_t> offsets(problem.buffers.size());
    ASSERT_EQ(layout.total, brute_force(problem, offsets, 0, 64)) << "round " << round;
    ASSERT_GE(layout.total, memory_lower_bound(problem.buffers, problem.overlaps, 1));
  }
}

TEST(Memory, LargerProblemsAreValidAndAligned) {
  std::mt19937 random(11);
  for (int round = 0; round < 20; ++round) {
    Problem problem = random_problem(random, 24);
    for (Lifetime& buffer : problem.buffers) buffer.bytes *= 37;
    for (AllowedOverlap& allowed : problem.overlaps) allowed.overlap.lead *= 16;
    const MemoryLayout layout = plan_memory(problem.buffers, problem.overlaps, 8);
    for (std::size_t a = 0; a < problem.buffers.size(); ++a) {
      EXPECT_EQ(layout.offsets[a] % 8, 0);
      EXPECT_LE(layout.offsets[a] + problem.buffers[a].bytes, layout.total);
      for (std::size_t b = 0; b < a; ++b)
        ASSERT_TRUE(compatible(problem, layout.offsets, static_cast<int>(a), static_cast<int>(b))) << "round " << round;
    }
    EXPECT_EQ(layout.offsets, plan_memory(problem.buffers, problem.overlaps, 8).offsets) << "must be deterministic";
  }
}

/// in(8 bytes) -> step 0 -> middle(8) -> step 1 (in place allowed) -> out(8).
Plan small_plan() {
  Plan plan;
  plan.arena_bytes = 16;
  plan.buffers = {{"in", BufferKind::input, 8, 0, -1, 0, 0},
                  {"middle", BufferKind::activation, 8, 8, 0, 1, 1},
                  {"out", BufferKind::output, 8, 8, 1, 2, 2}};
  const auto step = [](std::string name, std::int32_t out, std::int32_t in) {
    Step s;
    s.name = std::move(name);
    s.arguments = {{out, -1, Access::write, "int8_t"}, {in, -1, Access::read, "int8_t"}};
    return s;
  };
  plan.steps = {step("first", 1, 0), step("second", 2, 1)};
  plan.steps[1].overlap = {true, 0, false};
  plan.inputs = {{"in", 0, DType::i8, {8}, {}}};
  plan.outputs = {{"out", 2, DType::i8, {8}, {}}};
  return plan;
}

TEST(CheckMemory, AcceptsAGoodPlan) { EXPECT_TRUE(check_memory(small_plan(), {}).ok()); }

TEST(CheckMemory, FindsEveryKindOfMistake) {
  Plan overlapping = small_plan();
  overlapping.steps[1].overlap.allowed = false;
  EXPECT_FALSE(check_memory(overlapping, {}).ok());

  Plan short_lead = small_plan();
  short_lead.steps[1].overlap.lead = 4;
  EXPECT_FALSE(check_memory(short_lead, {}).ok());

  Plan outside = small_plan();
  outside.buffers[2].offset = 12;
  EXPECT_FALSE(check_memory(outside, {}).ok());

  Plan unaligned = small_plan();
  unaligned.buffers[1].offset = unaligned.buffers[2].offset = 6;
  EXPECT_FALSE(check_memory(unaligned, {}).ok());

  // A third step reads `middle` again, after `out` took its place.
  Plan overwritten = small_plan();
  overwritten.buffers.push_back({"late", BufferKind::activation, 4, 0, 2, 2, 3});
  Step late = overwritten.steps[0];
  late.name = "late";
  late.arguments = {{3, -1, Access::write, "int8_t"}, {1, -1, Access::read, "int8_t"}};
  overwritten.steps.push_back(late);
  const Result<void> result = check_memory(overwritten, {});
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().what.find("\"late\" reads byte 0 of \"middle\""), std::string::npos) << result.error().what;
}

TEST(CheckMemory, StateMustSurviveARun) {
  Plan plan = small_plan();
  plan.buffers.push_back({"state", BufferKind::state, 8, 16, 0, 0, kNoTensor});
  plan.arena_bytes = 24;
  plan.steps[0].arguments.push_back({3, -1, Access::read_write, "int8_t"});
  EXPECT_TRUE(check_memory(plan, {}).ok());
  plan.buffers[3].offset = 8;  // where `middle` is
  EXPECT_FALSE(check_memory(plan, {}).ok());
}

}  // namespace
}  // namespace mote
