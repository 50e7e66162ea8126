// See fold_pad.h.
#include "passes/fold_pad.h"

#include <limits>

#include "ops/ops.h"
#include "ops/window.h"
#include "passes/edit.h"
#include "passes/remove_dead_nodes.h"

namespace mote::passes {
namespace {

struct Side {
  const char* attribute;
  std::int64_t amount;
};

/// The four spatial paddings, if the node pads height and width alone and rescales nothing.
std::vector<Side> spatial_padding(const Graph& graph, const Node& pad) {
  const Tensor& in = graph.tensor(pad.inputs[0]);
  const auto& before = pad.attrs.list("before");
  const auto& after = pad.attrs.list("after");
  if (in.shape.size() != 4 || !same_quantization(in, graph.tensor(pad.outputs[0]))) return {};
  if (before[0] != 0 || after[0] != 0 || before[3] != 0 || after[3] != 0) return {};
  return {{"pad_top", before[1]}, {"pad_left", before[2]}, {"pad_bottom", after[1]}, {"pad_right", after[2]}};
}

bool is_relu(std::string_view activation) { return activation == "relu" || activation == "relu6"; }

/// No value of the tensor stands for less than 0.
bool is_never_negative(const Graph& graph, TensorId id) {
  const Tensor& x = graph.tensor(id);
  if (x.type == DType::i8 && x.quant.zero_point[0] == std::numeric_limits<std::int8_t>::min()) return true;
  const int producer = graph.producer(id);
  if (producer < 0) return false;
  const Node& before = graph.nodes[static_cast<std::size_t>(producer)];
  return is_relu(before.op->name) || (before.op->has_activation && is_relu(before.attrs.text("activation")));
}

/// Max pooling takes only padding narrower than its window; then every window has a value of x.
bool takes_padding(const Graph& graph, const Node& pool, const std::vector<Side>& sides, TensorId x) {
  if (!is_never_negative(graph, x) && !is_relu(pool.attrs.text("activation"))) return false;
  Attributes attrs = pool.attrs;
  for (const Side& side : sides) attrs.set(side.attribute, attrs.integer(side.attribute) + side.amount);
  return ops::pool_window(attrs, graph.tensor(x).shape[1], graph.tensor(x).shape[2]).ok();
}

}  // namespace

Result<void> fold_pad(Graph& graph, const Target& target) {
  for (Node& node : graph.nodes) {
    const bool pool = node.op == &ops::max_pool2d;
    if (node.op != &ops::conv2d && node.op != &ops::depthwise_conv2d && !pool) continue;
    // More than one pad may stand in a row.
    while (true) {
      const int producer = graph.producer(node.inputs[0]);
      if (producer < 0 || graph.nodes[static_cast<std::size_t>(producer)].op != &ops::pad) break;
      const Node& pad = graph.nodes[static_cast<std::size_t>(producer)];
      const std::vector<Side> sides = spatial_padding(graph, pad);
      bool fits = !sides.empty();
      for (const Side& side : sides)
        fits = fits && attribute_allows(node, side.attribute, node.attrs.integer(side.attribute) + side.amount);
      if (!fits || (pool && !takes_padding(graph, node, sides, pad.inputs[0]))) break;
      for (const Side& side : sides) node.attrs.set(side.attribute, node.attrs.integer(side.attribute) + side.amount);
      node.inputs[0] = pad.inputs[0];
    }
  }
  return remove_dead_nodes(graph, target);
}

}  // namespace mote::passes
