// concat: inputs one after another along an axis. Integer form: all share one quantisation, as TFLite Micro wants it.
#include <fmt/format.h>

#include <cstring>

#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {{"axis", AttrKind::integer, 0, 7}};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& first = input(graph, node, 0);
  const auto axis = static_cast<std::size_t>(node.attrs.integer("axis"));
  if (axis >= first.shape.size())
    return bad_input(fmt::format("joins along axis {} of {}-D inputs", axis, first.shape.size()));
  Shape shape = first.shape;
  std::int64_t length = 0;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Tensor* x = optional_input(graph, node, i);
    if (x == nullptr) return bad_input(fmt::format("input {} is absent", i));
    MOTE_TRY_VOID(want_same_quantization(*x, output(graph, node)));
    Shape rest = x->shape;
    if (rest.size() == shape.size()) rest[axis] = shape[axis];
    if (rest != shape)
      return bad_input(fmt::format("\"{}\" ({}) and \"{}\" ({}) differ in more than axis {}", x->name,
                                   shape_text(x->shape), first.name, shape_text(first.shape), axis));
    length += x->shape[axis];
  }
  if (length > INT32_MAX) return bad_input("its output has more than 2^31 elements");
  shape[axis] = static_cast<std::int32_t>(length);
  return one_output(first.type, std::move(shape));
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const auto axis = static_cast<std::size_t>(node.attrs.integer("axis"));
  std::int64_t rows = 1;
  for (std::size_t i = 0; i < axis; ++i) rows *= outputs[0].tensor->shape[i];
  std::uint8_t* to = outputs[0].data;
  for (std::int64_t row = 0; row < rows; ++row)
    for (const ConstView& x : inputs) {
      const std::int64_t bytes = x.tensor->bytes() / rows;
      std::memcpy(to, x.data + row * bytes, static_cast<std::size_t>(bytes));
      to += bytes;
    }
}

}  // namespace

const OpDef concat = {
    .name = "concat",
    .attrs = kAttrs,
    .min_inputs = 1,
    .max_inputs = 64,
    .quant = QuantRule::same_for_all,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
