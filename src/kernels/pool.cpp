// Kernels for average_pool2d and max_pool2d.
#include "kernels/convolution.h"
#include "kernels/cost.h"
#include "kernels/kernels.h"
#include "kernels/window_overlap.h"
#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

KernelCall lower(std::string_view file, const Graph& graph, const Node& node, std::int64_t code_bytes) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& out = ops::output(graph, node);
  const ops::Window window = *ops::pool_window(node.attrs, x.shape[1], x.shape[2]);
  CallBuilder call(file);
  set_window(call, x.shape, window, false);
  call.reads(node).set("channels", x.shape[3]);
  if (x.type != DType::f32) {
    const ops::IntRange range = ops::integer_range(node.attrs.text("activation"), out);
    call.set("act_min", range.min).set("act_max", range.max);
  } else {
    set_float_range(call, node);
  }
  call.overlap(window_overlap(x.shape, window, x.shape[3], WindowReads::per_channel, dtype_bytes(x.type, 1)));
  const std::int64_t per_output = std::int64_t{window.filter_h} * (10 + window.filter_w * 6) + 30;
  return call.cost(out.elements() * per_output, code_bytes).take();
}

KernelCall lower_average_s8(const Graph& g, const Node& n, const Target&) {
  return lower("average_pool2d_s8", g, n, 480);
}
KernelCall lower_average_s16(const Graph& g, const Node& n, const Target&) {
  return lower("average_pool2d_s16", g, n, 480);
}
KernelCall lower_max_s16(const Graph& g, const Node& n, const Target&) { return lower("max_pool2d_s16", g, n, 430); }
KernelCall lower_average_f32(const Graph& g, const Node& n, const Target&) {
  return lower("average_pool2d_f32", g, n, 580);
}
KernelCall lower_max_s8(const Graph& g, const Node& n, const Target&) { return lower("max_pool2d_s8", g, n, 430); }
KernelCall lower_max_f32(const Graph& g, const Node& n, const Target&) { return lower("max_pool2d_f32", g, n, 590); }

bool applies_s8(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i8); }
bool applies_s16(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::i16); }
bool applies_f32(const Graph& graph, const Node& node, const Target&) { return fits_device(graph, node, DType::f32); }

}  // namespace

const KernelDef average_pool2d_s8 = {"average_pool2d_s8", &ops::average_pool2d, "average_pool2d_s8.c", applies_s8,
                                     lower_average_s8};
const KernelDef average_pool2d_f32 = {"average_pool2d_f32", &ops::average_pool2d, "average_pool2d_f32.c", applies_f32,
                                      lower_average_f32};
const KernelDef max_pool2d_s8 = {"max_pool2d_s8", &ops::max_pool2d, "max_pool2d_s8.c", applies_s8, lower_max_s8};
const KernelDef max_pool2d_f32 = {"max_pool2d_f32", &ops::max_pool2d, "max_pool2d_f32.c", applies_f32, lower_max_f32};

const KernelDef average_pool2d_s16 = {"average_pool2d_s16", &ops::average_pool2d, "average_pool2d_s16.c", applies_s16,
                                      lower_average_s16};
const KernelDef max_pool2d_s16 = {"max_pool2d_s16", &ops::max_pool2d, "max_pool2d_s16.c", applies_s16, lower_max_s16};

}  // namespace mote::kernels
