// Lowerings of the operators without weights. See torch_graph.h; the operators' meaning stands in docs/operators.md.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "train/torch_graph.h"

namespace mote {
namespace {

struct Pool {
  at::Tensor x;  ///< NCHW, padded where the padding is uneven
  std::vector<std::int64_t> filter, stride, padding;
};

Pool pool_of(const LowerContext& context, double fill) {
  const Attributes& attrs = context.node.attrs;
  Pool pool;
  pool.x = context.inputs[0].permute({0, 3, 1, 2});
  pool.filter = {attrs.integer("filter_h"), attrs.integer("filter_w")};
  pool.stride = {attrs.integer("stride_h"), attrs.integer("stride_w")};
  const std::vector<std::int64_t> pads = {attrs.integer("pad_left"), attrs.integer("pad_right"),
                                          attrs.integer("pad_top"), attrs.integer("pad_bottom")};
  if (pads != std::vector<std::int64_t>{0, 0, 0, 0}) pool.x = at::constant_pad_nd(pool.x, pads, fill);
  return pool;
}

}  // namespace

at::Tensor lower_activation(const at::Tensor& x, const std::string& activation) {
  if (activation == "relu") return at::relu(x);
  if (activation == "relu6") return at::clamp(x, 0, 6);
  if (activation == "relu_n1_to_1") return at::clamp(x, -1, 1);
  return x;
}

at::Tensor lower_average_pool2d(const LowerContext& context) {
  const Pool pool = pool_of(context, 0);
  at::Tensor y = at::avg_pool2d(pool.x, pool.filter, pool.stride);
  if (pool.x.sizes() != context.inputs[0].permute({0, 3, 1, 2}).sizes()) {
    // Padding is not counted: divide by the share of each window that lies inside.
    LowerContext inside = context;
    const std::vector<at::Tensor> ones{at::ones_like(context.inputs[0].slice(0, 0, 1).slice(3, 0, 1))};
    inside.inputs = ones;
    const Pool share = pool_of(inside, 0);
    y = y / at::avg_pool2d(share.x, share.filter, share.stride);
  }
  return lower_activation(y.permute({0, 2, 3, 1}), context.node.attrs.text("activation"));
}

at::Tensor lower_max_pool2d(const LowerContext& context) {
  const Pool pool = pool_of(context, -std::numeric_limits<double>::infinity());
  const at::Tensor y = at::max_pool2d(pool.x, pool.filter, pool.stride);
  return lower_activation(y.permute({0, 2, 3, 1}), context.node.attrs.text("activation"));
}

at::Tensor lower_add(const LowerContext& context) {
  return lower_activation(context.inputs[0] + context.inputs[1], context.node.attrs.text("activation"));
}

at::Tensor lower_squared_error(const LowerContext& context) {
  return (context.inputs[0] - context.inputs[1]).square().flatten(1).mean(1, true);
}

/// Rows one after another; what the input gives was computed for all of them at once.
at::Tensor lower_gru(const LowerContext& context) {
  const at::Tensor& weights = context.inputs[1];
  const std::int64_t units = weights.size(1);
  const std::int64_t batch = context.inputs[0].size(0);
  const at::Tensor gates = context.inputs[0].reshape({batch, -1, 3 * units});
  const at::Tensor both = weights.slice(0, 0, 2 * units).t();
  const at::Tensor candidate = weights.slice(0, 2 * units).t();
  at::Tensor h = at::zeros({batch, units});
  std::vector<at::Tensor> states;
  for (std::int64_t t = 0; t < gates.size(1); ++t) {
    const at::Tensor g = gates.select(1, t);
    const at::Tensor open = at::sigmoid(g.slice(1, 0, 2 * units) + at::matmul(h, both));
    const at::Tensor update = open.slice(1, units);
    const at::Tensor reset = open.slice(1, 0, units) * h;
    const at::Tensor n = at::tanh(g.slice(1, 2 * units) + at::matmul(reset, candidate));
    h = n + update * (h - n);
    states.push_back(h);
  }
  if (context.node.attrs.integer("sequence") == 0) return h;
  std::vector<std::int64_t> shape = context.inputs[0].sizes().vec();
  shape.back() = units;
  return at::stack(states, 1).reshape(shape);
}

at::Tensor lower_relu(const LowerContext& context) { return at::relu(context.inputs[0]); }
at::Tensor lower_relu6(const LowerContext& context) { return at::clamp(context.inputs[0], 0, 6); }

at::Tensor lower_softmax(const LowerContext& context) {
  return at::softmax(context.inputs[0] * context.node.attrs.real("beta"), -1);
}

at::Tensor lower_reshape(const LowerContext& context) {
  const Shape& shape = context.graph.tensor(context.node.outputs[0]).shape;
  std::vector<std::int64_t> wanted(shape.begin(), shape.end());
  wanted.front() *= context.batch;  // the leading 1 of the graph is the batch
  return context.inputs[0].reshape(wanted);
}

at::Tensor lower_transpose(const LowerContext& context) {
  return context.inputs[0].permute(context.node.attrs.list("perm"));
}

at::Tensor lower_pad(const LowerContext& context) {
  const auto& before = context.node.attrs.list("before");
  const auto& after = context.node.attrs.list("after");
  std::vector<std::int64_t> pads;  // LibTorch lists the innermost axis first
  for (std::size_t i = before.size(); i-- > 0;) {
    pads.push_back(before[i]);
    pads.push_back(after[i]);
  }
  return at::constant_pad_nd(context.inputs[0], pads);
}

at::Tensor lower_concat(const LowerContext& context) {
  return at::cat(at::TensorList(context.inputs.data(), context.inputs.size()), context.node.attrs.integer("axis"));
}

at::Tensor lower_slice(const LowerContext& context) {
  const Attributes& attrs = context.node.attrs;
  at::Tensor x = context.inputs[0];
  // An axis that is taken whole stays as it is: the leading one may be a batch.
  for (std::size_t i = 0; i < attrs.list("begin").size(); ++i) {
    const std::int64_t begin = attrs.list("begin")[i], size = attrs.list("size")[i], stride = attrs.list("stride")[i];
    const std::int64_t whole = context.graph.tensor(context.node.inputs[0]).shape[i];
    if (size != whole) x = x.slice(static_cast<std::int64_t>(i), begin, begin + (size - 1) * stride + 1, stride);
  }
  std::vector<std::int64_t> drop = attrs.list("drop");
  std::sort(drop.rbegin(), drop.rend());
  for (const std::int64_t axis : drop) x = x.squeeze(axis);
  return x;
}

}  // namespace mote
