// transpose: output axis i is input axis perm[i], as numpy has it.
#include <fmt/format.h>

#include <array>
#include <cstring>

#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {{"perm", AttrKind::list}};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  const auto& perm = node.attrs.list("perm");
  std::array<bool, 8> seen{};
  bool legal = perm.size() == x.shape.size();
  for (std::size_t i = 0; legal && i < perm.size(); ++i) {
    legal =
        perm[i] >= 0 && perm[i] < static_cast<std::int64_t>(perm.size()) && !seen[static_cast<std::size_t>(perm[i])];
    if (legal) seen[static_cast<std::size_t>(perm[i])] = true;
  }
  if (!legal)
    return bad_input(
        fmt::format("perm [{}] does not order the input's {} axes", fmt::join(perm, ", "), x.shape.size()));
  MOTE_TRY_VOID(want_same_quantization(x, output(graph, node)));
  Shape shape;
  for (const std::int64_t axis : perm) shape.push_back(x.shape[static_cast<std::size_t>(axis)]);
  return one_output(x.type, std::move(shape));
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Shape& in = inputs[0].tensor->shape;
  const Shape& out = outputs[0].tensor->shape;
  const auto& perm = node.attrs.list("perm");
  std::array<std::int64_t, 8> in_stride{};
  std::int64_t stride = 1;
  for (std::size_t i = in.size(); i-- > 0;) {
    in_stride[i] = stride;
    stride *= in[i];
  }
  const std::int64_t size = dtype_bytes(inputs[0].tensor->type, 1);
  const std::int64_t count = element_count(out);
  for (std::int64_t at = 0; at < count; ++at) {
    std::int64_t rest = at;
    std::int64_t from = 0;
    for (std::size_t i = out.size(); i-- > 0;) {
      from += rest % out[i] * in_stride[static_cast<std::size_t>(perm[i])];
      rest /= out[i];
    }
    std::memcpy(outputs[0].data + at * size, inputs[0].data + from * size, static_cast<std::size_t>(size));
  }
}

}  // namespace

const OpDef transpose = {
    .name = "transpose",
    .attrs = kAttrs,
    .quant = QuantRule::same_as_input,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
