// See fold_pad.h.
#include "passes/fold_pad.h"

#include "ops/ops.h"
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

}  // namespace

Result<void> fold_pad(Graph& graph, const Target& target) {
  for (Node& node : graph.nodes) {
    if (node.op != &ops::conv2d && node.op != &ops::depthwise_conv2d) continue;
    // More than one pad may stand in a row.
    while (true) {
      const int producer = graph.producer(node.inputs[0]);
      if (producer < 0 || graph.nodes[static_cast<std::size_t>(producer)].op != &ops::pad) break;
      const Node& pad = graph.nodes[static_cast<std::size_t>(producer)];
      const std::vector<Side> sides = spatial_padding(graph, pad);
      bool fits = !sides.empty();
      for (const Side& side : sides)
        fits = fits && attribute_allows(node, side.attribute, node.attrs.integer(side.attribute) + side.amount);
      if (!fits) break;
      for (const Side& side : sides) node.attrs.set(side.attribute, node.attrs.integer(side.attribute) + side.amount);
      node.inputs[0] = pad.inputs[0];
    }
  }
  return remove_dead_nodes(graph, target);
}

}  // namespace mote::passes
