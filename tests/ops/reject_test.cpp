// What `infer` must refuse, each with a message that names the trouble; and that no mutation of a node makes it crash.
#include <gtest/gtest.h>

#include <functional>

#include "ir/verify.h"
#include "ops/ops.h"
#include "tests/ops/case_maker.h"

namespace mote::testing {
namespace {

Graph graph_of(const std::string& name) {
  for (const OpCase& test : op_cases())
    if (test.name == name) return test.graph;
  ADD_FAILURE() << "no case " << name;
  return {};
}

struct Rejection {
  const char* title;
  const char* start;  ///< a case that is legal
  std::function<void(Graph&, Node&)> spoil;
  Code code;
  const char* message;  ///< part of it
};

Tensor& operand(Graph& graph, const Node& node, std::size_t i) { return graph.tensor(node.inputs[i]); }
Tensor& result(Graph& graph, const Node& node) { return graph.tensor(node.outputs[0]); }

template <typename T>
void fill(Tensor& tensor, T value) {
  tensor.data = make_data(std::vector<T>(static_cast<std::size_t>(tensor.elements()), value));
}

const std::vector<Rejection>& rejections() {
  static const std::vector<Rejection> all = {
      {"conv_rank", "conv2d_s8_1x1",
       [](Graph& g, Node& n) {
         operand(g, n, 0).shape = {4, 5, 8};
       },
       Code::BadInput, "3-D"},
      {"conv_channels", "conv2d_s8_1x1",
       [](Graph& g, Node& n) {
         operand(g, n, 0).shape = {1, 4, 5, 7};
       },
       Code::BadInput, "8 channels"},
      {"conv_groups", "conv2d_s8_1x1",
       [](Graph& g, Node& n) {
         operand(g, n, 0).shape = {1, 4, 5, 16};
       },
       Code::Unsupported, "grouped"},
      {"conv_window", "conv2d_s8_3x3_valid_stride2",
       [](Graph& g, Node& n) {
         operand(g, n, 0).shape = {1, 2, 9, 4};
       },
       Code::BadInput, "window"},
      {"conv_dilation", "conv2d_s8_1x1", [](Graph&, Node& n) { n.attrs.set("dilation_h", std::int64_t{0}); },
       Code::BadInput, "dilation_h"},
      {"conv_stride", "conv2d_s8_1x1", [](Graph&, Node& n) { n.attrs.set("stride_w", std::int64_t{1} << 40); },
       Code::BadInput, "stride_w"},
      {"conv_no_scale", "conv2d_s8_1x1", [](Graph& g, Node& n) { operand(g, n, 0).quant = {}; }, Code::BadInput,
       "no quantisation"},
      {"conv_out_no_scale", "conv2d_s8_1x1", [](Graph& g, Node& n) { result(g, n).quant = {}; }, Code::BadInput,
       "no quantisation"},
      {"conv_weights_zero_point", "conv2d_s8_1x1", [](Graph& g, Node& n) { operand(g, n, 1).quant.zero_point[2] = 1; },
       Code::Unsupported, "symmetric"},
      {"conv_weights_axis", "conv2d_s8_1x1", [](Graph& g, Node& n) { operand(g, n, 1).quant.axis = 3; }, Code::BadInput,
       "axis"},
      {"conv_weights_variable", "conv2d_s8_1x1",
       [](Graph& g, Node& n) {
         operand(g, n, 1).data = nullptr;
         g.inputs.push_back(n.inputs[1]);
       },
       Code::Unsupported, "not constant"},
      {"conv_hybrid", "conv2d_f32_1x1",
       [](Graph& g, Node& n) {
         operand(g, n, 1).type = DType::i8;
         fill<std::int8_t>(operand(g, n, 1), 1);
       },
       Code::Unsupported, "weights"},
      {"conv_int16", "conv2d_s8_1x1", [](Graph& g, Node& n) { operand(g, n, 0).type = DType::i16; }, Code::Unsupported,
       "i16"},
      {"conv_bias_type", "conv2d_s8_1x1",
       [](Graph& g, Node& n) {
         operand(g, n, 2).type = DType::i64;
         fill<std::int64_t>(operand(g, n, 2), 1);
       },
       Code::Unsupported, "bias"},
      {"conv_bias_size", "conv2d_s8_1x1",
       [](Graph& g, Node& n) {
         operand(g, n, 2).shape = {4};
         fill<std::int32_t>(operand(g, n, 2), 1);
       },
       Code::BadInput, "must be 8"},
      {"conv_bias_huge", "conv2d_s8_1x1", [](Graph& g, Node& n) { fill<std::int32_t>(operand(g, n, 2), INT32_MIN); },
       Code::Unsupported, "overflow"},
      {"conv_bias_scale", "conv2d_s8_per_tensor",
       [](Graph& g, Node& n) {
         operand(g, n, 2).quant = {{1.0F}, {0}, 0};
       },
       Code::BadInput, "scale"},
      {"conv_bias_zero_point", "conv2d_s8_per_tensor",
       [](Graph& g, Node& n) {
         operand(g, n, 2).quant = {{0.047F * 0.002F}, {1}, 0};
       },
       Code::BadInput, "zero point"},
      {"depthwise_channels", "depthwise_conv2d_s8_1x1",
       [](Graph& g, Node& n) {
         operand(g, n, 0).shape = {1, 4, 5, 3};
       },
       Code::BadInput, "multiple"},
      {"connected_inputs", "fully_connected_s8_odd",
       [](Graph& g, Node& n) {
         operand(g, n, 0).shape = {3, 12};
       },
       Code::BadInput, "does not fit"},
      {"connected_keep_dims", "fully_connected_s8_flattening",
       [](Graph&, Node& n) { n.attrs.set("keep_dims", std::int64_t{1}); }, Code::BadInput, "does not fit"},
      {"connected_output", "fully_connected_s8_odd",
       [](Graph& g, Node& n) {
         result(g, n).shape = {3, 8};
       },
       Code::BadInput, "makes"},
      {"pool_pads", "average_pool2d_s8_same_3x3", [](Graph&, Node& n) { n.attrs.set("pad_top", std::int64_t{3}); },
       Code::BadInput, "padding"},
      {"pool_rescales", "average_pool2d_s8_same_3x3", [](Graph& g, Node& n) { result(g, n).quant.scale[0] = 0.07F; },
       Code::BadInput, "must have the quantisation"},
      {"pool_zero_point", "max_pool2d_s8_same_3x3", [](Graph& g, Node& n) { result(g, n).quant.zero_point[0] = 0; },
       Code::BadInput, "must have the quantisation"},
      {"add_shapes", "add_s8_same_shape",
       [](Graph& g, Node& n) {
         operand(g, n, 1).shape = {1, 4, 4, 4};
       },
       Code::BadInput, "broadcast"},
      {"add_rank", "add_s8_vector",
       [](Graph& g, Node& n) {
         operand(g, n, 1).shape = {1, 17};
       },
       Code::BadInput, "broadcast"},
      {"add_scales", "add_s8_same_shape", [](Graph& g, Node& n) { result(g, n).quant.scale[0] = 1e-9F; },
       Code::Unsupported, "scale"},
      {"add_types", "add_s8_same_shape",
       [](Graph& g, Node& n) {
         operand(g, n, 1).type = DType::f32;
         operand(g, n, 1).quant = {};
       },
       Code::Unsupported, "i8"},
      {"softmax_output", "softmax_s8_rows", [](Graph& g, Node& n) { result(g, n).quant.zero_point[0] = 0; },
       Code::BadInput, "1/256"},
      {"softmax_beta", "softmax_f32_rows", [](Graph&, Node& n) { n.attrs.set("beta", -1.0); }, Code::BadInput, "beta"},
      {"softmax_tiny_beta", "softmax_s8_rows", [](Graph&, Node& n) { n.attrs.set("beta", 1e-9); }, Code::Unsupported,
       "2^-26"},
      {"softmax_long_row", "softmax_s8_longest_row",
       [](Graph& g, Node& n) {
         operand(g, n, 0).shape = {1, 4096};
       },
       Code::Unsupported, "4095"},
      {"reshape_count", "reshape_s8_flatten",
       [](Graph&, Node& n) {
         n.attrs.set("shape", std::vector<std::int64_t>{5, 5});
       },
       Code::BadInput, "24 elements"},
      {"reshape_overflow", "reshape_s8_flatten",
       [](Graph&, Node& n) {
         n.attrs.set("shape", std::vector<std::int64_t>{INT64_MAX, INT64_MAX, 3});
       },
       Code::BadInput, "24 elements"},
      {"transpose_twice", "transpose_s8_matrix",
       [](Graph&, Node& n) {
         n.attrs.set("perm", std::vector<std::int64_t>{1, 1});
       },
       Code::BadInput, "perm"},
      {"transpose_outside", "transpose_s8_matrix",
       [](Graph&, Node& n) {
         n.attrs.set("perm", std::vector<std::int64_t>{0, -1});
       },
       Code::BadInput, "perm"},
      {"pad_negative", "pad_s8_vector", [](Graph&, Node& n) { n.attrs.set("before", std::vector<std::int64_t>{-1}); },
       Code::BadInput, "-1"},
      {"pad_overflow", "pad_s8_vector",
       [](Graph&, Node& n) { n.attrs.set("after", std::vector<std::int64_t>{INT64_MAX}); }, Code::BadInput,
       "pads axis"},
      {"quantize_type", "quantize_f32_s8_plain", [](Graph& g, Node& n) { operand(g, n, 0).type = DType::i64; },
       Code::Unsupported, "i64"},
      {"dequantize_scale", "dequantize_s8_f32_plain", [](Graph& g, Node& n) { operand(g, n, 0).quant = {}; },
       Code::BadInput, "no quantisation"},
      {"batch_norm_size", "batch_norm_f32_image",
       [](Graph& g, Node& n) {
         operand(g, n, 4).shape = {1, 5};
       },
       Code::BadInput, "variance"},
  };
  return all;
}

class Rejects : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Rejects, WithOneClearLine) {
  const Rejection& rejection = rejections()[GetParam()];
  Graph graph = graph_of(rejection.start);
  rejection.spoil(graph, graph.nodes[0]);
  const auto valid = verify(graph, Code::BadInput);
  ASSERT_FALSE(valid.ok());
  EXPECT_EQ(valid.error().code, rejection.code) << valid.error().to_string();
  EXPECT_NE(valid.error().to_string().find(rejection.message), std::string::npos) << valid.error().to_string();
  EXPECT_EQ(valid.error().to_string().find('\n'), std::string::npos);
  EXPECT_NE(valid.error().where.find("node 0"), std::string::npos) << valid.error().to_string();
}
INSTANTIATE_TEST_SUITE_P(Ops, Rejects, ::testing::Range(std::size_t{0}, rejections().size()),
                         [](const auto& test) { return std::string(rejections()[test.param].title); });

// ---- mutations ----

constexpr std::int64_t kNasty[] = {
    0, 1, -1, 2, 3, 7, 255, 65535, 1 << 20, INT32_MAX, INT32_MIN, std::int64_t{1} << 40, INT64_MAX, INT64_MIN};

std::int64_t nasty(Random& random) {
  return kNasty[random.integer(0, static_cast<std::int32_t>(std::size(kNasty)) - 1)];
}

void mutate_attribute(Random& random, Node& node) {
  if (node.attrs.entries().empty()) return;
  const auto at =
      static_cast<std::size_t>(random.integer(0, static_cast<std::int32_t>(node.attrs.entries().size()) - 1));
  const std::string name = node.attrs.entries()[at].name;
  AttrValue value = node.attrs.entries()[at].value;
  if (auto* integer = std::get_if<std::int64_t>(&value)) *integer = nasty(random);
  if (auto* real = std::get_if<double>(&value)) *real = static_cast<double>(nasty(random)) * 1e-9;
  if (auto* list = std::get_if<std::vector<std::int64_t>>(&value)) {
    if (random.chance(30)) list->push_back(nasty(random));
    for (auto& entry : *list)
      if (random.chance(50)) entry = nasty(random);
  }
  node.attrs.set(name, value);
}

void mutate_tensor(Random& random, Tensor& tensor) {
  const std::int32_t what = random.integer(0, 3);
  if (what == 0) tensor.type = static_cast<DType>(random.integer(0, 7));
  if (what == 1 && !tensor.shape.empty())
    tensor.shape[static_cast<std::size_t>(random.integer(0, static_cast<std::int32_t>(tensor.shape.size()) - 1))] =
        static_cast<std::int32_t>(nasty(random));
  if (what == 2) tensor.shape.resize(static_cast<std::size_t>(random.integer(0, 8)), 1);
  if (what == 3) {
    if (random.chance(30)) tensor.quant = {};
    for (auto& scale : tensor.quant.scale)
      if (random.chance(50)) scale = std::ldexp(1.0F, random.integer(-149, 127));
    for (auto& zero : tensor.quant.zero_point)
      if (random.chance(20)) zero = random.integer(-128, 127);
  }
}

TEST(Mutations, NeverCrash) {
  Random random(11);
  int accepted = 0;
  for (int round = 0; round < 30; ++round)
    for (const OpCase& test : op_cases()) {
      Graph graph = test.graph;
      if (random.chance(60)) mutate_attribute(random, graph.nodes[0]);
      if (random.chance(60)) {
        const auto id =
            static_cast<std::size_t>(random.integer(0, static_cast<std::int32_t>(graph.tensors.size()) - 1));
        mutate_tensor(random, graph.tensors[id]);
      }
      auto valid = verify(graph, Code::BadInput);
      if (!valid && valid.error().what.starts_with("output")) {  // only the output's type or shape disagrees: adopt it
        if (auto inferred = graph.nodes[0].op->infer(graph, graph.nodes[0])) {
          graph.tensor(graph.outputs[0]).type = inferred->front().type;
          graph.tensor(graph.outputs[0]).shape = inferred->front().shape;
          valid = verify(graph, Code::BadInput);
        }
      }
      if (!valid) continue;
      ++accepted;
      // What is accepted must run, if it is small enough for a test, with the inputs that fit.
      if (graph.tensor(graph.outputs[0]).elements() > 100000) continue;
      OpCase mutated{test.name, graph, {}};
      bool small = true;
      for (const TensorId id : graph.inputs) {
        small = small && graph.tensor(id).bytes() <= 100000;
        mutated.inputs.emplace_back(small ? static_cast<std::size_t>(graph.tensor(id).bytes()) : 0, std::uint8_t{0x80});
      }
      const bool windows = graph.nodes[0].attrs.has("filter_h");
      if (small && (!windows || graph.nodes[0].attrs.integer("filter_h") < 1000)) run_reference(mutated);
    }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace mote::testing
