// See chip_cases.h.
#include "tests/kernels/chip_cases.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "board/project.h"
#include "board/run.h"
#include "emit/emit.h"
#include "kernels/kernels.h"
#include "ops/execute.h"
#include "plan/plan.h"
#include "tests/kernels/run_kernel.h"
#include "tests/ops/case_maker.h"

namespace mote::testing {

void merge(Merged& into, const OpCase& test) {
  const std::string prefix = fmt::format("c{}_", into.count++);
  std::vector<TensorId> ids;
  for (Tensor tensor : test.graph.tensors) {
    tensor.name = prefix + tensor.name;
    ids.push_back(into.graph.add(std::move(tensor)));
  }
  const auto moved = [&](std::vector<TensorId> list) {
    for (TensorId& id : list) id = id == kNoTensor ? kNoTensor : ids[static_cast<std::size_t>(id)];
    return list;
  };
  for (Node node : test.graph.nodes) {
    node.name = prefix + node.name;
    node.inputs = moved(node.inputs);
    node.outputs = moved(node.outputs);
    into.graph.nodes.push_back(std::move(node));
  }
  for (const TensorId id : moved(test.graph.inputs)) into.graph.inputs.push_back(id);
  for (const TensorId id : moved(test.graph.outputs)) into.graph.outputs.push_back(id);
  testing::Random random(77);
  for (std::size_t input = 0; input < test.inputs.size(); ++input) {
    const Bytes& own = test.inputs[input];
    const bool real = test.graph.tensor(test.graph.inputs[input]).type == DType::f32;
    Bytes both = own;
    for (std::size_t i = 0; i < own.size(); ++i)  // random bits may be no number: floats backwards
      both.push_back(real ? own[own.size() - 4 - i / 4 * 4 + i % 4] : static_cast<std::uint8_t>(random.bits()));
    into.inputs.push_back(both);
  }
}

Merged networks_side_by_side(const std::string& name, std::uint64_t first, Graph (*network)(std::uint64_t seed)) {
  Merged merged;
  merged.graph.name = name;
  for (std::uint64_t seed = first; seed < first + 14; ++seed) {
    OpCase one{fmt::format("g{}", seed), network(seed), {}};
    one.inputs = random_inputs(one.graph, seed);
    merge(merged, one);
  }
  return merged;
}

namespace {

Bytes sample_of(const Bytes& both, int sample) {
  const auto half = static_cast<std::ptrdiff_t>(both.size() / 2);
  return {both.begin() + sample * half, both.begin() + (sample + 1) * half};
}

bool agree(const Tensor& tensor, const Bytes& got, const Bytes& want) {
  if (tensor.type != DType::f32 || got.size() != want.size()) return got == want;
  const auto* a = reinterpret_cast<const float*>(got.data());
  const auto* b = reinterpret_cast<const float*>(want.data());
  const std::size_t count = got.size() / sizeof(float);
  float largest = 0;
  for (std::size_t i = 0; i < count; ++i) largest = std::max(largest, std::abs(b[i]));
  for (std::size_t i = 0; i < count; ++i)
    if (!(std::abs(a[i] - b[i]) <= 1e-5F * largest)) return false;
  return true;
}

void expect_reference(const Merged& merged, const RunResult& run, const std::string& where) {
  ASSERT_EQ(run.samples, 2) << where;
  Executor reference(merged.graph);
  for (int sample = 0; sample < 2; ++sample) {
    std::vector<std::span<const std::uint8_t>> inputs;
    for (const Bytes& both : merged.inputs)
      inputs.push_back(std::span(both).subspan(static_cast<std::size_t>(sample) * both.size() / 2, both.size() / 2));
    const std::vector<Bytes> expected = reference.run(inputs);
    for (std::size_t o = 0; o < expected.size(); ++o)
      EXPECT_TRUE(agree(merged.graph.tensor(merged.graph.outputs[o]), sample_of(run.outputs[o], sample), expected[o]))
          << where << ": " << merged.graph.tensor(merged.graph.outputs[o]).name << " sample " << sample;
  }
}

}  // namespace

void check_plan(const Merged& merged, const Result<Plan>& plan, const Target& target, const Board& board,
                const std::string& where) {
  ASSERT_TRUE(plan) << where << ": " << plan.error().to_string();
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  auto writer = FolderWriter::create(folder->path() / "project");
  ASSERT_TRUE(writer);
  ASSERT_TRUE(emit(*plan, target, {board.name, "cases", {}}, *writer));
  ASSERT_TRUE(writer->commit());
  const auto project = load_project(folder->path() / "project");
  ASSERT_TRUE(project) << project.error().to_string();
  BuildOptions build_options;
  build_options.cache = folder->path() / "cache";
  const auto firmware = build(*project, board, build_options);
  ASSERT_TRUE(firmware) << where << ": " << firmware.error().to_string();
  const auto result = run(*firmware, merged.inputs);
  ASSERT_TRUE(result) << where << ": " << result.error().to_string();
  expect_reference(merged, *result, where);
}

namespace {

/// Plans with this kernel alone.
void check(const Merged& merged, const KernelDef& def, const Target& target, const Board& board) {
  PlanOptions options;
  for (const KernelDef* other : kernels::all())
    if (other != &def) options.disabled_kernels.emplace_back(other->name);
  check_plan(merged, make_plan(merged.graph, target, options), target, board,
             fmt::format("{} on {}", def.name, board.name));
}

}  // namespace

std::vector<const KernelDef*> kernels_of_folder(const char* folder) {
  std::vector<const KernelDef*> defs;
  const auto path = std::filesystem::path(MOTE_TEST_SOURCE_DIR) / "device" / folder;
  for (const KernelDef* def : kernels::all())
    if (std::filesystem::exists(path / def->source) && !def->fuses) defs.push_back(def);
  return defs;
}

namespace {

void merge_cases(Merged& merged, const KernelDef& def, const Target& target, const std::vector<OpCase>& cases,
                 int most) {
  merged.graph.name = "cases";
  std::int64_t bytes = 0;
  for (const OpCase& test : cases) {
    if (test.graph.nodes[0].op != def.op || !def.applies(seen_by(def, test).graph, test.graph.nodes[0], target))
      continue;
    for (const Bytes& input : test.inputs) bytes += static_cast<std::int64_t>(input.size());
    for (const TensorId id : test.graph.outputs) bytes += test.graph.tensor(id).bytes();
    if (bytes > 180000 || merged.count == most) break;
    merge(merged, test);
  }
  ASSERT_GE(merged.count, 3) << "no cases for " << def.name;
}

}  // namespace

void expect_reference_on(const Board& board, const KernelDef& def, const std::vector<OpCase>& cases, int most) {
  Merged merged;
  merge_cases(merged, def, board.target.target, cases, most);
  if (!::testing::Test::HasFatalFailure()) check(merged, def, board.target.target, board);
}

void expect_reference_on_host_and_chip(const KernelDef& def, const Board& board, const std::vector<OpCase>& cases,
                                       int most) {
  Merged merged;
  merge_cases(merged, def, board.target.target, cases, most);
  if (::testing::Test::HasFatalFailure()) return;
  check(merged, def, board.target.target, board);
  if (::testing::Test::HasFatalFailure()) return;
  // The same C files for this machine: a host target that looks into the chip's folder first.
  const auto host = load_board("host");
  ASSERT_TRUE(host);
  Target as_host = board.target.target;
  as_host.name = host->target.target.name;
  check(merged, def, as_host, *host);
}

}  // namespace mote::testing
