// `mote inspect`: the report of a small model, of one that Mote cannot take, and of what is no model at all.
#include "import/inspect.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "import/tflite.h"
#include "ir/graph_file.h"
#include "tests/import/tflite_writer.h"

namespace mote {
namespace {

using schema::BuiltinOperator;

TEST(Inspect, TextOfASmallModel) {
  const auto summary = summarize_tflite(small_model(), "small");
  ASSERT_TRUE(summary.ok()) << summary.error().to_string();
  EXPECT_EQ(inspect_text(*summary, "small.tflite", 1234, "0a1b"),
            R"(small.tflite: TFLite, 1,234 bytes, SHA-256 0a1b
"written by a test"

input 0   "input"     i8 1x5x4x2  scale 0.5, zero point -3
output 0  "Identity"  i8 1x3      scale 0.00390625, zero point -128

#  layer    operator         output      quantisation                       weights                  parameters  MACs
0  conv2d   conv2d           i8 1x3x2x2  scale 0.25, zero point -128        i8 2x3x3x2, per channel          38   216
1  flatten  reshape          i8 1x12     scale 0.25, zero point -128
2  dense    fully_connected  i8 1x3      scale 0.5, zero point 4            i8 3x12                          36    36
3  softmax  softmax          i8 1x3      scale 0.00390625, zero point -128
   all      4 operators                                                                                      74   252

parameters: 80 bytes of weights and biases
Mote supports every operator of this model.
)");
}

Bytes lacking_model() {
  TfliteWriter w;
  const auto x = w.add({.shape = {1, -1}, .type = schema::TensorType::FLOAT16, .name = "x"});
  const auto y = w.add({.shape = {1, 2}, .scale = {1.0F}, .zero_point = {0}, .name = "net/rfft"});
  const auto z = w.add({.shape = {1, 2}, .scale = {1.0F}, .zero_point = {0}, .name = "z"});
  w.add(BuiltinOperator::STABLEHLO_COMPOSITE, {x, -1}, {y});
  w.add(BuiltinOperator::RELU, {y}, {z});
  return w.finish({x}, {z});
}

TEST(Inspect, ListsOperatorsThatMoteLacks) {
  const auto summary = summarize_tflite(lacking_model(), "x");
  ASSERT_TRUE(summary.ok()) << summary.error().to_string();
  ASSERT_EQ(summary->operators.size(), 2U);
  EXPECT_EQ(summary->operators[0].op, "STABLEHLO_COMPOSITE");
  EXPECT_EQ(summary->operators[0].unsupported, "is not supported yet");
  EXPECT_EQ(summary->operators[0].inputs, (std::vector<int>{0, -1}));
  EXPECT_EQ(summary->operators[1].unsupported, "");
  EXPECT_EQ(summary->tensors[0].type, "float16");
  EXPECT_EQ(summary->tensors[0].shape, (std::vector<std::int32_t>{1, -1}));
  const std::string text = inspect_text(*summary, "x.tflite", 1, "");
  EXPECT_NE(text.find("node 0 \"rfft\": STABLEHLO_COMPOSITE is not supported yet\n"), std::string::npos) << text;

  const auto json = nlohmann::json::parse(inspect_json(*summary, "x.tflite", 1, ""));
  EXPECT_EQ(json["supported"], false);
  EXPECT_EQ(json["macs"], nullptr);
  ASSERT_EQ(json["unsupported"].size(), 1U);
  EXPECT_EQ(json["unsupported"][0]["op"], "STABLEHLO_COMPOSITE");
  EXPECT_EQ(json["operators"][0]["inputs"][1], nullptr);
}

TEST(Inspect, TellsWhyAModelOfKnownOperatorsIsRefused) {
  TfliteWriter w;
  const auto x =
      w.add({.shape = {2}, .type = schema::TensorType::UINT8, .scale = {1.0F}, .zero_point = {3}, .name = "x"});
  const auto y =
      w.add({.shape = {2}, .type = schema::TensorType::UINT8, .scale = {1.0F}, .zero_point = {3}, .name = "y"});
  w.add(BuiltinOperator::RELU, {x}, {y});
  const auto summary = summarize_tflite(w.finish({x}, {y}), "x");
  ASSERT_TRUE(summary.ok()) << summary.error().to_string();
  EXPECT_NE(summary->problem.find("quantised as uint8"), std::string::npos);
  EXPECT_NE(inspect_text(*summary, "x", 1, "").find(summary->problem), std::string::npos);
}

TEST(Inspect, ReadsFilesByTheirExtension) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder.ok());
  const auto tflite = folder->path() / "m.tflite";
  ASSERT_TRUE(write_file(tflite, small_model()).ok());
  const auto graph = import_tflite(small_model(), "m");
  ASSERT_TRUE(graph.ok());
  const auto mir = folder->path() / "m.mir";
  ASSERT_TRUE(save_graph(*graph, mir).ok());

  const auto a = inspect_report(tflite, true);
  const auto b = inspect_report(mir, true);
  ASSERT_TRUE(a.ok()) << a.error().to_string();
  ASSERT_TRUE(b.ok()) << b.error().to_string();
  const auto from_tflite = nlohmann::json::parse(*a);
  const auto from_mir = nlohmann::json::parse(*b);
  for (const char* field : {"name", "supported", "macs", "parameters", "parameter_bytes", "outputs"})
    EXPECT_EQ(from_tflite[field], from_mir[field]) << field;
  EXPECT_NE(from_tflite["sha256"], from_mir["sha256"]);

  const auto broken = folder->path() / "broken.tflite";
  ASSERT_TRUE(write_text(broken, "not a model").ok());
  EXPECT_EQ(inspect_report(broken, false).error().to_string(),
            broken.string() + ": is not a TFLite model: the mark \"TFL3\" is missing");
  EXPECT_EQ(inspect_report(folder->path() / "absent.tflite", false).error().code, Code::Io);
  ASSERT_TRUE(write_text(folder->path() / "x.onnx", "x").ok());
  EXPECT_EQ(inspect_report(folder->path() / "x.onnx", false).error().code, Code::Unsupported);
  ASSERT_TRUE(write_text(folder->path() / "x.h5", "x").ok());
  EXPECT_EQ(inspect_report(folder->path() / "x.h5", false).error().code, Code::Unsupported);
}

}  // namespace
}  // namespace mote
