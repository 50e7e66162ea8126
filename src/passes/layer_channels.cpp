// See layer_channels.h.
#include "passes/layer_channels.h"

#include <algorithm>

#include "ir/int4.h"
#include "ops/ops.h"
#include "passes/edit.h"

namespace mote::passes {
namespace {

/// The elements at these channels of the axis; int4 is unpacked for it.
std::shared_ptr<const Bytes> gather(const Tensor& tensor, std::size_t axis, const std::vector<std::int64_t>& channels) {
  const bool narrow = tensor.type == DType::i4;
  const auto wide = narrow ? int8_elements(tensor) : std::vector<std::int8_t>{};
  const auto* bytes = narrow ? reinterpret_cast<const std::uint8_t*>(wide.data()) : tensor.data->data();
  std::size_t inner = narrow ? 1 : static_cast<std::size_t>(dtype_bytes(tensor.type, 1)), outer = 1;
  for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
    if (d < axis) outer *= static_cast<std::size_t>(tensor.shape[d]);
    if (d > axis) inner *= static_cast<std::size_t>(tensor.shape[d]);
  }
  const auto count = static_cast<std::size_t>(tensor.shape[axis]);
  Bytes taken;
  for (std::size_t o = 0; o < outer; ++o)
    for (const std::int64_t c : channels) {
      const auto* from = bytes + (o * count + static_cast<std::size_t>(c)) * inner;
      taken.insert(taken.end(), from, from + inner);
    }
  if (!narrow) return std::make_shared<const Bytes>(std::move(taken));
  return pack_int4({reinterpret_cast<const std::int8_t*>(taken.data()), taken.size()});
}

/// Scales and zero points of these channels, if there is one for each.
Quantization gather(const Quantization& quant, std::size_t count, const std::vector<std::int64_t>& channels) {
  if (!quant.per_channel() || quant.scale.size() != count) return quant;
  Quantization taken{{}, {}, quant.axis};
  for (const std::int64_t c : channels) {
    taken.scale.push_back(quant.scale[static_cast<std::size_t>(c)]);
    taken.zero_point.push_back(quant.zero_point[static_cast<std::size_t>(c)]);
  }
  if (channels.size() == 1) taken.axis = 0;
  return taken;
}

TensorId add_constant(Graph& graph, Tensor tensor) {
  tensor.name = graph.unique_tensor_name(tensor.name);
  return graph.add(std::move(tensor));
}

/// Whether all channels have one scale.
bool is_uniform(const Tensor& weights) {
  const auto& scale = weights.quant.scale;
  return std::all_of(scale.begin(), scale.end(), [&](float s) { return s == scale[0]; });
}

const Tensor& weights_of(const Graph& graph, const Node& layer) { return graph.tensor(layer.inputs[1]); }

/// int32 and int64 zeros, or floats, for a layer without a bias.
Tensor no_bias(const Tensor& like, std::int32_t channels) {
  Tensor zeros{like.name, like.type, {channels}, {}, nullptr};
  zeros.data = std::make_shared<const Bytes>(static_cast<std::size_t>(zeros.bytes()), std::uint8_t{0});
  return zeros;
}

void append(Bytes& to, const Bytes& more) { to.insert(to.end(), more.begin(), more.end()); }

/// One tensor of the constants' elements one after another; all have one type.
Tensor join(const std::vector<const Tensor*>& parts) {
  Tensor joined = *parts[0];
  Bytes bytes;
  joined.shape[0] = 0;
  std::vector<std::int8_t> narrow;
  for (const Tensor* part : parts) {
    joined.shape[0] += part->shape[0];
    if (part->type == DType::i4) {
      const auto elements = int8_elements(*part);
      narrow.insert(narrow.end(), elements.begin(), elements.end());
    } else {
      append(bytes, *part->data);
    }
  }
  joined.data = joined.type == DType::i4 ? pack_int4(narrow) : std::make_shared<const Bytes>(std::move(bytes));
  return joined;
}

}  // namespace

bool has_constant_layer(const Graph& graph, const Node& node) {
  if (node.op != &ops::conv2d && node.op != &ops::depthwise_conv2d && node.op != &ops::fully_connected) return false;
  const Tensor& weights = weights_of(graph, node);
  const Tensor* bias = input_or_null(graph, node, 2);
  if (!weights.is_constant() || (bias != nullptr && !bias->is_constant())) return false;
  return node.op != &ops::depthwise_conv2d || weights.shape[3] == graph.tensor(node.inputs[0]).shape[3];
}

std::int32_t output_channels(const Graph& graph, const Node& layer) {
  return graph.tensor(layer.outputs[0]).shape.back();
}

Node take_channels(Graph& graph, const Node& layer, const std::vector<std::int64_t>& channels, TensorId x,
                   TensorId out) {
  Node made{layer.op, unique_node_name(graph, layer.name), {}, {out}, layer.attrs};
  const bool depthwise = layer.op == &ops::depthwise_conv2d;
  made.inputs.push_back(depthwise ? x : layer.inputs[0]);
  for (std::size_t i = 1; i < layer.inputs.size(); ++i) {
    if (layer.inputs[i] == kNoTensor) {
      made.inputs.push_back(kNoTensor);
      continue;
    }
    Tensor constant = graph.tensor(layer.inputs[i]);
    const std::size_t axis = i == 1 && depthwise ? 3 : 0;
    const auto count = static_cast<std::size_t>(constant.shape[axis]);
    constant.data = gather(constant, axis, channels);
    constant.shape[axis] = static_cast<std::int32_t>(channels.size());
    constant.quant = gather(constant.quant, count, channels);
    made.inputs.push_back(add_constant(graph, std::move(constant)));
  }
  return made;
}

bool can_stack(const Graph& graph, const Node& a, const Node& b) {
  if (a.op != b.op || a.op == &ops::depthwise_conv2d || a.attrs != b.attrs || a.inputs[0] != b.inputs[0]) return false;
  if (!has_constant_layer(graph, a) || !has_constant_layer(graph, b)) return false;
  const Tensor &w = weights_of(graph, a), &v = weights_of(graph, b);
  Shape filter = w.shape;
  filter[0] = v.shape[0];
  if (filter != v.shape || w.type != v.type ||
      !same_quantization(graph.tensor(a.outputs[0]), graph.tensor(b.outputs[0])))
    return false;
  // The bias's type decides on how sums are held.
  const Tensor *c = input_or_null(graph, a, 2), *d = input_or_null(graph, b, 2);
  if ((c == nullptr) != (d == nullptr) && graph.tensor(a.inputs[0]).type == DType::i16) return false;
  if (c != nullptr && d != nullptr && c->type != d->type) return false;
  // fully_connected rounds the product of scales otherwise if there is only one scale (ops/weighted.h).
  if (w.quant.empty() || a.op == &ops::conv2d) return w.quant.empty() == v.quant.empty();
  if (w.quant.per_channel() && v.quant.per_channel()) return true;
  return !w.quant.per_channel() && !v.quant.per_channel() && w.quant.scale == v.quant.scale;
}

Node stack_channels(Graph& graph, const std::vector<const Node*>& layers, TensorId out) {
  const Node first = *layers[0];
  const Tensor x = graph.tensor(first.inputs[0]);
  std::vector<const Tensor*> parts;
  const Tensor* bias_type = nullptr;
  for (const Node* layer : layers) {
    parts.push_back(&weights_of(graph, *layer));
    if (const Tensor* bias = input_or_null(graph, *layer, 2)) bias_type = bias;
  }
  Tensor weights = join(parts);
  bool one_scale = true;
  for (const Tensor* part : parts)
    one_scale =
        one_scale && (part->quant.empty() || (is_uniform(*part) && part->quant.scale[0] == parts[0]->quant.scale[0]));
  const bool keep_channels = first.op == &ops::fully_connected && parts[0]->quant.per_channel();
  if (!weights.quant.empty() && (!one_scale || keep_channels)) {
    weights.quant = {{}, {}, 0};
    for (const Tensor* part : parts)
      for (std::int32_t c = 0; c < part->shape[0]; ++c) {
        const std::size_t i = part->quant.per_channel() ? static_cast<std::size_t>(c) : 0;
        weights.quant.scale.push_back(part->quant.scale[i]);
        weights.quant.zero_point.push_back(part->quant.zero_point[i]);
      }
  } else if (!weights.quant.empty()) {
    weights.quant = {{weights.quant.scale[0]}, {weights.quant.zero_point[0]}, 0};
  }
  Node made{first.op, first.name, {first.inputs[0]}, {out}, first.attrs};
  Tensor bias;
  if (bias_type != nullptr) {
    std::vector<Tensor> biases;
    for (const Node* layer : layers) {
      const Tensor* own = input_or_null(graph, *layer, 2);
      biases.push_back(own != nullptr ? *own : no_bias(*bias_type, weights_of(graph, *layer).shape[0]));
    }
    std::vector<const Tensor*> all;
    for (const Tensor& one : biases) all.push_back(&one);
    bias = join(all);
    bias.quant = {};
    if (!weights.quant.empty()) {
      bias.quant.zero_point = weights.quant.zero_point;
      for (const float scale : weights.quant.scale) bias.quant.scale.push_back(x.quant.scale[0] * scale);
    }
  }
  made.inputs.push_back(add_constant(graph, std::move(weights)));
  if (bias_type != nullptr) made.inputs.push_back(add_constant(graph, std::move(bias)));
  return made;
}

}  // namespace mote::passes
