// Import of models written by the test: what options become, what is accepted, and what is refused with which words.
#include "import/tflite.h"

#include <gtest/gtest.h>

#include <functional>

#include "ir/op_def.h"
#include "ops/execute.h"
#include "tests/import/tflite_writer.h"

namespace mote {
namespace {

using schema::ActivationFunctionType;
using schema::BuiltinOperator;
using schema::BuiltinOptions;
using schema::Padding;
using schema::TensorType;

constexpr TensorType kFloat = TensorType::FLOAT32;
constexpr TensorType kInt32 = TensorType::INT32;

/// The graph, or a failure of the test and an empty graph.
Graph imported(const Bytes& bytes) {
  auto graph = import_tflite(bytes, "test model");
  EXPECT_TRUE(graph.ok()) << graph.error().to_string();
  return graph.ok() ? std::move(graph).value() : Graph{};
}

Bytes float_data(std::size_t count) { return bytes_of(std::vector<float>(count, 0.5F)); }

TEST(Tflite, SmallModelBecomesThisGraph) {
  const Graph graph = imported(small_model());
  ASSERT_EQ(graph.nodes.size(), 4U);
  EXPECT_EQ(graph.name, "test_model");
  const Node& conv = graph.nodes[0];
  EXPECT_EQ(conv.op->name, "conv2d");
  EXPECT_EQ(conv.name, "conv2d");
  EXPECT_EQ(conv.attrs.integer("stride_h"), 2);
  // 5 rows at stride 2 make 3: two rows of padding. 4 columns make 2: one column, at the end.
  EXPECT_EQ(conv.attrs.integer("pad_top"), 1);
  EXPECT_EQ(conv.attrs.integer("pad_bottom"), 1);
  EXPECT_EQ(conv.attrs.integer("pad_left"), 0);
  EXPECT_EQ(conv.attrs.integer("pad_right"), 1);
  EXPECT_EQ(conv.attrs.text("activation"), "relu");
  const Tensor& weights = graph.tensor(conv.inputs[1]);
  EXPECT_EQ(weights.quant.scale, (std::vector<float>{0.01F, 0.02F}));
  EXPECT_EQ(weights.quant.axis, 0);
  EXPECT_TRUE(weights.is_constant());

  EXPECT_EQ(graph.nodes[1].name, "flatten");
  EXPECT_EQ(graph.nodes[1].inputs.size(), 1U);
  EXPECT_EQ(graph.nodes[1].attrs.list("shape"), (std::vector<std::int64_t>{1, 12}));
  EXPECT_EQ(graph.nodes[2].inputs.size(), 2U) << "the absent bias is left out";
  EXPECT_EQ(graph.nodes[2].name, "dense");
  EXPECT_EQ(graph.nodes[3].name, "softmax");
  EXPECT_EQ(graph.nodes[3].attrs.real("beta"), 1.0);
  EXPECT_EQ(graph.tensor(graph.inputs[0]).quant.zero_point[0], -3);
  // Ports keep their names, the others get short ones.
  std::vector<std::string> names;
  for (const Tensor& tensor : graph.tensors) names.push_back(tensor.name);
  EXPECT_EQ(names, (std::vector<std::string>{"input", "conv2d_weights", "conv2d_bias", "conv2d", "flatten",
                                             "dense_weights", "dense", "Identity"}));
  // The shape was a constant of the file only.
  for (const Tensor& tensor : graph.tensors) EXPECT_NE(tensor.type, DType::i64);
  EXPECT_EQ(graph.tensors.size(), 8U);
}

TEST(Tflite, UnalignedBytesGiveTheSameGraph) {
  const Bytes model = small_model();
  Bytes shifted(model.size() + 1);
  std::copy(model.begin(), model.end(), shifted.begin() + 1);
  const auto graph = import_tflite(std::span(shifted).subspan(1), "test model");
  ASSERT_TRUE(graph.ok()) << graph.error().to_string();
  EXPECT_EQ(graph->nodes.size(), 4U);
}

/// One float operator on x, with a way to make its options.
struct OneOp {
  std::vector<std::int32_t> in;
  std::vector<std::int32_t> out;
  BuiltinOperator op;
  std::vector<TestTensor> constants;  ///< further inputs
  BuiltinOptions kind = BuiltinOptions::NONE;
  std::function<flatbuffers::Offset<void>(flatbuffers::FlatBufferBuilder&)> options = {};
};

Bytes model_of(const OneOp& one, TensorType type = kFloat) {
  TfliteWriter w;
  std::vector<std::int32_t> inputs = {w.add({.shape = one.in, .type = type, .name = "x"})};
  for (const TestTensor& tensor : one.constants) inputs.push_back(w.add(tensor));
  const std::int32_t y = w.add({.shape = one.out, .type = type, .name = "y"});
  w.add(one.op, inputs, {y}, one.kind, one.options ? one.options(w.builder) : 0);
  return w.finish({inputs[0]}, {y});
}

TEST(Tflite, ValidPaddingAndDilation) {
  const Graph graph =
      imported(model_of({.in = {1, 7, 9, 1},
                         .out = {1, 3, 7, 4},
                         .op = BuiltinOperator::CONV_2D,
                         .constants = {{.shape = {4, 3, 3, 1}, .type = kFloat, .data = float_data(36)}},
                         .kind = BuiltinOptions::Conv2DOptions,
                         .options = [](auto& b) {
                           return schema::CreateConv2DOptions(b, Padding::VALID, 1, 1,
                                                              ActivationFunctionType::RELU_N1_TO_1, 1, 2)
                               .Union();
                         }}));
  ASSERT_EQ(graph.nodes.size(), 1U);
  EXPECT_EQ(graph.nodes[0].attrs.integer("dilation_h"), 2);
  EXPECT_EQ(graph.nodes[0].attrs.integer("dilation_w"), 1);
  EXPECT_EQ(graph.nodes[0].attrs.integer("pad_top") + graph.nodes[0].attrs.integer("pad_right"), 0);
  EXPECT_EQ(graph.nodes[0].attrs.text("activation"), "relu_n1_to_1");
}

TEST(Tflite, SamePaddingCountsDilation) {
  const Graph graph = imported(model_of(
      {.in = {1, 8, 8, 1},
       .out = {1, 8, 8, 1},
       .op = BuiltinOperator::CONV_2D,
       .constants = {{.shape = {1, 3, 2, 1}, .type = kFloat, .data = float_data(6)}},
       .kind = BuiltinOptions::Conv2DOptions,
       .options = [](auto& b) {
         return schema::CreateConv2DOptions(b, Padding::SAME, 1, 1, ActivationFunctionType::NONE, 3, 2).Union();
       }}));
  ASSERT_EQ(graph.nodes.size(), 1U);
  EXPECT_EQ(graph.nodes[0].attrs.integer("pad_top"), 2);  // reach (3 - 1) * 2 + 1 = 5
  EXPECT_EQ(graph.nodes[0].attrs.integer("pad_bottom"), 2);
  EXPECT_EQ(graph.nodes[0].attrs.integer("pad_left"), 1);  // reach (2 - 1) * 3 + 1 = 4
  EXPECT_EQ(graph.nodes[0].attrs.integer("pad_right"), 2);
}

OneOp depthwise(std::int32_t multiplier) {
  return {.in = {1, 4, 4, 2},
          .out = {1, 4, 4, 6},
          .op = BuiltinOperator::DEPTHWISE_CONV_2D,
          .constants = {{.shape = {1, 1, 1, 6}, .type = kFloat, .data = float_data(6)}},
          .kind = BuiltinOptions::DepthwiseConv2DOptions,
          .options = [multiplier](auto& b) {
            return schema::CreateDepthwiseConv2DOptions(b, Padding::SAME, 1, 1, multiplier,
                                                        ActivationFunctionType::RELU6)
                .Union();
          }};
}

TEST(Tflite, DepthMultiplierFollowsFromTheShapes) {
  EXPECT_EQ(imported(model_of(depthwise(3))).nodes.size(), 1U);
  EXPECT_EQ(imported(model_of(depthwise(0))).nodes.size(), 1U);
  const auto wrong = import_tflite(model_of(depthwise(2)), "x");
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().to_string(), "node 0 \"y\": depth multiplier 2 times 2 channels are not the weights' 6");
}

TEST(Tflite, PlainOperators) {
  const Graph add = imported(
      model_of({.in = {1, 2, 2, 3},
                .out = {1, 2, 2, 3},
                .op = BuiltinOperator::ADD,
                .constants = {{.shape = {3}, .type = kFloat, .data = float_data(3)}},
                .kind = BuiltinOptions::AddOptions,
                .options = [](auto& b) { return schema::CreateAddOptions(b, ActivationFunctionType::RELU).Union(); }}));
  ASSERT_EQ(add.nodes.size(), 1U);
  EXPECT_EQ(add.nodes[0].attrs.text("activation"), "relu");

  const auto pool_options = [](auto& b) {
    return schema::CreatePool2DOptions(b, Padding::SAME, 2, 3, 2, 3, ActivationFunctionType::NONE).Union();
  };
  for (const BuiltinOperator op : {BuiltinOperator::AVERAGE_POOL_2D, BuiltinOperator::MAX_POOL_2D}) {
    const Graph pool = imported(model_of({.in = {1, 7, 4, 3},
                                          .out = {1, 3, 2, 3},
                                          .op = op,
                                          .constants = {},
                                          .kind = BuiltinOptions::Pool2DOptions,
                                          .options = pool_options}));
    ASSERT_EQ(pool.nodes.size(), 1U);
    EXPECT_EQ(pool.nodes[0].attrs.integer("filter_h"), 3);
    EXPECT_EQ(pool.nodes[0].attrs.integer("filter_w"), 2);
    EXPECT_EQ(pool.nodes[0].attrs.integer("stride_h"), 3);
    EXPECT_EQ(pool.nodes[0].attrs.integer("pad_bottom"), 1);
  }

  const Graph transpose =
      imported(model_of({.in = {1, 2, 3},
                         .out = {3, 1, 2},
                         .op = BuiltinOperator::TRANSPOSE,
                         .constants = {{.shape = {3}, .type = kInt32, .data = bytes_of<std::int32_t>({2, 0, 1})}}}));
  ASSERT_EQ(transpose.nodes.size(), 1U);
  EXPECT_EQ(transpose.nodes[0].attrs.list("perm"), (std::vector<std::int64_t>{2, 0, 1}));
  EXPECT_EQ(transpose.nodes[0].inputs.size(), 1U);

  const Graph pad = imported(model_of(
      {.in = {2, 3},
       .out = {2, 6},
       .op = BuiltinOperator::PAD,
       .constants = {{.shape = {2, 2}, .type = TensorType::INT64, .data = bytes_of<std::int64_t>({0, 0, 1, 2})}}}));
  ASSERT_EQ(pad.nodes.size(), 1U);
  EXPECT_EQ(pad.nodes[0].attrs.list("before"), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(pad.nodes[0].attrs.list("after"), (std::vector<std::int64_t>{0, 2}));

  for (const BuiltinOperator op : {BuiltinOperator::RELU, BuiltinOperator::RELU6})
    EXPECT_EQ(imported(model_of({.in = {2}, .out = {2}, .op = op, .constants = {}})).nodes.size(), 1U);
}

TEST(Tflite, ConcatAndSlices) {
  TfliteWriter w;
  const auto x = w.add({.shape = {1, 4, 3}, .type = kFloat});
  const auto both = w.add({.shape = {1, 4, 6}, .type = kFloat});
  const auto ints = [&](const std::vector<std::int32_t>& values) {
    return w.add({.shape = {static_cast<std::int32_t>(values.size())}, .type = kInt32, .data = bytes_of(values)});
  };
  const auto b = ints({0, 1, 2}), s = ints({1, -1, 3});
  const auto part = w.add({.shape = {1, 3, 3}, .type = kFloat});
  const auto sb = ints({0, -1}), se = ints({0, 0}), ss = ints({1, 1});
  const auto last = w.add({.shape = {1, 3}, .type = kFloat});
  const auto tb = ints({0, 0}), te = ints({1, 3}), ts = ints({1, 2});
  const auto odd = w.add({.shape = {1, 2}, .type = kFloat});
  const auto join = schema::CreateConcatenationOptions(w.builder, -1, ActivationFunctionType::NONE).Union();
  w.add(BuiltinOperator::CONCATENATION, {x, x}, {both}, BuiltinOptions::ConcatenationOptions, join);
  w.add(BuiltinOperator::SLICE, {both, b, s}, {part});
  const auto keep_first = schema::CreateStridedSliceOptions(w.builder, 1, 1, 0, 0, 2, false).Union();
  w.add(BuiltinOperator::STRIDED_SLICE, {part, sb, se, ss}, {last}, BuiltinOptions::StridedSliceOptions, keep_first);
  const auto plain = schema::CreateStridedSliceOptions(w.builder, 0, 0, 0, 0, 0, false).Union();
  w.add(BuiltinOperator::STRIDED_SLICE, {last, tb, te, ts}, {odd}, BuiltinOptions::StridedSliceOptions, plain);
  const Graph graph = imported(w.finish({x}, {odd}));
  ASSERT_EQ(graph.nodes.size(), 4U);
  EXPECT_EQ(graph.nodes[0].attrs.integer("axis"), 2);
  EXPECT_EQ(graph.nodes[1].attrs.list("size"), (std::vector<std::int64_t>{1, 3, 3}));
  EXPECT_EQ(graph.nodes[2].attrs.list("begin"), (std::vector<std::int64_t>{0, 2, 0})) << "x[:, -1]";
  EXPECT_EQ(graph.nodes[2].attrs.list("drop"), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(graph.nodes[3].attrs.list("size"), (std::vector<std::int64_t>{1, 2}));
  // What they compute together: of row 3, values 2 of the first copy, and 0 and 1 of the second; of these 0 and 2.
  std::vector<float> values(12);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  const Bytes input = bytes_of(values);
  const auto out = Executor(graph).run({input});
  EXPECT_EQ(out[0], bytes_of<float>({11, 10}));
}

TEST(Tflite, ReshapeTakesItsShapeFromTheOption) {
  const OneOp reshape = {.in = {2, 3},
                         .out = {6},
                         .op = BuiltinOperator::RESHAPE,
                         .constants = {},
                         .kind = BuiltinOptions::ReshapeOptions,
                         .options = [](auto& b) {
                           const auto shape = b.CreateVector(std::vector<std::int32_t>{-1});
                           return schema::CreateReshapeOptions(b, shape).Union();
                         }};
  const Graph graph = imported(model_of(reshape));
  ASSERT_EQ(graph.nodes.size(), 1U);
  EXPECT_EQ(graph.nodes[0].attrs.list("shape"), (std::vector<std::int64_t>{6}));
}

TEST(Tflite, QuantizeAndDequantize) {
  TfliteWriter w;
  const auto x = w.add({.shape = {1, 4}, .type = kFloat});
  const auto q = w.add({.shape = {1, 4}, .scale = {0.1F}, .zero_point = {5}});
  const auto y = w.add({.shape = {1, 4}, .type = kFloat, .signature = {-1, 4}});
  w.add(BuiltinOperator::QUANTIZE, {x}, {q});
  w.add(BuiltinOperator::DEQUANTIZE, {q}, {y});
  const Graph graph = imported(w.finish({x}, {y}));
  ASSERT_EQ(graph.nodes.size(), 2U);
  EXPECT_EQ(graph.nodes[0].op->name, "quantize");
  EXPECT_EQ(graph.nodes[1].op->name, "dequantize");
  EXPECT_EQ(graph.tensors[0].name, "tensor_0") << "a tensor without a name gets one";
}

/// x -> conv2d 1x1 with `channels` outputs; the weights' and bias' scales run along `axis`.
Bytes per_channel_model(std::int32_t in, std::int32_t channels, std::int32_t axis, std::int32_t bias_axis) {
  TfliteWriter w;
  const auto n = static_cast<std::size_t>(channels);
  const auto x = w.add({.shape = {1, 1, 1, in}, .scale = {1.0F}, .zero_point = {0}});
  const auto weights = w.add({.shape = {channels, 1, 1, in},
                              .scale = std::vector<float>(n, 0.5F),
                              .zero_point = std::vector<std::int64_t>(n, 0),
                              .data = Bytes(n * static_cast<std::size_t>(in), 1),
                              .axis = axis});
  const auto bias = w.add({.shape = {channels},
                           .type = kInt32,
                           .scale = std::vector<float>(n, 0.5F),
                           .zero_point = std::vector<std::int64_t>(n, 0),
                           .data = bytes_of(std::vector<std::int32_t>(n, 0)),
                           .axis = bias_axis});
  const auto y = w.add({.shape = {1, 1, 1, channels}, .scale = {1.0F}, .zero_point = {0}});
  w.add(BuiltinOperator::CONV_2D, {x, weights, bias}, {y}, BuiltinOptions::Conv2DOptions,
        schema::CreateConv2DOptions(w.builder, Padding::VALID, 1, 1).Union());
  return w.finish({x}, {y});
}

TEST(Tflite, OddQuantisedDimensionsAreReadAsInterpretersDo) {
  for (const std::int32_t in : {4, 3})  // 4: square, so that axis 3 would be possible
    for (const std::int32_t axis : {0, 3, 7, -1}) {
      const Graph graph = imported(per_channel_model(in, 4, axis, axis));
      ASSERT_EQ(graph.nodes.size(), 1U);
      EXPECT_EQ(graph.tensor(graph.nodes[0].inputs[1]).quant.axis, 0);
      EXPECT_EQ(graph.tensor(graph.nodes[0].inputs[2]).quant.axis, 0);
    }
}

TEST(Tflite, ConstantsOfOneBufferShareTheirBytes) {
  TfliteWriter w;
  const auto x = w.add({.shape = {2}, .type = kFloat});
  const auto a = w.add({.shape = {2}, .type = kFloat, .data = float_data(2)});
  const auto b = w.add({.shape = {2}, .type = kFloat, .buffer = 1});
  const auto y = w.add({.shape = {2}, .type = kFloat});
  const auto z = w.add({.shape = {2}, .type = kFloat});
  w.add(BuiltinOperator::ADD, {x, a}, {y});
  w.add(BuiltinOperator::ADD, {y, b}, {z});
  const Graph graph = imported(w.finish({x}, {z}));
  ASSERT_EQ(graph.nodes.size(), 2U);
  EXPECT_EQ(graph.tensor(graph.nodes[0].inputs[1]).data, graph.tensor(graph.nodes[1].inputs[1]).data);
}

TEST(Tflite, DynamicRangeWeightsBecomeFloat) {
  TfliteWriter w;
  const auto x = w.add({.shape = {1, 2}, .type = kFloat});
  const auto weights = w.add({.shape = {2, 2},
                              .scale = {0.5F, 2.0F},
                              .zero_point = {0, 0},
                              .data = bytes_of<std::int8_t>({2, -4, 1, 3}),
                              .name = "kernel"});
  const auto y = w.add({.shape = {1, 2}, .type = kFloat});
  w.add(BuiltinOperator::FULLY_CONNECTED, {x, weights, -1}, {y}, BuiltinOptions::FullyConnectedOptions,
        schema::CreateFullyConnectedOptions(w.builder).Union());
  const Graph graph = imported(w.finish({x}, {y}));
  ASSERT_EQ(graph.nodes.size(), 1U);
  const std::vector<float> in = {10.0F, 1.0F};
  const auto out = Executor(graph).run({bytes_of(in)});
  EXPECT_EQ(out[0], bytes_of<float>({10.0F * 1.0F + 1.0F * -2.0F, 10.0F * 2.0F + 1.0F * 6.0F}));
}

TEST(Tflite, EqualNamesAreMadeUnique) {
  TfliteWriter w;
  const auto x = w.add({.shape = {2}, .type = kFloat, .name = "t"});
  const auto y = w.add({.shape = {2}, .type = kFloat, .name = "t"});
  const auto z = w.add({.shape = {2}, .type = kFloat, .name = "t"});
  w.add(BuiltinOperator::RELU, {x}, {y});
  w.add(BuiltinOperator::RELU, {y}, {z});
  const Graph graph = imported(w.finish({x}, {z}));
  ASSERT_EQ(graph.nodes.size(), 2U);
  EXPECT_EQ(graph.tensors[2].name, "t_3");
  EXPECT_NE(graph.nodes[0].name, graph.nodes[1].name);
}

// ---- refusals ----

struct Refusal {
  const char* name;
  Code code;
  const char* says;  ///< part of the line
  std::function<Bytes()> model;
};

/// RELU from x to y, after `change` had its way with both.
Bytes relu_model(const std::function<void(TestTensor& x, TestTensor& y)>& change) {
  TestTensor x{.shape = {1, 2}, .scale = {0.1F}, .zero_point = {0}, .name = "x"};
  TestTensor y = x;
  y.name = "y";
  change(x, y);
  TfliteWriter w;
  const auto in = w.add(x);
  const auto out = w.add(y);
  w.add(BuiltinOperator::RELU, {in}, {out});
  return w.finish({in}, {out});
}

Bytes writer_model(const std::function<void(TfliteWriter&)>& before, std::vector<std::int32_t> op_inputs = {0},
                   std::vector<std::int32_t> inputs = {0}, std::vector<std::int32_t> outputs = {1}) {
  TfliteWriter w;
  before(w);
  w.add({.shape = {2}, .type = kFloat});
  w.add({.shape = {2}, .type = kFloat});
  w.add(BuiltinOperator::RELU, std::move(op_inputs), {1});
  return w.finish(std::move(inputs), std::move(outputs));
}

Bytes conv_model(ActivationFunctionType activation, std::int32_t stride, std::int64_t weights_zero_point = 0) {
  TfliteWriter w;
  const auto x = w.add({.shape = {1, 4, 4, 1}, .scale = {1.0F}, .zero_point = {0}});
  const auto weights =
      w.add({.shape = {1, 1, 1, 1}, .scale = {1.0F}, .zero_point = {weights_zero_point}, .data = Bytes{1}});
  const auto y = w.add({.shape = {1, 4, 4, 1}, .scale = {1.0F}, .zero_point = {0}});
  w.add(BuiltinOperator::CONV_2D, {x, weights}, {y}, BuiltinOptions::Conv2DOptions,
        schema::CreateConv2DOptions(w.builder, Padding::SAME, stride, stride, activation).Union());
  return w.finish({x}, {y});
}

Bytes shuffled_model() {
  return model_of({.in = {1, 2},
                   .out = {1, 1},
                   .op = BuiltinOperator::FULLY_CONNECTED,
                   .constants = {{.shape = {1, 2}, .type = kFloat, .data = float_data(2)}},
                   .kind = BuiltinOptions::FullyConnectedOptions,
                   .options = [](auto& b) {
                     return schema::CreateFullyConnectedOptions(
                                b, ActivationFunctionType::NONE,
                                schema::FullyConnectedOptionsWeightsFormat::SHUFFLED4x16INT8)
                         .Union();
                   }});
}

Bytes lacking_model() {
  TfliteWriter w;
  const auto x = w.add({.shape = {2}, .type = kFloat, .name = "net/a"});
  const auto y = w.add({.shape = {2}, .type = kFloat, .name = "net/lstm/out"});
  const auto z = w.add({.shape = {2}, .type = kFloat, .name = "net/b"});
  w.add(BuiltinOperator::LSTM, {x}, {y});
  w.add_custom("MyFft", {y}, {z});
  w.add(BuiltinOperator::LSTM, {z}, {y});
  return w.finish({x}, {y});
}

Bytes reshape_model(std::vector<std::int32_t> shape, bool constant = true) {
  TestTensor tensor{.shape = {static_cast<std::int32_t>(shape.size())}, .type = kInt32};
  if (constant) tensor.data = bytes_of(shape);
  return model_of({.in = {2, 3}, .out = {6}, .op = BuiltinOperator::RESHAPE, .constants = {tensor}});
}

const Refusal kRefusals[] = {
    {"empty", Code::BadInput, "is not a TFLite model", [] { return Bytes{}; }},
    {"text", Code::BadInput, "is not a TFLite model", [] { return Bytes(100, 'x'); }},
    {"only_mark", Code::BadInput, "damaged or truncated", [] { return Bytes{4, 0, 0, 0, 'T', 'F', 'L', '3'}; }},
    {"old_version", Code::Unsupported, "schema version 2", [] { return writer_model([](auto& w) { w.version = 2; }); }},
    {"operator_code", Code::BadInput, "operator code that does not exist",
     [] { return writer_model([](auto& w) { w.opcode_shift = 5; }); }},
    {"tensor_number", Code::BadInput, "operator 0: names a tensor that does not exist",
     [] { return writer_model([](auto&) {}, {9}); }},
    {"absent_input", Code::BadInput, "has 0", [] { return writer_model([](auto&) {}, {-1}); }},
    {"input_number", Code::BadInput, "names a tensor that does not exist",
     [] { return writer_model([](auto&) {}, {0}, {-1}); }},
    {"output_number", Code::BadInput, "names a tensor that does not exist",
     [] { return writer_model([](auto&) {}, {0}, {0}, {2}); }},
    {"input_twice", Code::BadInput, "stands twice",
     [] {
       return writer_model([](auto&) {}, {0}, {0, 0});
     }},
    {"never_written", Code::BadInput, "before anything wrote it", [] { return writer_model([](auto&) {}, {0}, {}); }},
    {"buffer_number", Code::BadInput, "names buffer 77",
     [] { return relu_model([](TestTensor& x, TestTensor&) { x.buffer = 77; }); }},
    {"uint8", Code::Unsupported, "tensor 0 \"x\": is quantised as uint8; convert the model again with int8",
     [] { return relu_model([](TestTensor& x, TestTensor& y) { x.type = y.type = TensorType::UINT8; }); }},
    {"float16", Code::Unsupported, "holds float16",
     [] { return relu_model([](TestTensor& x, TestTensor&) { x.type = TensorType::FLOAT16; }); }},
    {"unknown_type", Code::Unsupported, "element type 99",
     [] { return relu_model([](TestTensor& x, TestTensor&) { x.type = static_cast<TensorType>(99); }); }},
    {"variable", Code::Unsupported, "is a variable",
     [] { return relu_model([](TestTensor&, TestTensor& y) { y.variable = true; }); }},
    {"sparse", Code::Unsupported, "is sparse",
     [] { return relu_model([](TestTensor& x, TestTensor&) { x.sparse = true; }); }},
    {"custom_quantization", Code::Unsupported, "custom quantisation",
     [] { return relu_model([](TestTensor& x, TestTensor&) { x.custom_quantization = true; }); }},
    {"dynamic_shape", Code::Unsupported, "static input shape",
     [] { return relu_model([](TestTensor& x, TestTensor&) {
            x.shape = {1, -1};
          }); }},
    {"zero_dimension", Code::Unsupported, "dimension of 0",
     [] { return relu_model([](TestTensor& x, TestTensor&) { x.shape = {0}; }); }},
    {"nine_dimensions", Code::Unsupported, "9 dimensions",
     [] { return relu_model([](TestTensor& x, TestTensor&) { x.shape.assign(9, 1); }); }},
    {"huge_shape", Code::BadInput, "2^31 elements",
     [] { return relu_model([](TestTensor& x, TestTensor&) {
            x.shape = {65536, 65536};
          }); }},
    {"scale_count", Code::BadInput, "has 3 scales, its shape is 1x2",
     [] {
       return relu_model([](TestTensor& x, TestTensor&) {
         x.scale = {1.0F, 1.0F, 1.0F};
         x.zero_point = {0, 0, 0};
       });
     }},
    {"zero_point_count", Code::BadInput, "1 scales and 2 zero points",
     [] { return relu_model([](TestTensor& x, TestTensor&) {
            x.zero_point = {0, 0};
          }); }},
    {"zero_point_range", Code::BadInput, "zero point outside",
     [] { return relu_model([](TestTensor& x, TestTensor&) { x.zero_point = {300}; }); }},
    {"zero_point_64", Code::BadInput, "zero point outside",
     [] { return relu_model([](TestTensor& x, TestTensor&) { x.zero_point = {std::int64_t{1} << 40}; }); }},
    {"negative_scale", Code::BadInput, "not a positive number",
     [] { return relu_model([](TestTensor& x, TestTensor&) { x.scale = {-1.0F}; }); }},
    {"data_size", Code::BadInput, "holds 3 bytes of data, its shape 1x2 of i8 needs 2",
     [] { return relu_model([](TestTensor& x, TestTensor&) { x.data = Bytes(3); }); }},
    {"constant_output", Code::BadInput, "has a value already",
     [] { return relu_model([](TestTensor&, TestTensor& y) { y.data = Bytes(2); }); }},
    {"external_buffer", Code::Unsupported, "outside of the FlatBuffer",
     [] {
       TfliteWriter w;
       w.external_offset = 4096;
       const auto x = w.add({.shape = {2}, .type = kFloat, .data = float_data(2)});
       const auto y = w.add({.shape = {2}, .type = kFloat});
       w.add(BuiltinOperator::RELU, {x}, {y});
       return w.finish({}, {y});
     }},
    {"tanh", Code::Unsupported, "node 0 \"conv2d\": CONV_2D with the fused activation TANH is not supported",
     [] { return conv_model(ActivationFunctionType::TANH, 1); }},
    {"sign_bit", Code::Unsupported, "activation SIGN_BIT",
     [] { return conv_model(ActivationFunctionType::SIGN_BIT, 1); }},
    {"unknown_activation", Code::Unsupported, "activation number 50",
     [] { return conv_model(static_cast<ActivationFunctionType>(50), 1); }},
    {"stride_zero", Code::BadInput, "stride, dilation or window below 1",
     [] { return conv_model(ActivationFunctionType::NONE, 0); }},
    {"stride_negative", Code::BadInput, "below 1",
     [] { return conv_model(ActivationFunctionType::NONE, -2147483647); }},
    {"asymmetric_weights", Code::Unsupported, "zero point 3; only symmetric",
     [] { return conv_model(ActivationFunctionType::NONE, 1, 3); }},
    {"shuffled", Code::Unsupported, "FULLY_CONNECTED with shuffled weights", shuffled_model},
    {"lacking", Code::Unsupported,
     "node 0 \"lstm\" and 1 more: LSTM is not supported yet; node 1 \"b\": custom operator MyFft is not supported yet; "
     "\"mote ops\" lists",
     lacking_model},
    {"reshape_size", Code::BadInput, "does not hold", [] { return reshape_model({5}); }},
    {"reshape_two_open", Code::BadInput, "more than one dimension open",
     [] {
       return reshape_model({-1, -1});
     }},
    {"reshape_minus_two", Code::BadInput, "dimension of -2", [] { return reshape_model({-2}); }},
    {"reshape_at_run_time", Code::Unsupported, "computed at run time", [] { return reshape_model({6}, false); }},
    {"wrong_options", Code::BadInput, "has no options of its kind",
     [] {
       return model_of({.in = {1, 2}, .out = {1, 2}, .op = BuiltinOperator::SOFTMAX, .constants = {}});
     }},
};

class TfliteRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(TfliteRefusal, SaysWhy) {
  const auto graph = import_tflite(GetParam().model(), "x");
  ASSERT_FALSE(graph.ok());
  const std::string line = graph.error().to_string();
  EXPECT_EQ(graph.error().code, GetParam().code) << line;
  EXPECT_NE(line.find(GetParam().says), std::string::npos) << line;
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, TfliteRefusal, testing::ValuesIn(kRefusals),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace mote
