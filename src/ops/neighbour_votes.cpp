// neighbour_votes: k-nearest neighbours, y[n][c] = votes of the k points nearest to row n (Euclid) for their classes.
// Of equally near points the earlier one counts.
//
// Inputs: x; points [P, features] of x's type and quantisation; labels [P]. A float vote is 1/k; an integer vote is one
// step of the output, whose scale is 1/k. Integer form: squared distances in 64 bits, exact.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/tabular.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {{"neighbours", AttrKind::integer, 1, 64}, {"outputs", AttrKind::integer, 1, 32767}};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  MOTE_TRY(const RowSpec spec, want_rows(graph, node));
  const Tensor& x = input(graph, node, 0);
  const Tensor& out = output(graph, node);
  MOTE_TRY(const Tensor* points, want_table(graph, node, 1, x.type, 2, "points"));
  MOTE_TRY(const Tensor* labels, want_table(graph, node, 2, DType::i32, 1, "labels"));
  MOTE_TRY_VOID(want_same_quantization(x, *points));
  const std::int64_t neighbours = node.attrs.integer("neighbours");
  const std::int64_t outputs = node.attrs.integer("outputs");
  if (points->shape[1] != spec.features || points->shape[0] != labels->shape[0])
    return bad_input(fmt::format("points are {} with {} labels, for rows of {} features", shape_text(points->shape),
                                 labels->shape[0], spec.features));
  if (points->shape[0] < neighbours)
    return bad_input(fmt::format("{} points cannot be {} neighbours", points->shape[0], neighbours));
  if (points->shape[0] > 65535) return unsupported(fmt::format("{} points; 65535 are supported", points->shape[0]));
  for (const std::int32_t label : labels->constant<std::int32_t>())
    if (label < 0 || label >= outputs) return bad_input(fmt::format("a point is of class {} of {}", label, outputs));
  if (out.type == DType::i16 && std::fabs(scale_of(out) * static_cast<float>(neighbours) - 1.0F) > 1e-5F)
    return bad_input(fmt::format("its output's scale must be 1/{}", neighbours));
  return one_output(out.type, {spec.rows, static_cast<std::int32_t>(outputs)});
}

template <typename X, typename Sum, typename Y>
void run_as(const Node& node, Y vote, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const RowSpec spec = row_spec(*inputs[0].tensor);
  const auto features = static_cast<std::size_t>(spec.features);
  const auto neighbours = static_cast<std::ptrdiff_t>(node.attrs.integer("neighbours"));
  const auto count = static_cast<std::size_t>(node.attrs.integer("outputs"));
  std::vector<std::pair<Sum, std::int32_t>> order(static_cast<std::size_t>(inputs[1].tensor->shape[0]));
  for (std::size_t n = 0; n < static_cast<std::size_t>(spec.rows); ++n) {
    const X* x = inputs[0].as<X>() + n * features;
    for (std::size_t p = 0; p < order.size(); ++p) {
      Sum sum = 0;
      for (std::size_t i = 0; i < features; ++i) {
        const auto d = static_cast<Sum>(x[i]) - static_cast<Sum>(inputs[1].as<X>()[p * features + i]);
        sum += d * d;
      }
      order[p] = {sum, static_cast<std::int32_t>(p)};
    }
    std::partial_sort(order.begin(), order.begin() + neighbours, order.end());
    Y* y = outputs[0].as<Y>() + n * count;
    std::fill_n(y, count, Y{0});
    for (std::ptrdiff_t k = 0; k < neighbours; ++k) {
      Y& votes = y[inputs[2].as<std::int32_t>()[order[static_cast<std::size_t>(k)].second]];
      votes = static_cast<Y>(votes + vote);
    }
  }
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const DType type = inputs[0].tensor->type;
  if (type == DType::i8) return run_as<std::int8_t, std::int64_t, std::int16_t>(node, 1, inputs, outputs);
  if (type == DType::i16) return run_as<std::int16_t, std::int64_t, std::int16_t>(node, 1, inputs, outputs);
  run_as<float, float, float>(node, 1.0F / static_cast<float>(node.attrs.integer("neighbours")), inputs, outputs);
}

std::int64_t macs(const Graph& graph, const Node& node) {
  return std::int64_t{row_spec(input(graph, node, 0)).rows} * input(graph, node, 1).elements();
}

}  // namespace

const OpDef neighbour_votes = {
    .name = "neighbour_votes",
    .attrs = kAttrs,
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = infer,
    .run = run,
    .macs = macs,
};

}  // namespace mote::ops
