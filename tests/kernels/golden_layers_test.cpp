// Every operator of the four int8 MLPerf Tiny models against TensorFlow Lite Micro, bit for bit: by the reference, and
// by the portable device kernel on the host. Golden: shared/golden/mlperf_layers (the output of each operator for one
// input).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "import/tflite.h"
#include "ops/execute.h"
#include "tests/import/shared.h"
#include "tests/kernels/run_kernel.h"

namespace mote::testing {
namespace {

struct Model {
  const char* golden;
  const char* file;
};

constexpr Model kModels[] = {{"ad", "ad01_int8.tflite"},
                             {"ic", "ic_resnet_int8.tflite"},
                             {"kws", "kws_ref_int8.tflite"},
                             {"vww", "vww_96_int8.tflite"}};

Bytes must_read(const std::filesystem::path& path) {
  auto bytes = read_file(path);
  EXPECT_TRUE(bytes.ok()) << bytes.error().to_string();
  return bytes.ok() ? std::move(bytes).value() : Bytes{};
}

/// The node alone, with the values that its activation inputs had.
OpCase isolate(const Graph& graph, const Executor& executor, std::size_t n) {
  const Node& node = graph.nodes[n];
  OpCase test;
  test.name = node.name;
  test.graph = graph;
  test.graph.nodes = {node};
  test.graph.inputs.clear();
  for (const TensorId id : node.inputs)
    if (id != kNoTensor && !graph.tensor(id).is_constant()) {
      test.graph.inputs.push_back(id);
      const auto value = executor.value(id);
      test.inputs.emplace_back(value.begin(), value.end());
    }
  test.graph.outputs = node.outputs;
  return test;
}

/// Index of the first byte that differs, or -1.
std::ptrdiff_t first_difference(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  if (a.size() != b.size()) return 0;
  const auto at = std::mismatch(a.begin(), a.end(), b.begin()).first;
  return at == a.end() ? -1 : at - a.begin();
}

class GoldenLayers : public ::testing::TestWithParam<Model> {};

TEST_P(GoldenLayers, EveryOperatorIsBitExact) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  const std::filesystem::path golden = shared_folder() / "golden" / "mlperf_layers" / GetParam().golden;
  const Bytes file = must_read(shared_folder() / "models" / "mlperf_tiny" / GetParam().file);
  auto imported = import_tflite(file, GetParam().golden);
  ASSERT_TRUE(imported.ok()) << imported.error().to_string();
  const Graph& graph = *imported;
  Executor executor(graph);
  const Bytes input = must_read(golden / "input.bin");
  const std::vector<Bytes> outputs = executor.run({input});
  EXPECT_EQ(first_difference(outputs[0], must_read(golden / "output.bin")), -1);

  std::size_t layers = 0;
  while (std::filesystem::exists(golden / "layers" / fmt::format("op{:02}.bin", layers))) ++layers;
  ASSERT_EQ(graph.nodes.size(), layers) << "the importer keeps one node per operator of these models";
  for (std::size_t n = 0; n < layers; ++n) {
    const Bytes expected = must_read(golden / "layers" / fmt::format("op{:02}.bin", n));
    const std::string place = node_place(graph, n);
    ASSERT_EQ(first_difference(executor.value(graph.nodes[n].outputs[0]), expected), -1) << place << ", reference";
    const OpCase test = isolate(graph, executor, n);
    int kernels = 0;
    for (const KernelDef* def : kernels_for(*graph.nodes[n].op)) {
      if (!host_target().has_source(def->source) || !def->applies(test.graph, test.graph.nodes[0], host_target()))
        continue;
      ++kernels;
      ASSERT_EQ(first_difference(run_apart(*def, test), expected), -1) << place << ", " << def->name;
      const Bytes overlapping = run_overlapping(*def, test);
      if (!overlapping.empty()) {
        ASSERT_EQ(first_difference(overlapping, expected), -1) << place << ", " << def->name << ", overlapping";
      }
    }
    ASSERT_GT(kernels, 0) << place;
  }
}

INSTANTIATE_TEST_SUITE_P(MlperfTiny, GoldenLayers, ::testing::ValuesIn(kModels),
                         [](const auto& model) { return std::string(model.param.golden); });

}  // namespace
}  // namespace mote::testing
