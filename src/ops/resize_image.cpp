// resize_image: bilinear, pixel centres at halves (as most tools do it), [N,H,W,C] -> [N,height,width,C]. Integer form:
// weights in 11 bits each way, one rounding; input and output share one quantisation.
#include "ops/resize_image.h"

#include <algorithm>
#include <cmath>

#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::ops {
namespace {

constexpr AttrDef kAttrs[] = {{"height", AttrKind::integer, 1, 1 << 14}, {"width", AttrKind::integer, 1, 1 << 14}};

Result<std::vector<TensorType>> infer(const Graph& graph, const Node& node) {
  const Tensor& x = input(graph, node, 0);
  MOTE_TRY_VOID(want_rank(x, 4, "input"));
  MOTE_TRY_VOID(want_same_quantization(x, output(graph, node)));
  if (x.type == DType::i16) return unsupported("there is no int16 form of it");
  if (x.shape[1] > (1 << 14) || x.shape[2] > (1 << 14)) return unsupported("its picture has sides above 16384");
  return one_output(x.type, {x.shape[0], static_cast<std::int32_t>(node.attrs.integer("height")),
                             static_cast<std::int32_t>(node.attrs.integer("width")), x.shape[3]});
}

/// Calls write(element, value of the four neighbours by weights) for each output in order.
template <typename Blend>
void resize(const Shape& in, const Shape& out, const Blend& blend) {
  const std::vector<ResizeTap> rows = resize_taps(in[1], out[1]);
  const std::vector<ResizeTap> columns = resize_taps(in[2], out[2]);
  std::int64_t at = 0;
  for (std::int64_t n = 0; n < out[0]; ++n)
    for (const ResizeTap& row : rows)
      for (const ResizeTap& column : columns)
        for (std::int64_t c = 0; c < in[3]; ++c, ++at) {
          const auto from = [&](std::int64_t y, std::int64_t x) { return ((n * in[1] + y) * in[2] + x) * in[3] + c; };
          blend(at, from(row.low, column.low), from(row.low, column.high), from(row.high, column.low),
                from(row.high, column.high), row, column);
        }
}

void run(const Node&, std::span<const ConstView> inputs, std::span<const View> outputs) {
  const Shape& in = inputs[0].tensor->shape;
  const Shape& out = outputs[0].tensor->shape;
  if (inputs[0].tensor->type == DType::f32) {
    const float* x = inputs[0].as<float>();
    resize(in, out,
           [&](std::int64_t at, std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d, const ResizeTap& row,
               const ResizeTap& column) {
             const auto v = [&](std::int64_t i) { return static_cast<double>(x[i]); };
             const double top = v(a) + (v(b) - v(a)) * column.part;
             const double bottom = v(c) + (v(d) - v(c)) * column.part;
             outputs[0].as<float>()[at] = static_cast<float>(top + (bottom - top) * row.part);
           });
    return;
  }
  const std::int8_t* x = inputs[0].as<std::int8_t>();
  resize(in, out,
         [&](std::int64_t at, std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d, const ResizeTap& row,
             const ResizeTap& column) {
           const std::int32_t top = x[a] * (2048 - column.weight) + x[b] * column.weight;
           const std::int32_t bottom = x[c] * (2048 - column.weight) + x[d] * column.weight;
           const std::int32_t sum = top * (2048 - row.weight) + bottom * row.weight;
           outputs[0].as<std::int8_t>()[at] = static_cast<std::int8_t>((sum + (1 << 21)) >> 22);
         });
}

}  // namespace

std::vector<ResizeTap> resize_taps(std::int32_t from, std::int32_t to) {
  std::vector<ResizeTap> taps;
  for (std::int32_t i = 0; i < to; ++i) {
    const double at = std::clamp((i + 0.5) * from / to - 0.5, 0.0, static_cast<double>(from - 1));
    ResizeTap tap;
    tap.low = static_cast<std::int32_t>(at);
    tap.high = std::min(tap.low + 1, from - 1);
    tap.part = at - tap.low;
    tap.weight = static_cast<std::int32_t>(std::lround(2048 * tap.part));
    taps.push_back(tap);
  }
  return taps;
}

const OpDef resize_image = {
    .name = "resize_image",
    .attrs = kAttrs,
    .quant = QuantRule::same_as_input,
    .infer = infer,
    .run = run,
};

}  // namespace mote::ops
