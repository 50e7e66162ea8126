// Networks written layer by layer: shapes, and one line for each way in which they may not fit.
#include "train/network.h"

#include <gtest/gtest.h>

#include <set>

#include "ir/op_def.h"

namespace mote {
namespace {

std::string error(std::vector<LayerSpec> layers, const Shape& example = {16, 3}) {
  NetworkSpec spec;
  spec.type = "layers";
  spec.layers = std::move(layers);
  const auto graph = build_network("net", spec, {example, 4}, 1);
  return graph.ok() ? "accepted" : graph.error().to_string();
}

TEST(Network, LayerByLayer) {
  NetworkSpec spec;
  spec.type = "layers";
  spec.layers = {{.type = "conv1d",
                  .name = "stem",
                  .filters = 8,
                  .kernel = {5},
                  .stride = {2},
                  .batch_norm = true,
                  .activation = "relu"},
                 {.type = "max_pool", .kernel = {2}},
                 {.type = "flatten"},
                 {.type = "dense", .filters = 4}};
  const auto graph = build_network("My Net", spec, {{16, 3}, 4}, 1);
  ASSERT_TRUE(graph.ok()) << graph.error().to_string();
  EXPECT_EQ(graph->name, "my_net");
  EXPECT_EQ(graph->tensor(graph->inputs[0]).shape, (Shape{1, 16, 1, 3}));
  std::string path;
  for (const Node& node : graph->nodes)
    path += std::string(node.op->name) + " " + shape_text(graph->tensor(node.outputs[0]).shape) + "; ";
  EXPECT_EQ(path,
            "conv2d 1x8x1x8; batch_norm 1x8x1x8; relu 1x8x1x8; max_pool2d 1x4x1x8; reshape 1x32; fully_connected 1x4; "
            "softmax 1x4; ");
  EXPECT_EQ(graph->nodes[0].inputs.size(), 2U) << "no bias before a batch norm";
}

TEST(Network, RepeatedLayers) {
  const auto shapes = [](std::int32_t repeat) {
    NetworkSpec spec;
    spec.type = "layers";
    spec.layers = {{.type = "conv2d", .filters = 6, .kernel = {3}, .stride = {2}, .repeat = repeat, .batch_norm = true},
                   {.type = "flatten"},
                   {.type = "dense", .filters = 4}};
    const auto graph = build_network("net", spec, {{16, 16, 3}, 4}, 1);
    EXPECT_TRUE(graph.ok()) << graph.error().to_string();
    std::string path;
    std::set<std::string> names;
    for (const Node& node : graph->nodes) {
      if (node.op->name == "conv2d") path += shape_text(graph->tensor(node.outputs[0]).shape) + " ";
      names.insert(node.name);
    }
    EXPECT_EQ(names.size(), graph->nodes.size());
    return path;
  };
  EXPECT_EQ(shapes(1), "1x8x8x6 ");
  EXPECT_EQ(shapes(3), "1x8x8x6 1x4x4x6 1x2x2x6 ");
  EXPECT_EQ(error({{.type = "flatten", .name = "a"}, {.type = "add", .from = {"a", "a"}, .repeat = 2}}),
            "network.layers[1].repeat: add cannot be repeated");
}

TEST(Network, SeedsDecideTheWeights) {
  NetworkSpec spec;
  const auto a = build_network("net", spec, {{32, 3}, 4}, 1);
  const auto b = build_network("net", spec, {{32, 3}, 4}, 1);
  const auto c = build_network("net", spec, {{32, 3}, 4}, 2);
  const TensorId weights = a->nodes[0].inputs[1];
  EXPECT_EQ(*a->tensor(weights).data, *b->tensor(weights).data);
  EXPECT_NE(*a->tensor(weights).data, *c->tensor(weights).data);
}

TEST(Network, Errors) {
  EXPECT_EQ(error({{.type = "conv1d", .filters = 4}}), "network.layers[0].kernel: conv1d needs a kernel");
  EXPECT_EQ(error({{.type = "conv1d", .kernel = {3}}}), "network.layers[0].filters: conv1d needs filters");
  EXPECT_EQ(error({{.type = "conv1d", .filters = 4, .kernel = {17}, .padding = "valid"}}),
            "network.layers[0].kernel: the kernel is larger than its input 1x16x1x3");
  EXPECT_EQ(error({{.type = "flatten"}, {.type = "max_pool", .kernel = {2}}}),
            "network.layers[1]: max_pool needs rows, columns and channels, but here is 1x48");
  EXPECT_EQ(error({{.type = "flatten", .name = "a"}, {.type = "flatten", .name = "a"}}),
            "network.layers[1].name: the name \"a\" is taken");
  EXPECT_EQ(error({{.type = "add", .from = {"x", "y"}}}),
            "network.layers[0].from: there is no layer \"x\" before this one");
  EXPECT_EQ(error({{.type = "dense", .filters = 3}}),
            "network: the network ends in 1x3 where 4 classes need 1x4; end it with a dense layer of 4 units");
}

TEST(Network, RecurrentLayers) {
  NetworkSpec spec;
  spec.type = "layers";
  spec.layers = {
      {.type = "gru", .filters = 6, .sequence = true}, {.type = "gru", .filters = 4}, {.type = "dense", .filters = 3}};
  const auto graph = build_network("net", spec, {{9, 8, 2}, 3}, 1);
  ASSERT_TRUE(graph.ok()) << graph.error().to_string();
  std::string path;
  for (const Node& node : graph->nodes)
    path += std::string(node.op->name) + " " + shape_text(graph->tensor(node.outputs[0]).shape) + "; ";
  EXPECT_EQ(path,
            "reshape 1x9x1x16; conv2d 1x9x1x18; gru 1x9x1x6; conv2d 1x9x1x12; gru 1x4; fully_connected 1x3; "
            "softmax 1x3; ");
  EXPECT_EQ(error({{.type = "gru"}}), "network.layers[0].units: a gru layer needs units");
  EXPECT_EQ(error({{.type = "gru", .filters = 4}, {.type = "gru", .filters = 4}}),
            "network.layers[1]: gru goes over rows, but here is 1x4");
}

TEST(Network, AutoencodersEndInTheirError) {
  NetworkSpec spec;
  spec.type = "autoencoder";
  spec.channels = {12, 3};
  for (const int kernel : {0, 3}) {
    spec.kernel = kernel;
    const auto graph = build_network("net", spec, {{16, 3}, 0}, 1);
    ASSERT_TRUE(graph.ok()) << graph.error().to_string();
    const Node& last = graph->nodes.back();
    EXPECT_EQ(last.op->name, "squared_error");
    EXPECT_EQ(last.inputs[0], graph->inputs[0]);
    EXPECT_EQ(graph->tensor(last.inputs[1]).shape, (Shape{1, 16, 1, 3}));
    EXPECT_EQ(graph->tensor(last.outputs[0]).shape, (Shape{1, 1}));
  }
  EXPECT_EQ(build_network("net", spec, {{16, 3}, 4}, 1).error().to_string(),
            "network.type: network \"autoencoder\" knows no classes; it needs [anomaly] normal = [...]");
  spec.type = "mlp";
  EXPECT_EQ(build_network("net", spec, {{16, 3}, 0}, 1).error().to_string(),
            "network.type: network \"mlp\" gives classes; [anomaly] needs \"autoencoder\" or \"layers\"");
  spec.type = "layers";
  spec.layers = {{.type = "dense", .filters = 5}};
  EXPECT_EQ(build_network("net", spec, {{16, 3}, 0}, 1).error().to_string(),
            "network: the network ends in 1x5 where it is to be like 1x16x1x3; end it with a dense layer of 48 units");
}

}  // namespace
}  // namespace mote
