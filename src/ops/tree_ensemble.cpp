// tree_ensemble: decision trees over rows of features, y[n][o] = sum of the values of the leaves for output o that row
// n reaches, one leaf a tree. A forest's leaf is a vote for its class; a boosted tree's leaf adds to its class's score.
//
// Inputs: x; nodes [M, 3] (feature, child if x[feature] <= threshold, child if not); thresholds [M] of x's type and
// quantisation; roots [T]; leaf_outputs [L]; leaf_values [L] of the output's type and quantisation. A child or root
// c >= 0 is node c, later than the node that names it; c < 0 is leaf -1 - c. No node has two parents.
// Integer form: comparisons and sums of int16 that cannot overflow, so it is exact.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/tabular.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {{"outputs", AttrKind::integer, 1, 32767}};

struct Tables {
  std::span<const std::int32_t> nodes, roots, leaf_outputs;
};

/// Every child exists, stands behind its parent and has no other; features are features.
Result<void> check_nodes(const Tables& t, std::int32_t features) {
  const auto count = static_cast<std::int32_t>(t.nodes.size() / 3);
  const auto leaves = static_cast<std::int32_t>(t.leaf_outputs.size());
  std::vector<bool> taken(static_cast<std::size_t>(count), false);
  const auto take = [&](std::int32_t child, std::int32_t parent) {
    if (child < 0) return leaf_of(child) < leaves;
    if (child <= parent || child >= count || taken[static_cast<std::size_t>(child)]) return false;
    return static_cast<bool>(taken[static_cast<std::size_t>(child)] = true);
  };
  for (std::int32_t n = 0; n < count; ++n) {
    const std::int32_t* node = t.nodes.data() + std::size_t{3} * static_cast<std::size_t>(n);
    if (node[0] < 0 || node[0] >= features)
      return bad_input(fmt::format("tree node {} asks for feature {} of {}", n, node[0], features));
    if (!take(node[1], n) || !take(node[2], n))
      return bad_input(fmt::format("tree node {}: a child is absent, stands before it or has another parent", n));
  }
  for (const std::int32_t root : t.roots)
    if (!take(root, -1)) return bad_input(fmt::format("root {} is absent or another node's child", root));
  return {};
}

/// The largest sum that the trees can reach: of each its largest leaf.
std::int64_t largest_sum(const Tables& t, std::span<const std::int16_t> values) {
  const auto at = [&](std::int32_t child, const std::vector<std::int64_t>& below) {
    return child < 0 ? std::abs(std::int64_t{values[static_cast<std::size_t>(leaf_of(child))]})
                     : below[static_cast<std::size_t>(child)];
  };
  std::vector<std::int64_t> below(t.nodes.size() / 3, 0);
  for (std::size_t n = below.size(); n-- > 0;)
    below[n] = std::max(at(t.nodes[3 * n + 1], below), at(t.nodes[3 * n + 2], below));
  std::int64_t sum = 0;
  for (const std::int32_t root : t.roots) sum += at(root, below);
  return sum;
}

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  MOTE_TRY(const RowSpec spec, want_rows(graph, node));
  const Tensor& x = input(graph, node, 0);
  const Tensor& out = output(graph, node);
  MOTE_TRY(const Tensor* nodes, want_table(graph, node, 1, DType::i32, 2, "nodes"));
  MOTE_TRY(const Tensor* thresholds, want_table(graph, node, 2, x.type, 1, "thresholds"));
  MOTE_TRY(const Tensor* roots, want_table(graph, node, 3, DType::i32, 1, "roots"));
  MOTE_TRY(const Tensor* leaf_outputs, want_table(graph, node, 4, DType::i32, 1, "leaf_outputs"));
  MOTE_TRY(const Tensor* values, want_table(graph, node, 5, out.type, 1, "leaf_values"));
  MOTE_TRY_VOID(want_same_quantization(x, *thresholds));
  MOTE_TRY_VOID(want_same_quantization(out, *values));
  if (nodes->shape[1] != 3 || thresholds->shape[0] != nodes->shape[0])
    return bad_input(fmt::format("nodes are {} with {} thresholds; [M, 3] and [M] are wanted", shape_text(nodes->shape),
                                 thresholds->shape[0]));
  if (leaf_outputs->shape != values->shape) return bad_input("has not as many leaf values as leaf outputs");
  const Tables tables{nodes->constant<std::int32_t>(), roots->constant<std::int32_t>(),
                      leaf_outputs->constant<std::int32_t>()};
  const std::int64_t outputs = node.attrs.integer("outputs");
  for (const std::int32_t o : tables.leaf_outputs)
    if (o < 0 || o >= outputs) return bad_input(fmt::format("a leaf is for output {} of {}", o, outputs));
  MOTE_TRY_VOID(check_nodes(tables, spec.features));
  if (out.type == DType::i16 && largest_sum(tables, values->constant<std::int16_t>()) > 32767)
    return unsupported("its leaves can add up to more than int16 holds; give the output a larger scale");
  return one_output(out.type, {spec.rows, static_cast<std::int32_t>(outputs)});
}

template <typename X, typename Y>
void run_as(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const RowSpec spec = row_spec(*inputs[0].tensor);
  const auto count = static_cast<std::size_t>(node.attrs.integer("outputs"));
  const auto* nodes = inputs[1].as<std::int32_t>();
  for (std::size_t n = 0; n < static_cast<std::size_t>(spec.rows); ++n) {
    const X* x = inputs[0].as<X>() + n * static_cast<std::size_t>(spec.features);
    Y* y = outputs[0].as<Y>() + n * count;
    std::fill_n(y, count, Y{0});
    for (std::int64_t t = 0; t < inputs[3].tensor->elements(); ++t) {
      std::int32_t at = inputs[3].as<std::int32_t>()[t];
      while (at >= 0) at = nodes[3 * at + (x[nodes[3 * at]] <= inputs[2].as<X>()[at] ? 1 : 2)];
      Y& sum = y[inputs[4].as<std::int32_t>()[leaf_of(at)]];
      sum = static_cast<Y>(sum + inputs[5].as<Y>()[leaf_of(at)]);
    }
  }
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const DType type = inputs[0].tensor->type;
  if (type == DType::f32) return run_as<float, float>(node, inputs, outputs);
  if (type == DType::i16) return run_as<std::int16_t, std::int16_t>(node, inputs, outputs);
  run_as<std::int8_t, std::int16_t>(node, inputs, outputs);
}

}  // namespace

const OpDef tree_ensemble = {
    .name = "tree_ensemble",
    .attrs = kAttrs,
    .min_inputs = 6,
    .max_inputs = 6,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
