// slice: of every axis, `size` elements from `begin` on, every `stride`-th; axes listed in `drop` (of size 1) are left
// out of the output's shape. TFLite's SLICE and STRIDED_SLICE, with everything resolved.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {
    {"begin", AttrKind::list}, {"drop", AttrKind::list}, {"size", AttrKind::list}, {"stride", AttrKind::list}};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  const auto& begin = node.attrs.list("begin");
  const auto& size = node.attrs.list("size");
  const auto& stride = node.attrs.list("stride");
  const auto& drop = node.attrs.list("drop");
  const std::size_t rank = x.shape.size();
  if (begin.size() != rank || size.size() != rank || stride.size() != rank)
    return bad_input(fmt::format("begin, size and stride have {}, {} and {} entries for a {}-D input", begin.size(),
                                 size.size(), stride.size(), rank));
  MOTE_TRY_VOID(want_same_quantization(x, output(graph, node)));
  Shape shape;
  for (std::size_t i = 0; i < rank; ++i) {
    const bool bounded = begin[i] >= 0 && begin[i] < x.shape[i] && size[i] >= 1 && size[i] <= x.shape[i] &&
                         stride[i] >= 1 && stride[i] <= INT32_MAX;
    if (!bounded || begin[i] + (size[i] - 1) * stride[i] >= x.shape[i])
      return bad_input(fmt::format("takes {} elements from {} on, every {}., of axis {} with {}", size[i], begin[i],
                                   stride[i], i, x.shape[i]));
    const bool dropped = std::find(drop.begin(), drop.end(), static_cast<std::int64_t>(i)) != drop.end();
    if (dropped && size[i] != 1) return bad_input(fmt::format("drops axis {}, which has {} elements", i, size[i]));
    if (!dropped) shape.push_back(static_cast<std::int32_t>(size[i]));
  }
  for (const std::int64_t axis : drop)
    if (axis < 0 || axis >= static_cast<std::int64_t>(rank)) return bad_input(fmt::format("drops axis {}", axis));
  return one_output(x.type, std::move(shape));
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Tensor& x = *inputs[0].tensor;
  const auto& begin = node.attrs.list("begin");
  const auto& size = node.attrs.list("size");
  const auto& stride = node.attrs.list("stride");
  const std::int64_t bytes = dtype_bytes(x.type, 1);
  for (std::int64_t to = 0; to < outputs[0].tensor->elements(); ++to) {
    std::int64_t rest = to;
    std::int64_t from = 0;
    std::int64_t step = 1;
    for (std::size_t i = x.shape.size(); i-- > 0;) {
      from += (begin[i] + rest % size[i] * stride[i]) * step;
      rest /= size[i];
      step *= x.shape[i];
    }
    std::memcpy(outputs[0].data + to * bytes, inputs[0].data + from * bytes, static_cast<std::size_t>(bytes));
  }
}

}  // namespace

const OpDef slice = {
    .name = "slice",
    .attrs = kAttrs,
    .quant = QuantRule::same_as_input,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
