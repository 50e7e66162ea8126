// pad: before[i] and after[i] elements of real 0 (integers: the zero point) around axis i.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {{"after", AttrKind::list}, {"before", AttrKind::list}};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  const auto& before = node.attrs.list("before");
  const auto& after = node.attrs.list("after");
  if (before.size() != x.shape.size() || after.size() != x.shape.size())
    return bad_input(fmt::format("pads {} and {} axes of a {}-D input", before.size(), after.size(), x.shape.size()));
  MOTE_TRY_VOID(want_same_quantization(x, output(graph, node)));
  Shape shape = x.shape;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (before[i] < 0 || after[i] < 0 || before[i] > INT32_MAX || after[i] > INT32_MAX ||
        shape[i] + before[i] + after[i] > INT32_MAX)
      return bad_input(fmt::format("pads axis {} by {} and {}", i, before[i], after[i]));
    shape[i] = static_cast<std::int32_t>(shape[i] + before[i] + after[i]);
  }
  return one_output(x.type, std::move(shape));
}

void run(const Node& node, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Tensor& x = *inputs[0].tensor;
  const Tensor& out = *outputs[0].tensor;
  const auto& before = node.attrs.list("before");
  const std::int64_t size = dtype_bytes(x.type, 1);
  if (x.type == DType::i8) {
    std::fill_n(outputs[0].as<std::int8_t>(), out.elements(), static_cast<std::int8_t>(zero_point_of(out)));
  } else {
    std::fill_n(outputs[0].data, out.elements() * size, std::uint8_t{0});  // 0.0F, or int16's zero point
  }
  const std::int64_t count = x.elements();
  for (std::int64_t from = 0; from < count; ++from) {
    std::int64_t rest = from;
    std::int64_t to = 0;
    std::int64_t stride = 1;
    for (std::size_t i = x.shape.size(); i-- > 0;) {
      to += (rest % x.shape[i] + before[i]) * stride;
      rest /= x.shape[i];
      stride *= out.shape[i];
    }
    std::memcpy(outputs[0].data + to * size, inputs[0].data + from * size, static_cast<std::size_t>(size));
  }
}

}  // namespace

const OpDef pad = {
    .name = "pad",
    .attrs = kAttrs,
    .quant = QuantRule::same_as_input,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
