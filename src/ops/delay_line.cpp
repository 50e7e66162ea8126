// delay_line: the last `length` steps along an axis of everything that it was given, run after run: it drops the oldest
// and appends x. Its output is its state. What it holds before the first run is real 0 (OpDef::stateful).
// Where it stands: passes/stream.h puts it before layers that look back in time.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {{"axis", AttrKind::integer, 0, 7}, {"length", AttrKind::integer, 1, INT32_MAX}};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  const auto axis = static_cast<std::size_t>(node.attrs.integer("axis"));
  if (axis >= x.shape.size())
    return bad_input(fmt::format("delays along axis {} of a {}-D input", axis, x.shape.size()));
  MOTE_TRY_VOID(want_same_quantization(x, output(graph, node)));
  Shape shape = x.shape;
  shape[axis] = static_cast<std::int32_t>(node.attrs.integer("length"));
  return one_output(x.type, std::move(shape));
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Tensor& x = *inputs[0].tensor;
  const auto axis = static_cast<std::size_t>(node.attrs.integer("axis"));
  std::int64_t rows = 1;
  for (std::size_t i = 0; i < axis; ++i) rows *= x.shape[i];
  const std::int64_t in_row = x.bytes() / rows;
  const std::int64_t out_row = outputs[0].tensor->bytes() / rows;
  const std::int64_t fresh = std::min(in_row, out_row);
  for (std::int64_t row = 0; row < rows; ++row) {
    std::uint8_t* state = outputs[0].data + row * out_row;
    std::memmove(state, state + fresh, static_cast<std::size_t>(out_row - fresh));
    std::memcpy(state + out_row - fresh, inputs[0].data + (row + 1) * in_row - fresh, static_cast<std::size_t>(fresh));
  }
}

}  // namespace

const OpDef delay_line = {
    .name = "delay_line",
    .attrs = kAttrs,
    .stateful = true,
    .quant = QuantRule::same_as_input,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
