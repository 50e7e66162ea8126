// See convolution.h.
#include "kernels/convolution.h"

#include "ops/activation.h"
#include "ops/operands.h"

namespace mote::kernels {

void set_window(CallBuilder& call, const Shape& in, const ops::Window& w, bool dilation) {
  call.set("batches", in[0]).set("in_h", in[1]).set("in_w", in[2]).set("out_h", w.out_h).set("out_w", w.out_w);
  call.set("filter_h", w.filter_h).set("filter_w", w.filter_w).set("stride_h", w.stride_h).set("stride_w", w.stride_w);
  if (dilation) call.set("dilation_h", w.dilation_h).set("dilation_w", w.dilation_w);
  call.set("pad_top", w.pad_top).set("pad_left", w.pad_left);
}

void set_int8_range(CallBuilder& call, const Graph& graph, const Node& node) {
  const Tensor& out = ops::output(graph, node);
  const ops::Int8Range range = ops::int8_range(node.attrs.text("activation"), out.quant);
  call.set("in_zero", ops::zero_point_of(ops::input(graph, node, 0))).set("out_zero", ops::zero_point_of(out));
  call.set("act_min", range.min).set("act_max", range.max);
}

void set_float_range(CallBuilder& call, const Node& node) {
  const ops::FloatRange range = ops::float_range(node.attrs.text("activation"));
  call.set_real("act_min", range.min).set_real("act_max", range.max);
}

ops::Window convolution_window(const Graph& graph, const Node& node) {
  const Shape& in = ops::input(graph, node, 0).shape;
  const Shape& k = ops::input(graph, node, 1).shape;
  return *ops::window_of(node.attrs, in[1], in[2], k[1], k[2]);
}

bool is_pointwise(const ops::Window& w) {
  return w.filter_h == 1 && w.filter_w == 1 && w.stride_h == 1 && w.stride_w == 1 && w.pad_top == 0 &&
         w.pad_left == 0 && w.pad_bottom == 0 && w.pad_right == 0;
}

}  // namespace mote::kernels
