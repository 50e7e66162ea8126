// See builder.h.
#include "train/builder.h"

#include <algorithm>
#include <cmath>

#include "ops/ops.h"

namespace mote {
namespace {

/// One axis of a window: how much is padded and how long the output is.
struct Axis {
  std::int32_t before = 0, after = 0, output = 0;
};

Axis axis(std::int32_t input, std::int32_t kernel, std::int32_t stride, std::int32_t dilation, Padding padding) {
  const std::int32_t reach = (kernel - 1) * dilation + 1;
  Axis result;
  if (padding == Padding::same) {
    result.output = (input + stride - 1) / stride;
    const std::int32_t total = std::max((result.output - 1) * stride + reach - input, 0);
    result.before = total / 2;
    result.after = total - result.before;
  } else {
    result.output = (input - reach) / stride + 1;
  }
  MOTE_CHECK(result.output >= 1);
  return result;
}

void set_padding(Attributes& attrs, const Axis& h, const Axis& w) {
  attrs.set("pad_top", std::int64_t{h.before});
  attrs.set("pad_bottom", std::int64_t{h.after});
  attrs.set("pad_left", std::int64_t{w.before});
  attrs.set("pad_right", std::int64_t{w.after});
}

Attributes conv_attributes(const ConvSpec& spec, const Axis& h, const Axis& w) {
  Attributes attrs;
  attrs.set("stride_h", std::int64_t{spec.stride_h});
  attrs.set("stride_w", std::int64_t{spec.stride_w});
  attrs.set("dilation_h", std::int64_t{spec.dilation_h});
  attrs.set("dilation_w", std::int64_t{spec.dilation_w});
  set_padding(attrs, h, w);
  attrs.set("activation", std::string("none"));
  return attrs;
}

}  // namespace

GraphBuilder::GraphBuilder(std::string name, std::uint64_t seed) : seed_(seed) { graph_.name = identifier(name); }

std::string GraphBuilder::unique(std::string_view name) const {
  const auto taken = [&](const std::string& candidate) {
    return std::any_of(graph_.nodes.begin(), graph_.nodes.end(),
                       [&](const Node& node) { return node.name == candidate; });
  };
  std::string candidate(name);
  for (int i = 2; taken(candidate); ++i) candidate = std::string(name) + "_" + std::to_string(i);
  return candidate;
}

TensorId GraphBuilder::input(std::string_view name, Shape shape) {
  const TensorId id = graph_.add({std::string(name), DType::f32, std::move(shape), {}, nullptr});
  graph_.inputs.push_back(id);
  return id;
}

TensorId GraphBuilder::constant(const std::string& name, Shape shape, std::vector<float> values) {
  return graph_.add({graph_.unique_tensor_name(name), DType::f32, std::move(shape), {}, make_data(values)});
}

TensorId GraphBuilder::weights(const std::string& name, Shape shape, std::int64_t fan_in) {
  Random random(seed_, hash_text(name));
  const double deviation = std::sqrt(2.0 / static_cast<double>(fan_in));
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
  for (float& value : values) value = static_cast<float>(deviation * random.normal());
  return constant(name, std::move(shape), std::move(values));
}

TensorId GraphBuilder::node(std::string_view op, std::string_view name, std::vector<TensorId> inputs, Attributes attrs,
                            Shape shape) {
  const TensorId output = graph_.add({graph_.unique_tensor_name(name), DType::f32, std::move(shape), {}, nullptr});
  graph_.nodes.push_back({ops::find(op), std::string(name), std::move(inputs), {output}, std::move(attrs)});
  MOTE_CHECK(graph_.nodes.back().op != nullptr);
  return output;
}

TensorId GraphBuilder::conv2d(std::string_view wanted, TensorId x, const ConvSpec& spec) {
  const std::string name = unique(wanted);
  const Shape in = shape(x);
  const Axis h = axis(in[1], spec.kernel_h, spec.stride_h, spec.dilation_h, spec.padding);
  const Axis w = axis(in[2], spec.kernel_w, spec.stride_w, spec.dilation_w, spec.padding);
  std::vector<TensorId> inputs{x, weights(name + "_weights", {spec.filters, spec.kernel_h, spec.kernel_w, in[3]},
                                          std::int64_t{spec.kernel_h} * spec.kernel_w * in[3])};
  if (spec.bias)
    inputs.push_back(
        constant(name + "_bias", {spec.filters}, std::vector<float>(static_cast<std::size_t>(spec.filters))));
  return node("conv2d", name, std::move(inputs), conv_attributes(spec, h, w),
              {in[0], h.output, w.output, spec.filters});
}

TensorId GraphBuilder::depthwise_conv2d(std::string_view wanted, TensorId x, const ConvSpec& spec) {
  const std::string name = unique(wanted);
  const Shape in = shape(x);
  const std::int32_t channels = in[3] * spec.filters;
  const Axis h = axis(in[1], spec.kernel_h, spec.stride_h, spec.dilation_h, spec.padding);
  const Axis w = axis(in[2], spec.kernel_w, spec.stride_w, spec.dilation_w, spec.padding);
  std::vector<TensorId> inputs{x, weights(name + "_weights", {1, spec.kernel_h, spec.kernel_w, channels},
                                          std::int64_t{spec.kernel_h} * spec.kernel_w)};
  if (spec.bias)
    inputs.push_back(constant(name + "_bias", {channels}, std::vector<float>(static_cast<std::size_t>(channels))));
  return node("depthwise_conv2d", name, std::move(inputs), conv_attributes(spec, h, w),
              {in[0], h.output, w.output, channels});
}

TensorId GraphBuilder::fully_connected(std::string_view wanted, TensorId x, std::int32_t units) {
  const std::string name = unique(wanted);
  const Shape in = shape(x);
  const auto width = static_cast<std::int32_t>(element_count(in) / in[0]);
  Attributes attrs;
  attrs.set("activation", std::string("none"));
  attrs.set("keep_dims", std::int64_t{0});
  return node("fully_connected", name,
              {x, weights(name + "_weights", {units, width}, width),
               constant(name + "_bias", {units}, std::vector<float>(static_cast<std::size_t>(units)))},
              std::move(attrs), {in[0], units});
}

TensorId GraphBuilder::batch_norm(std::string_view wanted, TensorId x) {
  const std::string name = unique(wanted);
  const std::int32_t channels = shape(x).back();
  const auto filled = [&](const char* what, float value) {
    return constant(name + what, {channels}, std::vector<float>(static_cast<std::size_t>(channels), value));
  };
  Attributes attrs;
  attrs.set("epsilon", 1e-3);
  const Shape same = shape(x);
  return node("batch_norm", name,
              {x, filled("_gamma", 1), filled("_beta", 0), filled("_mean", 0), filled("_variance", 1)},
              std::move(attrs), same);
}

TensorId GraphBuilder::add(std::string_view name, TensorId a, TensorId b) {
  Attributes attrs;
  attrs.set("activation", std::string("none"));
  const Shape same = shape(a);
  return node("add", unique(name), {a, b}, std::move(attrs), same);
}

TensorId GraphBuilder::squared_error(std::string_view name, TensorId a, TensorId b) {
  const std::int32_t batch = shape(a)[0];
  return node("squared_error", unique(name), {a, b}, {}, {batch, 1});
}

TensorId GraphBuilder::gru(std::string_view wanted, TensorId x, std::int32_t units, bool sequence) {
  const std::string name = unique(wanted);
  const Shape in = shape(x);
  if (in[2] != 1) x = reshape(name + "_rows", x, {in[0], in[1], 1, in[2] * in[3]});
  const TensorId gates = conv2d(name + "_gates", x, {.filters = 3 * units});
  Attributes attrs;
  attrs.set("sequence", std::int64_t{sequence ? 1 : 0});
  // Half of the usual variance: a state lies within -1..1, and goes round.
  const TensorId recurrent = weights(name + "_weights", {3 * units, units}, std::int64_t{2} * units);
  const Shape out = sequence ? Shape{in[0], in[1], 1, units} : Shape{in[0], units};
  return node("gru", name, {gates, recurrent}, std::move(attrs), out);
}

TensorId GraphBuilder::pool(std::string_view op, std::string_view name, TensorId x, std::int32_t filter_h,
                            std::int32_t filter_w, std::int32_t stride_h, std::int32_t stride_w, Padding padding) {
  const Shape in = shape(x);
  stride_h = stride_h == 0 ? filter_h : stride_h;
  stride_w = stride_w == 0 ? filter_w : stride_w;
  const Axis h = axis(in[1], filter_h, stride_h, 1, padding);
  const Axis w = axis(in[2], filter_w, stride_w, 1, padding);
  Attributes attrs;
  attrs.set("filter_h", std::int64_t{filter_h});
  attrs.set("filter_w", std::int64_t{filter_w});
  attrs.set("stride_h", std::int64_t{stride_h});
  attrs.set("stride_w", std::int64_t{stride_w});
  set_padding(attrs, h, w);
  attrs.set("activation", std::string("none"));
  return node(op, unique(name), {x}, std::move(attrs), {in[0], h.output, w.output, in[3]});
}

TensorId GraphBuilder::global_average_pool(std::string_view name, TensorId x) {
  const Shape in = shape(x);
  return pool("average_pool2d", name, x, in[1], in[2], 1, 1, Padding::valid);
}

TensorId GraphBuilder::flatten(std::string_view name, TensorId x) {
  return reshape(name, x, {shape(x)[0], static_cast<std::int32_t>(element_count(shape(x)) / shape(x)[0])});
}

TensorId GraphBuilder::reshape(std::string_view name, TensorId x, const Shape& wanted) {
  MOTE_CHECK(element_count(wanted) == element_count(shape(x)));
  Attributes attrs;
  attrs.set("shape", std::vector<std::int64_t>(wanted.begin(), wanted.end()));
  return node("reshape", unique(name), {x}, std::move(attrs), wanted);
}

TensorId GraphBuilder::unary(std::string_view op, std::string_view name, TensorId x, const Attributes& attrs) {
  const Shape same = shape(x);
  return node(op, unique(name), {x}, attrs, same);
}

TensorId GraphBuilder::softmax(std::string_view name, TensorId x) {
  Attributes attrs;
  attrs.set("beta", 1.0);
  return unary("softmax", name, x, attrs);
}

Result<TensorId> GraphBuilder::apply(std::string_view op, std::string_view name, TensorId x, const Attributes& attrs) {
  const TensorId output = node(op, unique(name), {x}, attrs, {1});
  MOTE_TRY(const std::vector<TensorType> types, graph_.nodes.back().op->infer(graph_, graph_.nodes.back()));
  graph_.tensor(output).shape = types[0].shape;
  return output;
}

Graph GraphBuilder::finish(TensorId output) && {
  graph_.outputs = {output};
  return std::move(graph_);
}

}  // namespace mote
