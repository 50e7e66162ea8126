// Small random networks, deterministic from a seed: for the tests of passes, planner and kernels.
// Convolutions, depthwise, fully connected, add, pooling, pad, reshape, transpose, relu, softmax, batch norm (float),
// requantize (int8); with residuals, dead branches, dead channels, no-ops and more than one output now and then.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "ops/ops.h"

namespace mote::testing {

/// Of tensors that differ along the axis alone, one after the other.
inline Shape joined_shape(const Graph& graph, const std::vector<TensorId>& parts, std::int32_t axis) {
  const auto along = static_cast<std::size_t>(axis);
  Shape joined = graph.tensor(parts[0]).shape;
  for (std::size_t i = 1; i < parts.size(); ++i) joined[along] += graph.tensor(parts[i]).shape[along];
  return joined;
}

/// splitmix64: the same numbers on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  /// Uniform in [low, high], both included.
  std::int32_t integer(std::int32_t low, std::int32_t high) {
    return low + static_cast<std::int32_t>(bits() % static_cast<std::uint64_t>(std::int64_t{high} - low + 1));
  }
  /// Uniform in [low, high).
  float real(float low, float high) { return low + (high - low) * static_cast<float>(bits() >> 40) * 0x1p-24F; }
  bool chance(int percent) { return integer(1, 100) <= percent; }

 private:
  std::uint64_t state_;
};

struct RandomGraphOptions {
  DType type = DType::f32;  ///< f32 or i8
  int layers = 6;           ///< about as many nodes
  bool no_ops = true;       ///< reshapes, pads, transposes, dead branches: what passes remove
  bool softmax = true;      ///< may end in softmax
  int dead_percent = 20;    ///< chance that an output channel has no weights
  bool joins = false;      ///< concats and slices too, branches that are joined, and pieces that are put together again
  bool blocks = false;     ///< residual blocks too: a convolution of x, or two, and x added to it
  std::int32_t fours = 0;  ///< if not 0: channels come in fours, and sides are up to this
};

class RandomGraph {
 public:
  RandomGraph(std::uint64_t seed, RandomGraphOptions options) : random_(seed), options_(options) {}

  Graph make() {
    graph_.name = "random";
    const std::int32_t side = options_.fours > 0 ? options_.fours : 8;
    const Shape shape = {1, random_.integer(3, side), random_.integer(3, side), channels(5)};
    x_ = activation("input", shape);
    graph_.inputs = {x_};
    for (int i = 0; i < options_.layers; ++i) layer();
    if (random_.chance(60)) head();
    if (graph_.nodes.empty()) relu();
    graph_.outputs = {x_};
    if (random_.chance(20)) {
      const TensorId extra = graph_.nodes[static_cast<std::size_t>(pick(graph_.nodes.size()))].outputs[0];
      if (extra != x_) graph_.outputs.push_back(extra);
    }
    return std::move(graph_);
  }

 private:
  bool quantized() const { return options_.type == DType::i8; }
  std::int32_t channels(std::int32_t most) {
    return options_.fours > 0 ? 4 * random_.integer(1, 3) : random_.integer(1, most);
  }
  std::int32_t pick(std::size_t size) { return random_.integer(0, static_cast<std::int32_t>(size) - 1); }
  const Tensor& x() const { return graph_.tensor(x_); }

  Quantization random_quant() { return {{random_.real(0.01F, 0.1F)}, {random_.integer(-128, 100)}, 0}; }

  /// A new activation; int8 ones get a random quantisation, replaced by the caller where a rule fixes it.
  TensorId activation(std::string name, Shape shape) {
    Tensor t{graph_.unique_tensor_name(name), options_.type, std::move(shape), {}, nullptr};
    if (quantized()) t.quant = random_quant();
    return graph_.add(std::move(t));
  }

  TensorId floats(const std::string& name, Shape shape, float low, float high) {
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    for (float& v : values) v = random_.real(low, high);
    return graph_.add({graph_.unique_tensor_name(name), DType::f32, std::move(shape), {}, make_data(values)});
  }

  /// Appends a node whose output becomes x.
  void emit(const OpDef& op, std::vector<TensorId> inputs, Attributes attrs, Shape out_shape,
            const Quantization* quant = nullptr) {
    const std::string name = std::string(op.name) + "_" + std::to_string(graph_.nodes.size());
    const TensorId out = activation(name + "_out", std::move(out_shape));
    if (quant != nullptr) graph_.tensor(out).quant = *quant;
    graph_.nodes.push_back({&op, name, std::move(inputs), {out}, std::move(attrs)});
    x_ = out;
  }

  void layer() {
    if (options_.blocks && random_.chance(30)) return block();
    if (options_.joins && random_.chance(35)) return join();
    if (random_.chance(45)) return random_.chance(60) ? conv2d() : depthwise();
    switch (random_.integer(0, options_.no_ops ? 9 : 4)) {
      case 0:
        return residual();
      case 1:
        return add_constant();
      case 2:
        return pool();
      case 3:
        return relu();
      case 4:
        return quantized() ? requantize() : batch_norm();
      case 5:
        return pad();
      case 6:
        return reshape_there_and_back();
      case 7:
        return transpose();
      case 8:
        return same_reshape();
      default:
        return dead_branch();
    }
  }

  std::string random_activation() {
    static const char* const kNames[] = {"none", "none", "relu", "relu6", "relu_n1_to_1"};
    return kNames[random_.integer(0, 4)];
  }

  struct Weights {
    std::vector<TensorId> ids;  ///< weights, maybe bias
    float scale = 1.0F;
  };

  /// Weights of `fan_in` inputs an output and a bias; axis is that of the output channels.
  Weights weights(const Shape& shape, std::int32_t axis, std::int32_t fan_in) {
    const std::int32_t channels = shape[static_cast<std::size_t>(axis)];
    std::vector<bool> dead;
    for (std::int32_t c = 0; c < channels; ++c) dead.push_back(random_.chance(options_.dead_percent));
    const auto count = static_cast<std::size_t>(element_count(shape));
    const std::size_t inner = axis == 0 ? count / static_cast<std::size_t>(channels) : 1;
    const auto channel = [&](std::size_t i) { return i / inner % static_cast<std::size_t>(channels); };
    const bool bias = random_.chance(80);
    Weights made;
    if (!quantized()) {
      const float limit = 1.5F / std::sqrt(static_cast<float>(fan_in));
      made.ids.push_back(floats("weights", shape, -limit, limit));
      if (bias) made.ids.push_back(floats("bias", {channels}, -0.5F, 0.5F));
      return made;
    }
    std::vector<std::int8_t> values(count);
    for (std::size_t i = 0; i < count; ++i)
      values[i] = static_cast<std::int8_t>(dead[channel(i)] ? 0 : random_.integer(-127, 127));
    made.scale = random_.real(0.005F, 0.02F);
    Tensor w{graph_.unique_tensor_name("weights"), DType::i8, shape, {}, make_data(values)};
    const bool per_channel = random_.chance(75);
    for (std::int32_t c = 0; c < (per_channel ? channels : 1); ++c) {
      w.quant.scale.push_back(per_channel ? made.scale * random_.real(0.5F, 1.5F) : made.scale);
      w.quant.zero_point.push_back(0);
    }
    w.quant.axis = per_channel ? axis : 0;
    Tensor b{"", DType::i32, {channels}, {}, nullptr};
    for (const float s : w.quant.scale) b.quant.scale.push_back(s * x().quant.scale[0]);
    b.quant.zero_point = w.quant.zero_point;
    made.ids.push_back(graph_.add(std::move(w)));
    if (bias) {
      const std::int32_t limit = random_.chance(20) ? 40000 : 4000;
      std::vector<std::int32_t> biases;
      for (std::int32_t c = 0; c < channels; ++c) biases.push_back(random_.integer(-limit, limit));
      b.name = graph_.unique_tensor_name("bias");
      b.data = make_data(biases);
      made.ids.push_back(graph_.add(std::move(b)));
    }
    return made;
  }

  /// Output quantisation that most sums fall into.
  Quantization output_quant(float weight_scale, std::int32_t fan_in) {
    const float spread = x().quant.scale[0] * weight_scale * 60.0F * std::sqrt(static_cast<float>(fan_in));
    return {{spread * random_.real(0.5F, 2.0F)}, {random_.chance(40) ? -128 : random_.integer(-100, 60)}, 0};
  }

  Attributes window(std::int32_t& h, std::int32_t& w, std::int32_t kh, std::int32_t kw, bool dilate) {
    Attributes attrs;
    const auto axis = [&](const char* suffix, const char* first, const char* second, std::int32_t& size,
                          std::int32_t k) {
      const std::int32_t dilation = dilate && random_.chance(15) ? 2 : 1;
      const std::int32_t stride = random_.chance(30) ? 2 : 1;
      std::int32_t before = random_.integer(0, k - 1), after = random_.integer(0, k - 1);
      const std::int32_t reach = (k - 1) * dilation + 1;
      while (size + before + after < reach) ++(random_.chance(50) ? before : after);
      if (dilate) attrs.set(std::string("dilation_") + suffix, std::int64_t{dilation});
      attrs.set(std::string("stride_") + suffix, std::int64_t{stride});
      attrs.set(std::string("pad_") + first, std::int64_t{before});
      attrs.set(std::string("pad_") + second, std::int64_t{after});
      size = (size + before + after - reach) / stride + 1;
    };
    axis("h", "top", "bottom", h, kh);
    axis("w", "left", "right", w, kw);
    attrs.set("activation", random_activation());
    return attrs;
  }

  void conv2d() {
    const Shape in = x().shape;
    const std::int32_t k = random_.integer(1, 3), out = channels(6);
    const std::int32_t kh = std::min(k, in[1]), kw = std::min(random_.integer(1, 3), in[2]);
    weighted(ops::conv2d, {out, kh, kw, in[3]}, 0, kh * kw * in[3]);
  }

  void depthwise() {
    const Shape in = x().shape;
    const std::int32_t kh = std::min(random_.integer(1, 3), in[1]), kw = std::min(random_.integer(1, 3), in[2]);
    weighted(ops::depthwise_conv2d, {1, kh, kw, in[3] * (random_.chance(25) ? 2 : 1)}, 3, kh * kw);
  }

  void weighted(const OpDef& op, const Shape& shape, std::int32_t axis, std::int32_t fan_in) {
    const Weights made = weights(shape, axis, fan_in);
    Shape out = x().shape;
    Attributes attrs = window(out[1], out[2], shape[1], shape[2], true);
    out[3] = shape[static_cast<std::size_t>(axis)];
    const Quantization quant = quantized() ? output_quant(made.scale, fan_in) : Quantization{};
    std::vector<TensorId> inputs = {x_};
    inputs.insert(inputs.end(), made.ids.begin(), made.ids.end());
    emit(op, inputs, attrs, out, &quant);
  }

  void residual() {
    for (int tries = 0; tries < 8; ++tries) {
      const Node& node =
          graph_.nodes.empty() ? Node{} : graph_.nodes[static_cast<std::size_t>(pick(graph_.nodes.size()))];
      const TensorId other = node.op == nullptr ? x_ : node.outputs[0];
      if (graph_.tensor(other).shape != x().shape) continue;
      Attributes attrs;
      attrs.set("activation", random_activation());
      return emit(ops::add, {x_, other}, attrs, x().shape);
    }
  }

  /// A convolution, whatever its size, and one back to x's shape; or the latter alone.
  void block() {
    const TensorId stem = x_;
    const Shape shape = x().shape;
    const std::int32_t k = random_.chance(50) ? 1 : 3;
    Attributes attrs;
    for (const char* const pad : {"pad_top", "pad_left", "pad_bottom", "pad_right"})
      attrs.set(pad, std::int64_t{k / 2});
    for (const char* const one : {"stride_h", "stride_w", "dilation_h", "dilation_w"}) attrs.set(one, std::int64_t{1});
    for (const std::int32_t channels : {random_.integer(1, 6), shape[3]}) {
      if (channels != shape[3] && random_.chance(30)) continue;
      const std::int32_t fan_in = k * k * x().shape[3];
      const Weights made = weights({channels, k, k, x().shape[3]}, 0, fan_in);
      const Quantization quant = quantized() ? output_quant(made.scale, fan_in) : Quantization{};
      std::vector<TensorId> inputs = {x_};
      inputs.insert(inputs.end(), made.ids.begin(), made.ids.end());
      attrs.set("activation", random_activation());
      emit(ops::conv2d, inputs, attrs, {shape[0], shape[1], shape[2], channels}, &quant);
    }
    const bool first = random_.chance(50);
    Attributes sum;
    sum.set("activation", random_activation());
    emit(ops::add, {first ? stem : x_, first ? x_ : stem}, sum, shape);
  }

  void join() {
    switch (random_.integer(0, 5)) {
      case 0:
        return concat();
      case 1:
        return slice();
      case 2:
        return cut_and_join();
      case 3:
        return grow();
      default:
        return branches();
    }
  }

  /// Appends a concat of tensors that differ along the axis alone.
  void concat_of(const std::vector<TensorId>& parts, std::int32_t axis) {
    Attributes attrs;
    attrs.set("axis", std::int64_t{axis});
    const Quantization quant = graph_.tensor(parts[0]).quant;
    emit(ops::concat, parts, attrs, joined_shape(graph_, parts, axis), &quant);
  }

  /// A convolution that keeps height and width.
  void same_conv(std::int32_t k, std::int32_t out_c, const std::string& fused, const Quantization& quant) {
    const Shape in = x().shape;
    const Weights made = weights({out_c, k, k, in[3]}, 0, k * k * in[3]);
    Attributes attrs;
    for (const char* const pad : {"pad_top", "pad_left", "pad_bottom", "pad_right"})
      attrs.set(pad, std::int64_t{k / 2});
    for (const char* const one : {"stride_h", "stride_w", "dilation_h", "dilation_w"}) attrs.set(one, std::int64_t{1});
    attrs.set("activation", fused);
    std::vector<TensorId> inputs = {x_};
    inputs.insert(inputs.end(), made.ids.begin(), made.ids.end());
    emit(ops::conv2d, inputs, attrs, {in[0], in[1], in[2], out_c}, &quant);
  }

  /// Convolutions of x side by side, some of one kind, joined along any axis; more than one reader now and then.
  void branches() {
    const TensorId stem = x_;
    const std::int32_t axis = random_.chance(50) ? 3 : random_.integer(1, 2);
    const std::int32_t same = channels(4), count = random_.integer(2, 3);
    if (x().shape[static_cast<std::size_t>(axis)] * count > 18) return slice();
    const Quantization quant = quantized() ? output_quant(0.0125F, 3 * x().shape[3]) : Quantization{};
    const std::string fused = random_activation();
    std::vector<TensorId> parts;
    for (std::int32_t b = 0; b < count; ++b) {
      x_ = stem;
      same_conv(random_.chance(60) ? 1 : 3, axis == 3 ? channels(4) : same, fused, quant);
      parts.push_back(x_);
    }
    if (random_.chance(20)) parts.push_back(parts[0]);
    concat_of(parts, axis);
    if (random_.chance(25)) concat_of({parts[0], x_}, axis);
  }

  /// x and a convolution of it joined, and that and one of it, as dense networks do.
  void grow() {
    const std::int32_t axis = random_.chance(50) ? 3 : random_.integer(1, 2);
    if (x().shape[static_cast<std::size_t>(axis)] > 8) return slice();
    const bool nested = random_.chance(50);
    const TensorId stem = x_;
    const Quantization quant = x().quant;
    std::vector<TensorId> parts = {stem};
    for (int i = 0; i < 2; ++i) {
      same_conv(random_.chance(50) ? 1 : 3, axis == 3 ? channels(3) : graph_.tensor(stem).shape[3], random_activation(),
                quant);
      parts.push_back(x_);
      const TensorId before = x_;
      concat_of(parts, axis);
      if (nested) parts = {x_};
      if (i == 0 && random_.chance(20)) x_ = before;
    }
  }

  TensorId piece(TensorId of, std::int32_t axis, std::int32_t begin, std::int32_t size) {
    const Tensor whole = graph_.tensor(of);
    std::vector<std::int64_t> begins(whole.shape.size(), 0), sizes(whole.shape.begin(), whole.shape.end());
    begins[static_cast<std::size_t>(axis)] = begin;
    sizes[static_cast<std::size_t>(axis)] = size;
    Attributes attrs;
    attrs.set("begin", begins);
    attrs.set("size", sizes);
    attrs.set("stride", std::vector<std::int64_t>(sizes.size(), 1));
    attrs.set("drop", std::vector<std::int64_t>{});
    Shape out = whole.shape;
    out[static_cast<std::size_t>(axis)] = size;
    emit(ops::slice, {of}, attrs, out, &whole.quant);
    return x_;
  }

  /// x cut in two along any axis, one of them maybe computed on, and put together in one order or the other.
  void cut_and_join() {
    const TensorId stem = x_;
    const std::int32_t axis = random_.integer(1, 3);
    const std::int32_t unit = axis == 3 && options_.fours > 0 ? 4 : 1;
    const std::int32_t length = x().shape[static_cast<std::size_t>(axis)] / unit;
    if (length < 2) return slice();
    const std::int32_t cut = unit * random_.integer(1, length - 1);
    std::vector<TensorId> parts = {piece(stem, axis, 0, cut), piece(stem, axis, cut, unit * length - cut)};
    for (TensorId& part : parts) {
      if (!random_.chance(30)) continue;
      x_ = part;
      emit(ops::relu, {x_}, {}, x().shape, keep());
      part = x_;
    }
    if (random_.chance(50)) std::swap(parts[0], parts[1]);
    concat_of(parts, axis);
  }

  /// x with itself or an activation of the same quantisation, along any axis that fits.
  void concat() {
    std::vector<TensorId> others = {x_};
    for (const Node& node : graph_.nodes) {
      const Tensor& t = graph_.tensor(node.outputs[0]);
      if (t.shape == x().shape && t.quant == x().quant) others.push_back(node.outputs[0]);
    }
    const std::int32_t axis = random_.integer(1, static_cast<std::int32_t>(x().shape.size()) - 1);
    Shape out = x().shape;
    if (out[static_cast<std::size_t>(axis)] > 6) return slice();
    out[static_cast<std::size_t>(axis)] *= 2;
    Attributes attrs;
    attrs.set("axis", std::int64_t{axis});
    const Quantization quant = x().quant;
    emit(ops::concat, {x_, others[static_cast<std::size_t>(pick(others.size()))]}, attrs, out, &quant);
  }

  void slice() {
    std::vector<std::int64_t> begin, size, stride;
    Shape out;
    for (const std::int32_t dim : x().shape) {
      begin.push_back(random_.chance(60) ? 0 : random_.integer(0, dim - 1));
      stride.push_back(random_.chance(80) ? 1 : 2);
      const std::int64_t most = (dim - begin.back() + stride.back() - 1) / stride.back();
      size.push_back(random_.chance(60) ? most : random_.integer(1, static_cast<std::int32_t>(most)));
      out.push_back(static_cast<std::int32_t>(size.back()));
    }
    Attributes attrs;
    attrs.set("begin", begin);
    attrs.set("size", size);
    attrs.set("stride", stride);
    attrs.set("drop", std::vector<std::int64_t>{});
    const Quantization quant = x().quant;
    emit(ops::slice, {x_}, attrs, out, &quant);
  }

  void add_constant() {
    const Shape shape = random_.chance(70) ? Shape{x().shape.back()} : x().shape;
    TensorId constant = kNoTensor;
    if (quantized()) {
      std::vector<std::int8_t> values(static_cast<std::size_t>(element_count(shape)));
      for (auto& v : values) v = static_cast<std::int8_t>(random_.integer(-128, 127));
      constant = graph_.add({graph_.unique_tensor_name("addend"), DType::i8, shape, random_quant(), make_data(values)});
    } else {
      constant = floats("addend", shape, -0.5F, 0.5F);
    }
    Attributes attrs;
    attrs.set("activation", random_activation());
    emit(ops::add, {x_, constant}, attrs, x().shape);
  }

  void pool() {
    Shape out = x().shape;
    const std::int32_t kh = random_.integer(1, std::min(3, out[1])), kw = random_.integer(1, std::min(3, out[2]));
    Attributes attrs = window(out[1], out[2], kh, kw, false);
    attrs.set("filter_h", std::int64_t{kh});
    attrs.set("filter_w", std::int64_t{kw});
    emit(random_.chance(50) ? ops::average_pool2d : ops::max_pool2d, {x_}, attrs, out, keep());
  }

  /// A copy, since adding tensors moves them.
  const Quantization* keep() {
    kept_ = x().quant;
    return &kept_;
  }

  void relu() {
    emit(random_.chance(50) ? ops::relu : ops::relu6, {x_}, {}, x().shape,
         quantized() && random_.chance(30) ? nullptr : keep());
  }

  void requantize() { emit(ops::quantize, {x_}, {}, x().shape, random_.chance(30) ? keep() : nullptr); }

  void batch_norm() {
    const Shape channels = {x().shape.back()};
    Attributes attrs;
    attrs.set("epsilon", 1e-3);
    const std::vector<TensorId> inputs = {x_, floats("gamma", channels, 0.5F, 1.5F),
                                          floats("beta", channels, -0.5F, 0.5F), floats("mean", channels, -0.5F, 0.5F),
                                          floats("variance", channels, 0.5F, 2.0F)};
    emit(ops::batch_norm, inputs, attrs, x().shape);
  }

  void pad() {
    const std::int32_t most = random_.chance(30) ? 0 : 2;
    std::vector<std::int64_t> before = {0, random_.integer(0, most), random_.integer(0, most), 0};
    std::vector<std::int64_t> after = {0, random_.integer(0, most), random_.integer(0, most),
                                       most > 0 && random_.chance(20) ? 1 : 0};
    Shape out = x().shape;
    for (std::size_t i = 0; i < 4; ++i) out[i] += static_cast<std::int32_t>(before[i] + after[i]);
    Attributes attrs;
    attrs.set("before", before);
    attrs.set("after", after);
    emit(ops::pad, {x_}, attrs, out, keep());
  }

  void reshape(const Shape& shape) {
    Attributes attrs;
    attrs.set("shape", std::vector<std::int64_t>(shape.begin(), shape.end()));
    emit(ops::reshape, {x_}, attrs, shape, keep());
  }
  void same_reshape() { reshape(Shape(x().shape)); }
  void reshape_there_and_back() {
    const Shape shape = x().shape;
    reshape({1, static_cast<std::int32_t>(x().elements())});
    reshape({1, shape[2], shape[1], shape[3]});
  }

  void transpose() {
    static const std::vector<std::int64_t> kPerms[] = {{0, 1, 2, 3}, {0, 2, 1, 3}, {0, 3, 1, 2}, {0, 2, 3, 1}};
    const auto& perm = kPerms[random_.integer(0, 3)];
    Shape out;
    for (const std::int64_t axis : perm) out.push_back(x().shape[static_cast<std::size_t>(axis)]);
    Attributes attrs;
    attrs.set("perm", perm);
    emit(ops::transpose, {x_}, attrs, out, keep());
  }

  void dead_branch() {
    const TensorId stem = x_;
    relu();
    conv2d();
    x_ = stem;
  }

  void head() {
    if (random_.chance(50)) reshape({1, static_cast<std::int32_t>(x().elements())});
    const auto fan_in = static_cast<std::int32_t>(x().elements());
    const std::int32_t outputs = random_.integer(2, 6);
    const Weights made = weights({outputs, fan_in}, 0, fan_in);
    Attributes attrs;
    attrs.set("activation", random_activation());
    attrs.set("keep_dims", std::int64_t{0});
    const Quantization quant = quantized() ? output_quant(made.scale, fan_in) : Quantization{};
    std::vector<TensorId> inputs = {x_};
    inputs.insert(inputs.end(), made.ids.begin(), made.ids.end());
    const TensorId stem = x_;
    emit(ops::fully_connected, inputs, attrs, {1, outputs}, &quant);
    if (options_.joins && random_.chance(40)) {
      const TensorId one = std::exchange(x_, stem);
      inputs = {x_};
      const Weights more = weights({outputs, fan_in}, 0, fan_in);
      inputs.insert(inputs.end(), more.ids.begin(), more.ids.end());
      emit(ops::fully_connected, inputs, attrs, {1, outputs}, &quant);
      concat_of({one, x_}, 1);
    }
    const Shape shape = x().shape;
    if (!options_.softmax || random_.chance(40)) return;
    Attributes beta;
    beta.set("beta", 1.0);
    const Quantization fixed = quantized() ? Quantization{{1.0F / 256.0F}, {-128}, 0} : Quantization{};
    emit(ops::softmax, {x_}, beta, shape, &fixed);
  }

  Random random_;
  RandomGraphOptions options_;
  Graph graph_;
  TensorId x_ = kNoTensor;
  Quantization kept_;
};

inline Graph random_graph(std::uint64_t seed, RandomGraphOptions options = {}) {
  return RandomGraph(seed, options).make();
}

/// One value for each graph input: the whole range of int8, or [-2, 2).
inline std::vector<Bytes> random_inputs(const Graph& graph, std::uint64_t seed) {
  Random random(seed);
  std::vector<Bytes> values;
  for (const TensorId id : graph.inputs) {
    const Tensor& t = graph.tensor(id);
    if (t.type == DType::f32) {
      std::vector<float> reals(static_cast<std::size_t>(t.elements()));
      for (float& v : reals) v = random.real(-2.0F, 2.0F);
      values.push_back(*make_data(reals));
    } else {
      Bytes bytes(static_cast<std::size_t>(t.bytes()));
      for (auto& b : bytes) b = static_cast<std::uint8_t>(random.bits());
      values.push_back(std::move(bytes));
    }
  }
  return values;
}

inline std::vector<std::span<const std::uint8_t>> as_spans(const std::vector<Bytes>& values) {
  return {values.begin(), values.end()};
}

}  // namespace mote::testing
