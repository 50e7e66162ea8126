// See verify.h.
#include "ir/verify.h"

#include <fmt/format.h>

#include <cmath>
#include <set>

namespace mote {
namespace {

std::pair<std::int32_t, std::int32_t> zero_point_range(DType type) {
  switch (type) {
    case DType::i4:
      return {-8, 7};
    case DType::i8:
      return {-128, 127};
    case DType::u8:
      return {0, 255};
    case DType::i16:
      return {-32768, 32767};
    default:
      return {INT32_MIN, INT32_MAX};
  }
}

Result<void> verify_quantization(const Tensor& tensor) {
  const Quantization& q = tensor.quant;
  if (q.scale.size() != q.zero_point.size()) return bad_input("has not as many zero points as scales");
  if (q.per_channel()) {
    if (q.axis < 0 || static_cast<std::size_t>(q.axis) >= tensor.shape.size())
      return bad_input(fmt::format("quantised along axis {}, which it does not have", q.axis));
    const std::int32_t channels = tensor.shape[static_cast<std::size_t>(q.axis)];
    if (static_cast<std::size_t>(channels) != q.scale.size())
      return bad_input(fmt::format("has {} scales for {} channels", q.scale.size(), channels));
  }
  const auto [low, high] = zero_point_range(tensor.type);
  for (std::size_t i = 0; i < q.scale.size(); ++i) {
    if (!std::isfinite(q.scale[i]) || q.scale[i] <= 0.0F) return bad_input("has a scale that is not a positive number");
    if (q.zero_point[i] < low || q.zero_point[i] > high) return bad_input("has a zero point outside its type's range");
  }
  return {};
}

Result<void> verify_tensor(const Tensor& tensor) {
  if (tensor.shape.size() > 8) return bad_input(fmt::format("is {}-D; at most 8 dimensions", tensor.shape.size()));
  std::int64_t count = 1;
  for (const std::int32_t dim : tensor.shape) {
    if (dim < 1) return bad_input(fmt::format("has a dimension of {}; shapes must be static and positive", dim));
    count *= dim;
    if (count > INT32_MAX) return bad_input("has more than 2^31 elements");
  }
  if (tensor.is_constant() && static_cast<std::int64_t>(tensor.data->size()) != tensor.bytes())
    return bad_input(fmt::format("holds {} bytes of data, its shape {} needs {}", tensor.data->size(),
                                 shape_text(tensor.shape), tensor.bytes()));
  return verify_quantization(tensor);
}

bool is_choice(std::string_view choices, std::string_view value) {
  if (choices.empty()) return true;
  while (true) {
    const std::size_t bar = choices.find('|');
    if (choices.substr(0, bar) == value) return true;
    if (bar == std::string_view::npos) return false;
    choices.remove_prefix(bar + 1);
  }
}

Result<void> verify_attribute(const AttrDef& def, const AttrValue* value) {
  if (value == nullptr) return bad_input(fmt::format("attribute {} is missing", def.name));
  if (value->index() != static_cast<std::size_t>(def.kind))
    return bad_input(fmt::format("attribute {} is of the wrong kind", def.name));
  if (const auto* integer = std::get_if<std::int64_t>(value); integer && (*integer < def.min || *integer > def.max))
    return bad_input(fmt::format("attribute {} = {} is outside [{}, {}]", def.name, *integer, def.min, def.max));
  if (const auto* text = std::get_if<std::string>(value); text && !is_choice(def.choices, *text))
    return bad_input(fmt::format("attribute {} = \"{}\" is none of {}", def.name, *text, def.choices));
  if (const auto* real = std::get_if<double>(value); real && !std::isfinite(*real))
    return bad_input(fmt::format("attribute {} is not a finite number", def.name));
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(value); list && list->size() > 8)
    return bad_input(fmt::format("attribute {} has more than 8 entries", def.name));
  return {};
}

Result<void> verify_node(const Graph& graph, const Node& node) {
  const OpDef& op = *node.op;
  const auto inputs = static_cast<int>(node.inputs.size());
  if (inputs < op.min_inputs || inputs > op.max_inputs)
    return bad_input(fmt::format("{} takes {} to {} inputs, has {}", op.name, op.min_inputs, op.max_inputs, inputs));
  if (static_cast<int>(node.outputs.size()) != op.outputs)
    return bad_input(fmt::format("{} makes {} outputs, has {}", op.name, op.outputs, node.outputs.size()));
  for (int i = 0; i < op.min_inputs; ++i)
    if (node.inputs[static_cast<std::size_t>(i)] == kNoTensor) return bad_input(fmt::format("input {} is absent", i));
  for (const AttrDef& def : op.attrs) MOTE_TRY_VOID(verify_attribute(def, node.attrs.find(def.name)));
  if (node.attrs.entries().size() != op.attrs.size())
    return bad_input(fmt::format("has attributes that {} does not know", op.name));
  MOTE_TRY(const std::vector<TensorType> types, op.infer(graph, node));
  for (std::size_t i = 0; i < types.size(); ++i) {
    const Tensor& out = graph.tensor(node.outputs[i]);
    if (out.type != types[i].type || out.shape != types[i].shape)
      return bad_input(fmt::format("output \"{}\" is {} {}, {} makes {} {}", out.name, dtype_name(out.type),
                                   shape_text(out.shape), op.name, dtype_name(types[i].type),
                                   shape_text(types[i].shape)));
  }
  return {};
}

Result<void> verify_tensors(const Graph& graph) {
  std::set<std::string_view> names;
  for (const Tensor& tensor : graph.tensors) {
    if (tensor.name.empty()) return bad_input("a tensor has no name");
    const std::string place = fmt::format("tensor \"{}\"", tensor.name);
    if (!names.insert(tensor.name).second) return bad_input("stands twice", place);
    if (auto result = verify_tensor(tensor); !result) return std::move(result).error().at(place);
  }
  return {};
}

/// Walks the nodes in order, holding which tensors have a value so far.
Result<void> verify_order(const Graph& graph) {
  const auto count = static_cast<TensorId>(graph.tensors.size());
  std::vector<bool> has_value(graph.tensors.size(), false);
  const auto in_range = [&](TensorId id) { return id >= 0 && id < count; };
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) has_value[i] = graph.tensors[i].is_constant();
  for (const TensorId id : graph.inputs) {
    if (!in_range(id)) return bad_input(fmt::format("model input names tensor {}, which does not exist", id));
    if (has_value[static_cast<std::size_t>(id)])
      return bad_input(fmt::format("model input \"{}\" stands twice or is constant", graph.tensor(id).name));
    has_value[static_cast<std::size_t>(id)] = true;
  }
  std::set<std::string_view> names;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    const std::string place = node_place(graph, n);
    if (node.op == nullptr) return bad_input("has no operator", place);
    if (node.name.empty() || !names.insert(node.name).second)
      return bad_input("its name is empty or stands twice", place);
    for (const TensorId id : node.inputs) {
      if (id == kNoTensor) continue;
      if (!in_range(id)) return bad_input(fmt::format("reads tensor {}, which does not exist", id), place);
      if (!has_value[static_cast<std::size_t>(id)])
        return bad_input(fmt::format("reads \"{}\" before anything wrote it", graph.tensor(id).name), place);
    }
    for (const TensorId id : node.outputs) {
      if (!in_range(id)) return bad_input(fmt::format("writes tensor {}, which does not exist", id), place);
      if (has_value[static_cast<std::size_t>(id)])
        return bad_input(fmt::format("writes \"{}\", which has a value already", graph.tensor(id).name), place);
    }
    if (auto result = verify_node(graph, node); !result) return std::move(result).error().at(place);
    for (const TensorId id : node.outputs) has_value[static_cast<std::size_t>(id)] = true;
  }
  for (const TensorId id : graph.outputs) {
    if (!in_range(id)) return bad_input(fmt::format("model output names tensor {}, which does not exist", id));
    if (!has_value[static_cast<std::size_t>(id)])
      return bad_input(fmt::format("model output \"{}\" is never computed", graph.tensor(id).name));
  }
  return {};
}

}  // namespace

Result<void> verify(const Graph& graph, Code code) {
  auto result = verify_tensors(graph);
  if (result) result = verify_order(graph);
  if (result || result.error().code == Code::Unsupported) return result;
  Error error = std::move(result).error();
  error.code = code;
  return error;
}

}  // namespace mote
