// Lowerings of the operators with weights, and of batch_norm. See torch_graph.h; the operators' meaning stands in
// docs/operators.md.
#include "train/torch_graph.h"

namespace mote {
namespace {

at::Tensor to_nchw(const at::Tensor& x) { return x.permute({0, 3, 1, 2}); }
at::Tensor to_nhwc(const at::Tensor& x) { return x.permute({0, 2, 3, 1}); }

at::Tensor convolve(const LowerContext& context, const at::Tensor& weights, std::int64_t groups) {
  const Attributes& attrs = context.node.attrs;
  at::Tensor x = to_nchw(context.inputs[0]);
  const std::int64_t top = attrs.integer("pad_top");
  const std::int64_t bottom = attrs.integer("pad_bottom");
  const std::int64_t left = attrs.integer("pad_left");
  const std::int64_t right = attrs.integer("pad_right");
  const bool even = top == bottom && left == right;
  if (!even) x = at::constant_pad_nd(x, {left, right, top, bottom});
  const std::vector<std::int64_t> padding =
      even ? std::vector<std::int64_t>{top, left} : std::vector<std::int64_t>{0, 0};
  const at::Tensor bias = context.inputs.size() > 2 ? context.inputs[2] : at::Tensor();
  const at::Tensor y = at::conv2d(x, weights, bias, {attrs.integer("stride_h"), attrs.integer("stride_w")}, padding,
                                  {attrs.integer("dilation_h"), attrs.integer("dilation_w")}, groups);
  return lower_activation(to_nhwc(y), attrs.text("activation"));
}

}  // namespace

at::Tensor lower_conv2d(const LowerContext& context) {
  return convolve(context, to_nchw(context.inputs[1]), 1);  // [O,KH,KW,C] -> [O,C,KH,KW]
}

at::Tensor lower_depthwise_conv2d(const LowerContext& context) {
  return convolve(context, context.inputs[1].permute({3, 0, 1, 2}),
                  context.inputs[0].size(3));  // [1,KH,KW,CM] -> [CM,1,KH,KW]
}

at::Tensor lower_fully_connected(const LowerContext& context) {
  const at::Tensor& weights = context.inputs[1];
  const at::Tensor bias = context.inputs.size() > 2 ? context.inputs[2] : at::Tensor();
  at::Tensor y = at::linear(context.inputs[0].reshape({-1, weights.size(1)}), weights, bias);
  if (context.node.attrs.integer("keep_dims") != 0) {
    std::vector<std::int64_t> shape = context.inputs[0].sizes().vec();
    shape.back() = weights.size(0);
    y = y.reshape(shape);
  }
  return lower_activation(y, context.node.attrs.text("activation"));
}

at::Tensor lower_batch_norm(const LowerContext& context) {
  constexpr double kMomentum = 0.1;  // of the running statistics: the weight of the newest batch
  const auto& in = context.inputs;
  const double epsilon = context.node.attrs.real("epsilon");
  const std::int64_t channels = in[1].size(0);
  const at::Tensor rows = in[0].reshape({-1, channels});  // statistics go over everything but the channel
  return at::batch_norm(rows, in[1], in[2], in[3], in[4], context.training, kMomentum, epsilon, false)
      .reshape(in[0].sizes());
}

}  // namespace mote
