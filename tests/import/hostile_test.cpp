// Damaged models: cut short anywhere, bits flipped at random, numbers replaced. The importer returns an error or a
// graph that holds every promise of the verifier; it never crashes. The fuzzers of tests/fuzz go further, these always
// run.
#include <gtest/gtest.h>

#include <random>

#include "import/summary.h"
#include "import/tflite.h"
#include "ir/verify.h"
#include "tests/import/shared.h"
#include "tests/import/tflite_writer.h"

namespace mote {
namespace {

/// How often a damaged file still made a graph; asserts what must hold then. One that is refused is refused in one
/// line.
struct Tally {
  int graphs = 0;
  int errors = 0;
  void import(const Bytes& bytes) {
    const auto graph = import_tflite(bytes, "damaged");
    if (graph.ok()) {
      ++graphs;
      const auto verified = verify(*graph);
      EXPECT_TRUE(verified.ok()) << verified.error().to_string();
    } else {
      ++errors;
      const std::string line = graph.error().to_string();
      EXPECT_FALSE(line.empty());
      EXPECT_EQ(line.find('\n'), std::string::npos) << line;
      EXPECT_NE(graph.error().code, Code::Internal) << line;
    }
    // The summary takes more than the importer does, never less.
    const auto summary = summarize_tflite(bytes, "damaged");
    EXPECT_TRUE(summary.ok() || !graph.ok());
  }
};

/// Cuts at `count` places, evenly spread, and at every one of the first 64 bytes.
void cut_everywhere(const Bytes& model, std::size_t count) {
  Tally tally;
  for (std::size_t i = 0; i < count + 64; ++i) {
    const std::size_t size = i < 64 ? i : (i - 64) * model.size() / count;
    if (size >= model.size()) continue;
    tally.import(Bytes(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  EXPECT_GT(tally.errors, static_cast<int>(count / 2));
}

/// Flips one to four bits anywhere, `count` times.
void flip_bits(const Bytes& model, int count, unsigned seed) {
  std::mt19937 random(seed);
  Tally tally;
  for (int i = 0; i < count; ++i) {
    Bytes damaged = model;
    for (unsigned flips = 1 + random() % 4; flips > 0; --flips) {
      const std::size_t at = random() % damaged.size();
      damaged[at] ^= static_cast<std::uint8_t>(1U << (random() % 8));
    }
    tally.import(damaged);
  }
  EXPECT_GT(tally.errors, 0);
  EXPECT_GT(tally.graphs, 0) << "flips in weights are harmless";
}

/// Overwrites each aligned word in turn with the numbers that break naive checks.
void replace_words(const Bytes& model, std::size_t step) {
  Tally tally;
  for (std::size_t at = 0; at + 4 <= model.size(); at += step)
    for (const std::uint32_t value : {0U, 1U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU, 0xFFFFFFFCU}) {
      Bytes damaged = model;
      for (std::size_t i = 0; i < 4; ++i) damaged[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
      tally.import(damaged);
    }
  EXPECT_GT(tally.errors, 0);
}

TEST(Hostile, SmallModelCutAtEveryByte) { cut_everywhere(small_model(), small_model().size()); }
TEST(Hostile, SmallModelBitFlips) { flip_bits(small_model(), 20000, 1); }
TEST(Hostile, SmallModelWords) { replace_words(small_model(), 4); }

TEST(Hostile, KwsCutShort) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  const auto model = read_file(shared_folder() / "models/mlperf_tiny/kws_ref_int8.tflite");
  ASSERT_TRUE(model.ok()) << model.error().to_string();
  cut_everywhere(*model, 500);
}

TEST(Hostile, KwsBitFlips) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  const auto model = read_file(shared_folder() / "models/mlperf_tiny/kws_ref_int8.tflite");
  ASSERT_TRUE(model.ok()) << model.error().to_string();
  flip_bits(*model, 2000, 2);
}

/// Structure stands behind the weights in this file: damage that alone.
TEST(Hostile, KwsStructureBitFlips) {
  if (!have_shared()) GTEST_SKIP() << kNoShared;
  const auto model = read_file(shared_folder() / "models/mlperf_tiny/kws_ref_int8.tflite");
  ASSERT_TRUE(model.ok()) << model.error().to_string();
  std::mt19937 random(3);
  Tally tally;
  for (int i = 0; i < 2000; ++i) {
    Bytes damaged = *model;
    const std::size_t reach = damaged.size() / 4;
    const std::size_t at = damaged.size() - 1 - random() % reach;
    damaged[at] ^= static_cast<std::uint8_t>(1U << (random() % 8));
    tally.import(damaged);
  }
  EXPECT_GT(tally.errors, 100);
}

// ---- files made to cost much: small on disk, huge if believed ----

TEST(Hostile, ManyTensorsOneListOfScales) {
  TfliteWriter w;
  const std::vector<float> scale(20000, 1.0F);
  const std::vector<std::int64_t> zero(1, 0);
  const auto scales = w.builder.CreateVector(scale);
  const auto zeros = w.builder.CreateVector(zero);
  const auto quantization = schema::CreateQuantizationParameters(w.builder, 0, 0, scales, zeros);
  const auto shape = w.builder.CreateVector(std::vector<std::int32_t>{20000});
  std::vector<flatbuffers::Offset<schema::Tensor>> tensors;
  std::vector<flatbuffers::Offset<schema::Operator>> operators;
  const auto no_inputs = w.builder.CreateVector(std::vector<std::int32_t>{});
  for (std::int32_t i = 0; i < 5000; ++i) {
    tensors.push_back(schema::CreateTensor(w.builder, shape, schema::TensorType::INT8, 0, 0, quantization));
    const auto output = w.builder.CreateVector(std::vector<std::int32_t>{i});
    operators.push_back(schema::CreateOperator(w.builder, 0, no_inputs, output));
  }
  const auto code = schema::CreateOperatorCode(w.builder, 19, 0, 1, schema::BuiltinOperator::RELU);
  const auto codes = w.builder.CreateVector(&code, 1);
  const auto all_tensors = w.builder.CreateVector(tensors);
  const auto all_operators = w.builder.CreateVector(operators);
  const auto graph = schema::CreateSubGraph(w.builder, all_tensors, no_inputs, no_inputs, all_operators);
  const auto graphs = w.builder.CreateVector(&graph, 1);
  const auto buffer = schema::CreateBuffer(w.builder);
  const auto buffers = w.builder.CreateVector(&buffer, 1);
  schema::FinishModelBuffer(w.builder, schema::CreateModel(w.builder, 3, codes, graphs, 0, buffers));
  const auto result = import_tflite({w.builder.GetBufferPointer(), w.builder.GetSize()}, "x");
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().what.find("more scales than the file has room for"), std::string::npos)
      << result.error().what;
}

TEST(Hostile, TenThousandOperatorsAreTheLimit) {
  TfliteWriter w;
  const auto x = w.add({.shape = {1}, .type = schema::TensorType::FLOAT32});
  const auto y = w.add({.shape = {1}, .type = schema::TensorType::FLOAT32});
  for (int i = 0; i < 10001; ++i) w.add(schema::BuiltinOperator::RELU, {x}, {y});
  const auto result = import_tflite(w.finish({x}, {y}), "x");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().to_string(), "has 10001 operators; at most 10000");
}

TEST(Hostile, OperandNamesDoNotGrowTheMessage) {
  TfliteWriter w;
  const auto x =
      w.add({.shape = {1}, .type = schema::TensorType::FLOAT32, .name = std::string(100000, 'n') + "\n\x01\""});
  const auto y = w.add({.shape = {2}, .type = schema::TensorType::FLOAT32});
  w.add(schema::BuiltinOperator::RELU, {x}, {y});
  const auto result = import_tflite(w.finish({x}, {y}), "x");
  ASSERT_FALSE(result.ok());
  EXPECT_LT(result.error().to_string().size(), 1000U);
}

}  // namespace
}  // namespace mote
