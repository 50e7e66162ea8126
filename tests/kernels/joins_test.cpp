// What concats, slices and pads cost, counted on the emulated Cortex-M4: small networks of the kinds that cut and join,
// with the passes and planner's optimisations for them and without. docs/plan.md has the figures.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "board/board.h"
#include "board/measure.h"
#include "board/project.h"
#include "emit/emit.h"
#include "ops/execute.h"
#include "passes/pipeline.h"
#include "plan/plan.h"
#include "tests/passes/random_graph.h"

namespace mote::testing {
namespace {

/// An int8 network, written down layer by layer. All activations have one quantisation, as joined ones must.
class Network {
 public:
  explicit Network(const std::string& name) { graph.name = name; }

  TensorId input(Shape shape) {
    const TensorId x = activation("input", std::move(shape));
    graph.inputs = {x};
    return x;
  }

  TensorId conv(TensorId x, std::int32_t channels, std::int32_t k, std::int32_t stride = 1, bool depthwise = false) {
    const Shape in = graph.tensor(x).shape;
    const Shape shape = depthwise ? Shape{1, k, k, in[3]} : Shape{channels, k, k, in[3]};
    std::vector<std::int8_t> weights(static_cast<std::size_t>(element_count(shape)));
    for (auto& w : weights) w = static_cast<std::int8_t>(random_.integer(-40, 40));
    std::vector<std::int32_t> biases(static_cast<std::size_t>(channels));
    for (auto& b : biases) b = random_.integer(-2000, 2000);
    const float scale = 1.0F / (40.0F * static_cast<float>(k));
    Tensor w{graph.unique_tensor_name("w"), DType::i8, shape, {{}, {}, depthwise ? 3 : 0}, make_data(weights)};
    for (std::int32_t c = 0; c < channels; ++c) w.quant.scale.push_back(scale * random_.real(0.5F, 1.0F));
    w.quant.zero_point.assign(static_cast<std::size_t>(channels), 0);
    Tensor b{graph.unique_tensor_name("b"), DType::i32, {channels}, w.quant, make_data(biases)};
    b.quant.axis = 0;
    for (float& s : b.quant.scale) s *= 0.05F;
    Attributes attrs;
    const std::int64_t total = k == 1 ? 0 : k - stride;  // TFLite's "same"
    for (const char* axis : {"h", "w"}) {
      attrs.set(fmt::format("dilation_{}", axis), std::int64_t{1});
      attrs.set(fmt::format("stride_{}", axis), std::int64_t{stride});
    }
    for (const char* pad : {"pad_top", "pad_left"}) attrs.set(pad, total / 2);
    for (const char* pad : {"pad_bottom", "pad_right"}) attrs.set(pad, total - total / 2);
    attrs.set("activation", std::string("relu"));
    const TensorId weights_id = graph.add(std::move(w)), bias_id = graph.add(std::move(b));
    return node(depthwise ? ops::depthwise_conv2d : ops::conv2d, {x, weights_id, bias_id},
                {1, in[1] / stride, in[2] / stride, channels}, std::move(attrs));
  }
  TensorId depthwise(TensorId x) { return conv(x, graph.tensor(x).shape[3], 3, 1, true); }

  TensorId concat(const std::vector<TensorId>& parts, std::int32_t axis) {
    Attributes attrs;
    attrs.set("axis", std::int64_t{axis});
    return node(ops::concat, parts, joined_shape(graph, parts, axis), std::move(attrs));
  }

  TensorId piece(TensorId x, std::size_t axis, std::int32_t begin, std::int32_t count) {
    Shape out = graph.tensor(x).shape;
    out[axis] = count;
    std::vector<std::int64_t> begins(4, 0);
    begins[axis] = begin;
    Attributes attrs;
    attrs.set("begin", begins);
    attrs.set("size", std::vector<std::int64_t>(out.begin(), out.end()));
    attrs.set("stride", std::vector<std::int64_t>{1, 1, 1, 1});
    attrs.set("drop", std::vector<std::int64_t>{});
    return node(ops::slice, {x}, out, std::move(attrs));
  }

  TensorId padded_max_pool(TensorId x) {
    Shape shape = graph.tensor(x).shape;
    shape[1] += 1;
    shape[2] += 1;
    Attributes pad;
    pad.set("before", std::vector<std::int64_t>{0, 0, 0, 0});
    pad.set("after", std::vector<std::int64_t>{0, 1, 1, 0});
    const TensorId padded = node(ops::pad, {x}, shape, std::move(pad));
    Attributes attrs;
    for (const char* side : {"pad_top", "pad_left", "pad_bottom", "pad_right"}) attrs.set(side, std::int64_t{0});
    for (const char* size : {"filter_h", "filter_w"}) attrs.set(size, std::int64_t{3});
    for (const char* stride : {"stride_h", "stride_w"}) attrs.set(stride, std::int64_t{2});
    attrs.set("activation", std::string("none"));
    return node(ops::max_pool2d, {padded}, {1, (shape[1] - 3) / 2 + 1, (shape[2] - 3) / 2 + 1, shape[3]},
                std::move(attrs));
  }

  TensorId reshape(TensorId x, const Shape& shape) {
    Attributes attrs;
    attrs.set("shape", std::vector<std::int64_t>(shape.begin(), shape.end()));
    return node(ops::reshape, {x}, shape, std::move(attrs));
  }

  Graph graph;

 private:
  TensorId activation(const std::string& name, Shape shape) {
    return graph.add({graph.unique_tensor_name(name), DType::i8, std::move(shape), {{0.05F}, {-128}, 0}, nullptr});
  }
  TensorId node(const OpDef& op, std::vector<TensorId> inputs, Shape shape, Attributes attrs) {
    const std::string name = fmt::format("{}_{}", op.name, graph.nodes.size());
    const TensorId out = activation(name, std::move(shape));
    graph.nodes.push_back({&op, name, std::move(inputs), {out}, std::move(attrs)});
    return out;
  }

  Random random_{1};
};

/// Boxes from three scales, one list: what a detector ends in. In place, the list would have to exist while the first
/// scales are computed, so balanced copies.
Graph detector() {
  Network net("detector");
  TensorId x = net.conv(net.input({1, 64, 64, 3}), 8, 3, 2);
  std::vector<TensorId> boxes;
  for (const std::int32_t wide : {16, 32, 48}) {
    x = net.conv(net.conv(x, wide, 1), wide, 3, 2);
    const std::int32_t cells = net.graph.tensor(x).shape[1] * net.graph.tensor(x).shape[2];
    boxes.push_back(net.reshape(net.conv(x, 24, 1), {1, cells * 3, 8}));
  }
  net.graph.outputs = {net.concat(boxes, 1)};
  return std::move(net.graph);
}

/// Three sensors, a row of the input each, with layers of their own before they are looked at together.
Graph sensors() {
  Network net("sensors");
  const TensorId x = net.input({1, 3, 128, 4});
  std::vector<TensorId> rows;
  for (std::int32_t sensor = 0; sensor < 3; ++sensor)
    rows.push_back(net.conv(net.conv(net.piece(x, 1, sensor, 1), 16, 3), 16, 1));
  net.graph.outputs = {net.conv(net.concat(rows, 1), 8, 1)};
  return std::move(net.graph);
}

/// Half of the channels pass by, the halves change places: ShuffleNet's and CSPNet's blocks.
Graph halves() {
  Network net("halves");
  TensorId x = net.conv(net.padded_max_pool(net.conv(net.input({1, 64, 64, 3}), 16, 3, 2)), 32, 1);
  for (int block = 0; block < 3; ++block) {
    const TensorId by = net.piece(x, 3, 0, 16), on = net.piece(x, 3, 16, 16);
    x = net.concat({net.conv(net.depthwise(net.conv(on, 16, 1)), 16, 1), by}, 3);
  }
  net.graph.outputs = {net.conv(x, 8, 1)};
  return std::move(net.graph);
}

/// Filters of several sizes side by side: Inception's blocks.
Graph branches() {
  Network net("branches");
  TensorId x = net.conv(net.input({1, 32, 32, 3}), 16, 3, 2);
  for (int block = 0; block < 2; ++block)
    x = net.concat(
        {net.conv(x, 8, 1), net.conv(x, 8, 1), net.conv(net.conv(x, 8, 1), 16, 3), net.conv(net.depthwise(x), 8, 1)},
        3);
  net.graph.outputs = {net.conv(x, 8, 1)};
  return std::move(net.graph);
}

/// Every layer reads all before it, along time.
Graph dense() {
  Network net("dense");
  TensorId x = net.conv(net.input({1, 16, 16, 4}), 16, 3);
  std::vector<TensorId> all = {x};
  for (int layer = 0; layer < 3; ++layer) {
    all.push_back(net.conv(x, 16, 3));
    x = net.concat(all, 1);
  }
  net.graph.outputs = {net.conv(x, 8, 1)};
  return std::move(net.graph);
}

struct Cost {
  std::int64_t ram = 0, instructions = 0;
};

const std::vector<std::string> kPasses = {"merge_slices", "merge_concats", "fold_pad", "split_layers", "stack_layers"};
const std::vector<std::string> kPlanner = {"concat_views", "slice_views"};

Cost measured(const Graph& original, bool optimised) {
  const Board board = load_board("nano33ble").value();
  const Target& target = board.target.target;
  Graph graph = original;
  passes::PipelineOptions pipeline;
  PlanOptions options;
  if (!optimised) pipeline.disable = kPasses;
  if (!optimised) options.disabled_kernels = kPlanner;
  EXPECT_TRUE(passes::run(graph, target, pipeline));
  const auto plan = make_plan(graph, target, options);
  EXPECT_TRUE(plan) << plan.error().to_string();
  const auto folder = TemporaryFolder::create();
  auto writer = FolderWriter::create(folder->path() / "project");
  EXPECT_TRUE(emit(*plan, target, {board.name, graph.name, {}}, *writer));
  EXPECT_TRUE(writer->commit());
  const auto project = load_project(folder->path() / "project");
  BuildOptions build_options;
  build_options.cache = folder->path() / "cache";
  const auto inputs = random_inputs(original, 1);
  const auto result = measure(*project, board, inputs, build_options);
  EXPECT_TRUE(result) << result.error().to_string();
  if (!result) return {};
  EXPECT_EQ(result->run.outputs[0], Executor(original).run(as_spans(inputs))[0]) << graph.name;
  std::int64_t instructions = 0;
  for (const auto& layer : result->report.layers) instructions += layer.instructions.value_or(0);
  return {plan->arena_bytes, instructions};
}

struct Net {
  Graph (*make)();
  Cost most;  ///< as docs/plan.md has them, without the stack
};

class Joins : public ::testing::TestWithParam<Net> {};

TEST_P(Joins, CostLess) {
  const Graph graph = GetParam().make();
  const Cost with = measured(graph, true), without = measured(graph, false);
  const std::string figures = fmt::format("{}: arena {} instead of {}, instructions {} instead of {}", graph.name,
                                          with.ram, without.ram, with.instructions, without.instructions);
  EXPECT_LE(with.instructions, without.instructions) << figures;
  EXPECT_LE(with.ram, without.ram) << figures;
  EXPECT_TRUE(graph.name == "detector" || with.instructions < without.instructions) << figures;
  EXPECT_LE(with.ram, GetParam().most.ram) << figures;
  EXPECT_LE(with.instructions, GetParam().most.instructions) << figures;
}

INSTANTIATE_TEST_SUITE_P(Kernels, Joins,
                         ::testing::Values(Net{sensors, {6360, 503788}}, Net{dense, {33632, 4465646}},
                                           Net{halves, {13992, 1597987}}, Net{branches, {19168, 1642439}},
                                           Net{detector, {16576, 2309976}}),
                         [](const auto& test) { return test.param.make().name; });

}  // namespace
}  // namespace mote::testing
