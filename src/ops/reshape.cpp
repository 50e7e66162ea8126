// reshape: the same elements in the same order under another shape. The planner lets both names share their bytes.
#include <fmt/format.h>

#include <cstring>

#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {{"shape", AttrKind::list}};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  const auto& wanted = node.attrs.list("shape");
  Shape shape;
  std::int64_t count = 1;
  for (const std::int64_t dim : wanted) {
    if (dim < 1 || dim > x.elements()) break;
    count *= dim;
    if (count > x.elements()) break;
    shape.push_back(static_cast<std::int32_t>(dim));
  }
  if (shape.size() != wanted.size() || count != x.elements())
    return bad_input(fmt::format("shape {} does not hold the input's {} elements ({})", fmt::join(wanted, "x"),
                                 x.elements(), shape_text(x.shape)));
  const Tensor& out = output(graph, node);
  if (x.type == DType::f32 || x.type == DType::i8 || x.type == DType::i16)
    MOTE_TRY_VOID(want_same_quantization(x, out));
  return one_output(x.type, std::move(shape));
}

void run(const Node&, std::span<const ConstView> inputs, std::span<const View> outputs) {
  std::memcpy(outputs[0].data, inputs[0].data, static_cast<std::size_t>(inputs[0].tensor->bytes()));
}

}  // namespace

const OpDef reshape = {
    .name = "reshape",
    .attrs = kAttrs,
    .in_place = true,
    .layout_free = true,
    .quant = QuantRule::same_as_input,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
