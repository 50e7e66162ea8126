// Kernel for resize_image.
#include "ops/resize_image.h"

#include "kernels/call.h"
#include "kernels/kernels.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

std::vector<std::int16_t> packed(std::int32_t from, std::int32_t to) {
  std::vector<std::int16_t> values;
  for (const ops::ResizeTap& tap : ops::resize_taps(from, to)) {
    values.push_back(static_cast<std::int16_t>(tap.low));
    values.push_back(static_cast<std::int16_t>(tap.weight));
  }
  return values;
}

KernelCall lower_s8(const Graph& graph, const Node& node, const Target&) {
  const Shape& in = ops::input(graph, node, 0).shape;
  const Shape& out = ops::output(graph, node).shape;
  CallBuilder call("resize_image_s8");
  call.reads(node).set("batches", in[0]).set("in_h", in[1]).set("in_w", in[2]);
  call.set("out_h", out[1]).set("out_w", out[2]).set("channels", in[3]);
  call.constant("row", packed(in[1], out[1])).constant("column", packed(in[2], out[2]));
  return call.cost(element_count(out) * 18 + std::int64_t{out[0]} * out[1] * out[2] * 14, 220).take();
}

bool applies_s8(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i8); }

}  // namespace

const KernelDef resize_image_s8 = {"resize_image_s8", &ops::resize_image, "resize_image_s8.c", applies_s8, lower_s8};

}  // namespace mote::kernels
