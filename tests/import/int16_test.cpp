// TensorFlow Lite Micro's single-operator models with int16 activations: import, then the reference on the recorded
// inputs, bit for bit. Models of operators that Mote lacks must be refused by name.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "base/files.h"
#include "import/import.h"
#include "ops/execute.h"
#include "tests/import/shared.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

fs::path models_folder() { return shared_folder() / "optests" / "int16"; }

/// Numbers between commas and line ends, as elements of the type.
Bytes read_csv(const fs::path& path, DType type) {
  const auto text = read_text(path);
  EXPECT_TRUE(text.ok()) << text.error().to_string();
  std::string numbers = text.ok() ? *text : "";
  std::replace(numbers.begin(), numbers.end(), ',', ' ');
  std::istringstream in(numbers);
  Bytes bytes;
  for (std::int64_t value = 0; in >> value;)
    for (int b = 0; b < static_cast<int>(dtype_bytes(type, 1)); ++b)
      bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * b)));
  return bytes;
}

/// "x_input0_int16.csv", whatever its type is called.
fs::path csv_of(const fs::path& model, const std::string& kind) {
  for (const char* type : {"int16", "int32", "int8"}) {
    const fs::path path = model.parent_path() / (model.stem().string() + "_" + kind + "_" + type + ".csv");
    if (fs::exists(path)) return path;
  }
  return {};
}

void expect_golden(const fs::path& model, const Graph& graph) {
  std::vector<Bytes> inputs;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const Tensor& tensor = graph.tensor(graph.inputs[i]);
    inputs.push_back(read_csv(csv_of(model, "input" + std::to_string(i)), tensor.type));
    ASSERT_EQ(static_cast<std::int64_t>(inputs.back().size()), tensor.bytes()) << model;
  }
  const Bytes expected = read_csv(csv_of(model, "golden"), graph.tensor(graph.outputs[0]).type);
  const Bytes got = Executor(graph).run({inputs.begin(), inputs.end()})[0];
  EXPECT_EQ(got, expected) << model;
}

TEST(Int16Models, AgreeBitForBitOrAreRefusedByName) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  std::map<std::string, int> agreed, refused;
  for (const auto& entry : fs::recursive_directory_iterator(models_folder())) {
    if (entry.path().extension() != ".tflite") continue;
    const std::string op = entry.path().parent_path().filename().string();
    const auto graph = import_file(entry.path());
    if (graph.ok()) {
      expect_golden(entry.path(), *graph);
      ++agreed[op];
    } else {
      EXPECT_EQ(graph.error().code, Code::Unsupported) << entry.path();
      EXPECT_NE(graph.error().to_string().find("is not supported yet"), std::string::npos)
          << entry.path() << ": " << graph.error().to_string();
      ++refused[op];
    }
  }
  for (const auto& [op, count] : refused) RecordProperty("refused_" + op, count);
  const std::map<std::string, int> expected = {{"add", 9},      {"conv", 11},         {"leaky_relu", 12},
                                               {"pad", 10},     {"sub", 3},           {"strided_slice", 17},
                                               {"quantize", 1}, {"transpose_conv", 3}};
  for (const auto& [op, count] : expected) EXPECT_EQ(agreed[op], count) << op;
}

}  // namespace
}  // namespace mote
