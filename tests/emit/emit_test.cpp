// The emitted project is a product: it must compile without a warning under gcc and clang, run clean under the
// sanitizers, and give what the operators' references give, on random networks of every kind.
#include "emit/emit.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "board/process.h"
#include "board/project.h"
#include "board/target.h"
#include "ops/execute.h"
#include "passes/pipeline.h"
#include "plan/plan.h"
#include "tests/passes/random_graph.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

/// Emits a graph for the host into a fresh folder. The graph is planned as it is.
Result<Project> emit_for_host(const Graph& graph, const TemporaryFolder& folder) {
  MOTE_TRY(const Target target, load_target("portable"));
  MOTE_TRY(const Plan plan, make_plan(graph, target));
  MOTE_TRY(FolderWriter writer, FolderWriter::create(folder.path() / "project"));
  MOTE_TRY_VOID(emit(plan, target, {"host", "random.mir", {}}, writer));
  MOTE_TRY_VOID(writer.commit());
  return load_project(folder.path() / "project");
}

/// A main that fills inputs from, and writes outputs to, standard input and output.
std::string main_source(const Project& project) {
  std::string out = fmt::format("#include <stdio.h>\n#include \"{}\"\nint main(void) {{\n", project.header);
  for (const ProjectPort& port : project.inputs)
    out += fmt::format("  if (fread({}(), 1, {}, stdin) != {}) return 3;\n", port.function, port.bytes, port.bytes);
  out += fmt::format("  {}();\n  if ({}() != 0) return 4;\n", project.reset, project.invoke);
  for (const ProjectPort& port : project.outputs)
    out += fmt::format("  if (fwrite({}(), 1, {}, stdout) != {}) return 5;\n", port.function, port.bytes, port.bytes);
  return out + "  return 0;\n}\n";
}

/// Compiles with the strictest flags; returns the compiler's words if it says any.
std::string compile(const Project& project, const std::string& compiler, const fs::path& program) {
  const fs::path main_file = project.folder / "main.c";
  EXPECT_TRUE(write_text(main_file, main_source(project)).ok());
  std::vector<std::string> command = {compiler,
                                      "-std=c99",
                                      "-O1",
                                      "-Wall",
                                      "-Wextra",
                                      "-Wpedantic",
                                      "-Wconversion",
                                      "-Werror",
                                      "-fsanitize=address,undefined",
                                      "-fno-sanitize-recover=all",
                                      "-o",
                                      program.string(),
                                      main_file.string()};
  for (const std::string& source : project.sources) command.push_back((project.folder / source).string());
  for (const std::string& dir : project.include_dirs) command.push_back("-I" + (project.folder / dir).string());
  command.push_back("-lm");
  const Result<ProcessEnd> end = run_process(command);
  if (!end) return end.error().to_string();
  return end->succeeded() && end->err.empty() ? "" : end->err + end->out;
}

Bytes random_input(testing::Random& random, const Tensor& tensor) {
  Bytes bytes(static_cast<std::size_t>(tensor.bytes()));
  if (tensor.type == DType::f32) {
    for (std::size_t i = 0; i < bytes.size(); i += 4) {
      const float value = random.real(-2, 2);
      std::memcpy(&bytes[i], &value, 4);
    }
  } else {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.bits());
  }
  return bytes;
}

void expect_same(const Tensor& tensor, std::span<const std::uint8_t> want, std::span<const std::uint8_t> got) {
  if (tensor.type != DType::f32) {
    EXPECT_TRUE(std::equal(want.begin(), want.end(), got.begin(), got.end())) << tensor.name;
    return;
  }
  for (std::size_t i = 0; i + 4 <= want.size(); i += 4) {
    float w = 0;
    float g = 0;
    std::memcpy(&w, &want[i], 4);
    std::memcpy(&g, &got[i], 4);
    EXPECT_NEAR(w, g, 1e-5 * std::max(1.0F, std::abs(w))) << tensor.name << " element " << i / 4;
  }
}

class Emitted : public ::testing::TestWithParam<int> {};

TEST_P(Emitted, CompilesCleanAndComputesTheReference) {
  const int seed = GetParam();
  testing::RandomGraphOptions options;
  options.type = seed % 3 == 0 ? DType::f32 : DType::i8;
  Graph graph = testing::RandomGraph(static_cast<std::uint64_t>(seed) + 500, options).make();
  // The passes fold batch normalisation, which has no device kernel; what they may change is for their own tests.
  ASSERT_TRUE(passes::run(graph, Target{}).ok());
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder.ok());
  const Result<Project> project = emit_for_host(graph, *folder);
  ASSERT_TRUE(project.ok()) << project.error().to_string();
  const fs::path program = folder->path() / "program";
  ASSERT_EQ(compile(*project, seed % 2 == 0 ? "gcc" : "clang", program), "");

  testing::Random random(static_cast<std::uint64_t>(seed));
  Executor executor(graph);
  std::vector<Bytes> inputs;
  std::vector<std::span<const std::uint8_t>> views;
  Bytes stream;
  for (const TensorId id : graph.inputs) inputs.push_back(random_input(random, graph.tensor(id)));
  for (const Bytes& input : inputs) {
    views.emplace_back(input);
    stream.insert(stream.end(), input.begin(), input.end());
  }
  const std::vector<Bytes> expected = executor.run(views);
  ASSERT_TRUE(write_file(folder->path() / "in", stream).ok());
  const auto end = run_process({"sh", "-c", "\"$1\" < \"$2\" > \"$3\"", "sh", program.string(),
                                (folder->path() / "in").string(), (folder->path() / "out").string()});
  ASSERT_TRUE(end.ok());
  ASSERT_TRUE(end->succeeded()) << end->err;
  const auto out = read_file(folder->path() / "out");
  ASSERT_TRUE(out.ok());
  std::size_t at = 0;
  for (std::size_t o = 0; o < expected.size(); ++o) {
    ASSERT_LE(at + expected[o].size(), out->size());
    expect_same(graph.tensor(graph.outputs[o]), expected[o], std::span(*out).subspan(at, expected[o].size()));
    at += expected[o].size();
  }
}

INSTANTIATE_TEST_SUITE_P(Random, Emitted, ::testing::Range(0, 24));

TEST(Emit, SameInputSameBytes) {
  const Graph graph = testing::RandomGraph(3, {DType::i8}).make();
  const auto target = load_target("portable");
  ASSERT_TRUE(target.ok());
  const auto a = make_plan(graph, *target);
  const auto b = make_plan(graph, *target);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(to_text(*a), to_text(*b));
  EXPECT_EQ(emit_source(*a, {"host", "x", {}}), emit_source(*b, {"host", "x", {}}));
  EXPECT_EQ(emit_weights(*a, {"host", "x", {}}), emit_weights(*b, {"host", "x", {}}));
}

TEST(Emit, FolderThatMoteDidNotWriteIsLeftAlone) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder.ok());
  ASSERT_TRUE(write_text(folder->path() / "mine" / "thesis.txt", "years of work").ok());
  const auto writer = FolderWriter::create(folder->path() / "mine");
  ASSERT_FALSE(writer.ok());
  EXPECT_EQ(read_text(folder->path() / "mine" / "thesis.txt").value(), "years of work");
}

}  // namespace
}  // namespace mote
