// Kernels for operators that only move elements: reshape (as a copy, where it cannot be free), transpose, pad.
#include "kernels/call.h"
#include "kernels/kernels.h"
#include "ops/operands.h"
#include "ops/ops.h"

namespace mote::kernels {
namespace {

constexpr std::size_t kMaxRank = 8;

std::vector<std::int64_t> eight(std::vector<std::int64_t> values) {
  values.resize(kMaxRank, 0);
  return values;
}

KernelCall lower_reshape(const Graph& graph, const Node& node, const Target&) {
  const std::int64_t bytes = ops::output(graph, node).bytes();
  CallBuilder call("copy");
  call.reads(node).set("bytes", bytes).overlap({.allowed = true, .lead = 0, .equal_offset_only = true});
  return call.cost(bytes / 2 + 20, 12).take();
}

KernelCall lower_transpose(std::string_view file, const Graph& graph, const Node& node) {
  const Shape& in = ops::input(graph, node, 0).shape;
  std::vector<std::int64_t> in_stride(in.size());
  std::int64_t stride = 1;
  for (std::size_t i = in.size(); i-- > 0;) {
    in_stride[i] = stride;
    stride *= in[i];
  }
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
  for (const std::int64_t axis : node.attrs.list("perm")) {
    shape.push_back(in[static_cast<std::size_t>(axis)]);
    strides.push_back(in_stride[static_cast<std::size_t>(axis)]);
  }
  CallBuilder call(file);
  call.reads(node).set("rank", static_cast<std::int64_t>(in.size()));
  call.set_list("out_shape", eight(shape)).set_list("in_stride", eight(strides));
  return call.cost(stride * 7, 180).take();
}

KernelCall lower_pad(std::string_view file, const Graph& graph, const Node& node) {
  const Tensor& x = ops::input(graph, node, 0);
  const Tensor& out = ops::output(graph, node);
  CallBuilder call(file);
  call.reads(node).set("rank", static_cast<std::int64_t>(x.shape.size()));
  call.set_list("in_shape", eight({x.shape.begin(), x.shape.end()}));
  call.set_list("before", eight(node.attrs.list("before"))).set_list("after", eight(node.attrs.list("after")));
  if (x.type != DType::f32) {
    call.set("value", ops::zero_point_of(out));
  } else {
    call.set_real("value", 0.0F);
  }
  // Elements are moved towards the end, first element first: the last may move by all that was added.
  call.overlap({.allowed = true, .lead = out.bytes() - x.bytes(), .equal_offset_only = false});
  return call.cost(out.elements() * 6, 340).take();
}

KernelCall lower_transpose_s8(const Graph& g, const Node& n, const Target&) {
  return lower_transpose("transpose_s8", g, n);
}
KernelCall lower_transpose_f32(const Graph& g, const Node& n, const Target&) {
  return lower_transpose("transpose_f32", g, n);
}
KernelCall lower_pad_s8(const Graph& g, const Node& n, const Target&) { return lower_pad("pad_s8", g, n); }
KernelCall lower_transpose_s16(const Graph& g, const Node& n, const Target&) {
  return lower_transpose("transpose_s16", g, n);
}
KernelCall lower_pad_s16(const Graph& g, const Node& n, const Target&) { return lower_pad("pad_s16", g, n); }
KernelCall lower_pad_f32(const Graph& g, const Node& n, const Target&) { return lower_pad("pad_f32", g, n); }

bool applies_any(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, ops::input(graph, node, 0).type);
}
bool has_axes(const Graph& graph, const Node& node) { return !ops::input(graph, node, 0).shape.empty(); }
bool applies_s8(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, DType::i8) && has_axes(graph, node);
}
bool applies_s16(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, DType::i16) && has_axes(graph, node);
}
bool applies_f32(const Graph& graph, const Node& node, const Target&) {
  return fits_device(graph, node, DType::f32) && has_axes(graph, node);
}

}  // namespace

const KernelDef reshape_copy = {"reshape_copy", &ops::reshape, "copy.c", applies_any, lower_reshape};
const KernelDef transpose_s8 = {"transpose_s8", &ops::transpose, "transpose_s8.c", applies_s8, lower_transpose_s8};
const KernelDef transpose_f32 = {"transpose_f32", &ops::transpose, "transpose_f32.c", applies_f32, lower_transpose_f32};
const KernelDef pad_s8 = {"pad_s8", &ops::pad, "pad_s8.c", applies_s8, lower_pad_s8};
const KernelDef pad_f32 = {"pad_f32", &ops::pad, "pad_f32.c", applies_f32, lower_pad_f32};

const KernelDef transpose_s16 = {"transpose_s16", &ops::transpose, "transpose_s16.c", applies_s16, lower_transpose_s16};
const KernelDef pad_s16 = {"pad_s16", &ops::pad, "pad_s16.c", applies_s16, lower_pad_s16};

}  // namespace mote::kernels
