// See tflite_operator.h. One function an operator family; options after the public schema, paddings as TFLite resolves
// them: SAME gives ceil(in / stride) outputs and puts the odd row or column of padding at the end.
#include "import/tflite_operator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "import/layer_name.h"
#include "ops/ops.h"

namespace mote {
namespace {

using schema::ActivationFunctionType;
using schema::BuiltinOperator;

constexpr std::size_t kMaxGroups = 40;

/// What one conversion sees, and the node that it fills.
struct Conversion {
  const schema::Operator& op;
  const Graph& graph;
  Node& node;

  std::size_t inputs() const { return node.inputs.size(); }
  bool has_input(std::size_t i) const { return i < inputs() && node.inputs[i] != kNoTensor; }
  const Tensor& input(std::size_t i) const { return graph.tensor(node.inputs[i]); }
  void set(std::string_view name, std::int64_t value) const { node.attrs.set(name, value); }
};

std::string_view activation_name(ActivationFunctionType type) {
  switch (type) {
    case ActivationFunctionType::NONE:
      return "none";
    case ActivationFunctionType::RELU:
      return "relu";
    case ActivationFunctionType::RELU_N1_TO_1:
      return "relu_n1_to_1";
    case ActivationFunctionType::RELU6:
      return "relu6";
    default:
      return {};
  }
}

/// The fused activation in an operator's options, of whichever kind they are.
ActivationFunctionType activation_of(const schema::Operator& op) {
  if (const auto* o = op.builtin_options_as_Conv2DOptions()) return o->fused_activation_function();
  if (const auto* o = op.builtin_options_as_DepthwiseConv2DOptions()) return o->fused_activation_function();
  if (const auto* o = op.builtin_options_as_Pool2DOptions()) return o->fused_activation_function();
  if (const auto* o = op.builtin_options_as_FullyConnectedOptions()) return o->fused_activation_function();
  if (const auto* o = op.builtin_options_as_AddOptions()) return o->fused_activation_function();
  if (const auto* o = op.builtin_options_as_ConcatenationOptions()) return o->fused_activation_function();
  if (const auto* o = op.builtin_options_as_SubOptions()) return o->fused_activation_function();
  if (const auto* o = op.builtin_options_as_TransposeConvOptions()) return o->fused_activation_function();
  return ActivationFunctionType::NONE;
}

void set_activation(const Conversion& c) {
  c.node.attrs.set("activation", std::string(activation_name(activation_of(c.op))));
}

struct Pads {
  std::int64_t before = 0;
  std::int64_t after = 0;
};

/// All sizes >= 1.
Pads resolve(schema::Padding padding, std::int64_t in, std::int64_t filter, std::int64_t stride,
             std::int64_t dilation) {
  if (padding == schema::Padding::VALID) return {};
  const std::int64_t out = (in + stride - 1) / stride;
  const std::int64_t total = std::max<std::int64_t>((out - 1) * stride + (filter - 1) * dilation + 1 - in, 0);
  return {total / 2, total - total / 2};
}

struct WindowOptions {
  schema::Padding padding;
  std::int64_t filter_h, filter_w, stride_h, stride_w, dilation_h, dilation_w;
};

/// Strides and paddings of convolutions and pooling over input 0.
Result<void> set_window(const Conversion& c, const WindowOptions& w) {
  const Shape& in = c.input(0).shape;
  if (in.size() != 4) return bad_input(fmt::format("its input is {}-D, must be 4-D", in.size()));
  for (const std::int64_t value : {w.filter_h, w.filter_w, w.stride_h, w.stride_w, w.dilation_h, w.dilation_w})
    if (value < 1) return bad_input("has a stride, dilation or window below 1");
  const Pads rows = resolve(w.padding, in[1], w.filter_h, w.stride_h, w.dilation_h);
  const Pads columns = resolve(w.padding, in[2], w.filter_w, w.stride_w, w.dilation_w);
  c.set("stride_h", w.stride_h);
  c.set("stride_w", w.stride_w);
  c.set("pad_top", rows.before);
  c.set("pad_bottom", rows.after);
  c.set("pad_left", columns.before);
  c.set("pad_right", columns.after);
  return {};
}

/// The weights' rows and columns, once their rank is known to be 4.
Result<std::pair<std::int64_t, std::int64_t>> filter_size(const Conversion& c) {
  if (!c.has_input(0) || !c.has_input(1)) return bad_input("has no input or no weights");
  const Shape& shape = c.input(1).shape;
  if (shape.size() != 4) return bad_input(fmt::format("weights are {}-D, must be 4-D", shape.size()));
  return std::pair<std::int64_t, std::int64_t>(shape[1], shape[2]);
}

Error no_options() { return bad_input("has no options of its kind"); }

Result<void> read_conv2d(const Conversion& c) {
  const auto* o = c.op.builtin_options_as_Conv2DOptions();
  if (o == nullptr) return no_options();
  MOTE_TRY(const auto filter, filter_size(c));
  c.set("dilation_h", o->dilation_h_factor());
  c.set("dilation_w", o->dilation_w_factor());
  set_activation(c);
  return set_window(c, {o->padding(), filter.first, filter.second, o->stride_h(), o->stride_w(), o->dilation_h_factor(),
                        o->dilation_w_factor()});
}

Result<void> read_depthwise(const Conversion& c) {
  const auto* o = c.op.builtin_options_as_DepthwiseConv2DOptions();
  if (o == nullptr) return no_options();
  MOTE_TRY(const auto filter, filter_size(c));
  const Shape& in = c.input(0).shape;
  // The multiplier follows from the shapes; 0 in files that leave it to them.
  const std::int64_t multiplier = o->depth_multiplier();
  if (multiplier != 0 && in.size() == 4 && multiplier * in[3] != c.input(1).shape[3])
    return bad_input(fmt::format("depth multiplier {} times {} channels are not the weights' {}", multiplier, in[3],
                                 c.input(1).shape[3]));
  c.set("dilation_h", o->dilation_h_factor());
  c.set("dilation_w", o->dilation_w_factor());
  set_activation(c);
  return set_window(c, {o->padding(), filter.first, filter.second, o->stride_h(), o->stride_w(), o->dilation_h_factor(),
                        o->dilation_w_factor()});
}

Result<void> read_pool(const Conversion& c) {
  const auto* o = c.op.builtin_options_as_Pool2DOptions();
  if (o == nullptr) return no_options();
  if (!c.has_input(0)) return bad_input("has no input");
  c.set("filter_h", o->filter_height());
  c.set("filter_w", o->filter_width());
  set_activation(c);
  return set_window(c, {o->padding(), o->filter_height(), o->filter_width(), o->stride_h(), o->stride_w(), 1, 1});
}

/// Inputs are the output's shape, weights, x and perhaps a bias. The shape is taken from the output's tensor.
Result<void> read_transpose_conv(const Conversion& c) {
  const auto* o = c.op.builtin_options_as_TransposeConvOptions();
  if (o == nullptr) return no_options();
  if (!c.has_input(1) || !c.has_input(2) || c.node.outputs.empty()) return bad_input("has no input, weights or output");
  const Shape& weights = c.input(1).shape;
  const Shape& out = c.graph.tensor(c.node.outputs[0]).shape;
  if (weights.size() != 4 || out.size() != 4)
    return bad_input(fmt::format("weights are {}-D and its output {}-D, must be 4-D", weights.size(), out.size()));
  if (o->stride_h() < 1 || o->stride_w() < 1) return bad_input("has a stride below 1");
  c.set("stride_h", o->stride_h());
  c.set("stride_w", o->stride_w());
  c.set("pad_top", resolve(o->padding(), out[1], weights[1], o->stride_h(), 1).before);
  c.set("pad_left", resolve(o->padding(), out[2], weights[2], o->stride_w(), 1).before);
  c.set("height", out[1]);
  c.set("width", out[2]);
  set_activation(c);
  c.node.inputs.erase(c.node.inputs.begin());
  std::swap(c.node.inputs[0], c.node.inputs[1]);
  return {};
}

Result<void> read_leaky_relu(const Conversion& c) {
  const auto* o = c.op.builtin_options_as_LeakyReluOptions();
  if (o == nullptr) return no_options();
  c.node.attrs.set("alpha", static_cast<double>(o->alpha()));
  return {};
}

Result<void> read_fully_connected(const Conversion& c) {
  const auto* o = c.op.builtin_options_as_FullyConnectedOptions();
  if (o == nullptr) return no_options();
  c.set("keep_dims", o->keep_num_dims() ? 1 : 0);
  set_activation(c);
  return {};
}

Result<void> read_add(const Conversion& c) {
  set_activation(c);
  return {};
}

Result<void> read_softmax(const Conversion& c) {
  const auto* o = c.op.builtin_options_as_SoftmaxOptions();
  if (o == nullptr) return no_options();
  c.node.attrs.set("beta", static_cast<double>(o->beta()));
  return {};
}

/// Input `i` as a list of at most 16 integers; it must be a constant.
Result<std::vector<std::int64_t>> constant_list(const Conversion& c, std::size_t i, std::string_view what) {
  if (!c.has_input(i)) return bad_input(fmt::format("has no {}", what));
  const Tensor& tensor = c.input(i);
  if (!tensor.is_constant())
    return unsupported(fmt::format("its {} is computed at run time; only constants are supported", what));
  if (tensor.elements() > 16) return bad_input(fmt::format("its {} has {} elements", what, tensor.elements()));
  std::vector<std::int64_t> list;
  if (tensor.type == DType::i32) {
    for (const std::int32_t value : tensor.constant<std::int32_t>()) list.push_back(value);
  } else if (tensor.type == DType::i64) {
    for (const std::int64_t value : tensor.constant<std::int64_t>()) list.push_back(value);
  } else {
    return bad_input(fmt::format("its {} is {}, must be i32 or i64", what, dtype_name(tensor.type)));
  }
  return list;
}

Result<void> read_reshape(const Conversion& c) {
  if (!c.has_input(0)) return bad_input("has no input");
  std::vector<std::int64_t> shape;
  const auto* o = c.op.builtin_options_as_ReshapeOptions();
  if (c.has_input(1) && (c.input(1).is_constant() || o == nullptr || o->new_shape() == nullptr)) {
    MOTE_TRY(shape, constant_list(c, 1, "shape"));
  } else if (o != nullptr && o->new_shape() != nullptr) {
    const auto stated = TfliteFile::ints(o->new_shape());
    if (stated.size() > 16) return bad_input(fmt::format("its shape has {} dimensions", stated.size()));
    shape.assign(stated.begin(), stated.end());
  } else {
    return bad_input("states no shape, neither as an option nor as an input");
  }
  // One -1 stands for whatever makes the element count right.
  std::int64_t known = 1;
  for (const std::int64_t dim : shape) {
    if (dim < -1 || dim > INT32_MAX) return bad_input(fmt::format("its shape has a dimension of {}", dim));
    if (dim > 0) known *= dim;
    if (known > INT32_MAX) return bad_input("its shape has more than 2^31 elements");
  }
  if (std::count(shape.begin(), shape.end(), -1) > 1) return bad_input("its shape leaves more than one dimension open");
  std::replace(shape.begin(), shape.end(), std::int64_t{-1}, c.input(0).elements() / known);
  c.node.attrs.set("shape", std::move(shape));
  c.node.inputs.resize(1);
  return {};
}

Result<void> read_transpose(const Conversion& c) {
  MOTE_TRY(auto perm, constant_list(c, 1, "permutation"));
  c.node.attrs.set("perm", std::move(perm));
  c.node.inputs.resize(1);
  return {};
}

Result<void> read_pad(const Conversion& c) {
  MOTE_TRY(const auto pads, constant_list(c, 1, "paddings"));
  const Shape& shape = c.input(1).shape;
  if (shape.size() != 2 || shape[1] != 2)
    return bad_input(fmt::format("its paddings are {}, must be Nx2", shape_text(shape)));
  std::vector<std::int64_t> before;
  std::vector<std::int64_t> after;
  for (std::size_t i = 0; i < pads.size(); i += 2) {
    before.push_back(pads[i]);
    after.push_back(pads[i + 1]);
  }
  c.node.attrs.set("before", std::move(before));
  c.node.attrs.set("after", std::move(after));
  c.node.inputs.resize(1);
  return {};
}

Result<void> read_concatenation(const Conversion& c) {
  const auto* o = c.op.builtin_options_as_ConcatenationOptions();
  if (o == nullptr) return no_options();
  if (!c.has_input(0)) return bad_input("has no input");
  const auto rank = static_cast<std::int64_t>(c.input(0).shape.size());
  const std::int64_t axis = o->axis() < 0 ? o->axis() + rank : o->axis();
  if (axis < 0 || axis >= rank) return bad_input(fmt::format("joins along axis {} of {}-D inputs", o->axis(), rank));
  if (activation_of(c.op) != ActivationFunctionType::NONE)
    return unsupported("with a fused activation is not supported");
  c.set("axis", axis);
  return {};
}

void set_slice(const Conversion& c, std::vector<std::int64_t> begin, std::vector<std::int64_t> size,
               std::vector<std::int64_t> stride, std::vector<std::int64_t> drop) {
  c.node.attrs.set("begin", std::move(begin));
  c.node.attrs.set("size", std::move(size));
  c.node.attrs.set("stride", std::move(stride));
  c.node.attrs.set("drop", std::move(drop));
  c.node.inputs.resize(1);
}

Result<void> read_slice(const Conversion& c) {
  if (!c.has_input(0)) return bad_input("has no input");
  MOTE_TRY(auto begin, constant_list(c, 1, "begin"));
  MOTE_TRY(auto size, constant_list(c, 2, "size"));
  const Shape& shape = c.input(0).shape;
  if (begin.size() != shape.size() || size.size() != shape.size())
    return bad_input(
        fmt::format("begin and size have {} and {} entries for a {}-D input", begin.size(), size.size(), shape.size()));
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (size[i] == -1) size[i] = shape[i] - begin[i];  // -1: all the rest
  std::vector<std::int64_t> ones(shape.size(), 1);
  set_slice(c, std::move(begin), std::move(size), std::move(ones), {});
  return {};
}

/// One axis of a strided slice, as numpy has it; only forwards.
Result<std::pair<std::int64_t, std::int64_t>> slice_axis(std::int64_t dim, std::int64_t begin, std::int64_t end,
                                                         std::int64_t stride, bool shrink) {
  if (stride < 1) return unsupported(fmt::format("its stride of {} is not supported, only forward ones", stride));
  if (begin < 0) begin += dim;
  if (end < 0) end += dim;
  if (shrink) end = begin + 1;
  begin = std::clamp<std::int64_t>(begin, 0, dim);
  end = std::clamp<std::int64_t>(end, 0, dim);
  if (begin >= end) return bad_input("takes no element of an axis");
  return std::pair{begin, (end - begin + stride - 1) / stride};
}

Result<void> read_strided_slice(const Conversion& c) {
  const auto* o = c.op.builtin_options_as_StridedSliceOptions();
  if (o == nullptr) return no_options();
  if (!c.has_input(0)) return bad_input("has no input");
  MOTE_TRY(auto begin, constant_list(c, 1, "begin"));
  MOTE_TRY(auto end, constant_list(c, 2, "end"));
  MOTE_TRY(auto stride, constant_list(c, 3, "stride"));
  const Shape& shape = c.input(0).shape;
  if (o->ellipsis_mask() != 0 || o->new_axis_mask() != 0)
    return unsupported("with an ellipsis or a new axis is not supported");
  if (begin.size() > shape.size() || end.size() != begin.size() || stride.size() != begin.size())
    return bad_input(fmt::format("begin, end and stride have {}, {} and {} entries for a {}-D input", begin.size(),
                                 end.size(), stride.size(), shape.size()));
  std::vector<std::int64_t> size;
  std::vector<std::int64_t> drop;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const auto bit = [&](std::int32_t mask) { return ((static_cast<std::uint32_t>(mask) >> i) & 1U) != 0; };
    const bool stated = i < begin.size();  // axes at the end that nothing is said of are taken whole
    if (!stated) {
      begin.push_back(0);
      stride.push_back(1);
    }
    const bool shrink = stated && bit(o->shrink_axis_mask());
    const std::int64_t first = !stated || (bit(o->begin_mask()) && !shrink) ? 0 : begin[i];
    const std::int64_t last = !stated || bit(o->end_mask()) ? shape[i] : o->offset() ? first + end[i] : end[i];
    MOTE_TRY(const auto taken, slice_axis(shape[i], first, last, stride[i], shrink));
    begin[i] = taken.first;
    size.push_back(taken.second);
    if (shrink) drop.push_back(static_cast<std::int64_t>(i));
  }
  set_slice(c, std::move(begin), std::move(size), std::move(stride), std::move(drop));
  return {};
}

Result<void> read_plain(const Conversion&) { return {}; }

struct Entry {
  BuiltinOperator code;
  const OpDef* op;
  Result<void> (*read)(const Conversion&);
};

constexpr std::array kTable = {
    Entry{BuiltinOperator::ADD, &ops::add, read_add},
    Entry{BuiltinOperator::AVERAGE_POOL_2D, &ops::average_pool2d, read_pool},
    Entry{BuiltinOperator::CONCATENATION, &ops::concat, read_concatenation},
    Entry{BuiltinOperator::CONV_2D, &ops::conv2d, read_conv2d},
    Entry{BuiltinOperator::DEPTHWISE_CONV_2D, &ops::depthwise_conv2d, read_depthwise},
    Entry{BuiltinOperator::DEQUANTIZE, &ops::dequantize, read_plain},
    Entry{BuiltinOperator::FULLY_CONNECTED, &ops::fully_connected, read_fully_connected},
    Entry{BuiltinOperator::LEAKY_RELU, &ops::leaky_relu, read_leaky_relu},
    Entry{BuiltinOperator::MAX_POOL_2D, &ops::max_pool2d, read_pool},
    Entry{BuiltinOperator::PAD, &ops::pad, read_pad},
    Entry{BuiltinOperator::QUANTIZE, &ops::quantize, read_plain},
    Entry{BuiltinOperator::RELU, &ops::relu, read_plain},
    Entry{BuiltinOperator::RELU6, &ops::relu6, read_plain},
    Entry{BuiltinOperator::RESHAPE, &ops::reshape, read_reshape},
    Entry{BuiltinOperator::SLICE, &ops::slice, read_slice},
    Entry{BuiltinOperator::SOFTMAX, &ops::softmax, read_softmax},
    Entry{BuiltinOperator::STRIDED_SLICE, &ops::slice, read_strided_slice},
    Entry{BuiltinOperator::SUB, &ops::sub, read_add},
    Entry{BuiltinOperator::TRANSPOSE, &ops::transpose, read_transpose},
    Entry{BuiltinOperator::TRANSPOSE_CONV, &ops::transpose_conv, read_transpose_conv},
};

const Entry* find_entry(BuiltinOperator code) {
  const auto* at = std::find_if(kTable.begin(), kTable.end(), [&](const Entry& e) { return e.code == code; });
  return at == kTable.end() ? nullptr : at;
}

}  // namespace

const OpDef* tflite_op(BuiltinOperator code) {
  const Entry* entry = find_entry(code);
  return entry == nullptr ? nullptr : entry->op;
}

std::optional<std::string> unsupported_reason(const TfliteFile& file, const schema::Operator& op) {
  if (find_entry(file.code(op).code) == nullptr) return "is not supported yet";
  const ActivationFunctionType activation = activation_of(op);
  if (activation_name(activation).empty()) {
    std::string name = schema::EnumNameActivationFunctionType(activation);
    if (name.empty()) name = fmt::format("number {}", static_cast<int>(activation));
    return fmt::format("with the fused activation {} is not supported", name);
  }
  const auto* dense = op.builtin_options_as_FullyConnectedOptions();
  if (dense != nullptr && dense->weights_format() != schema::FullyConnectedOptionsWeightsFormat::DEFAULT)
    return "with shuffled weights is not supported";
  return std::nullopt;
}

std::string tflite_layer_name(const TfliteFile& file, const schema::Operator& op) {
  const OpDef* def = tflite_op(file.code(op).code);
  const auto outputs = TfliteFile::ints(op.outputs());
  const std::string tensor = outputs.empty() ? "" : file.tensor_name(static_cast<std::size_t>(outputs[0]));
  return layer_name(def != nullptr ? std::string(def->name) : identifier(file.code(op).name), tensor);
}

Result<void> check_support(const TfliteFile& file) {
  /// Operators of one kind with one reason are told of together.
  struct Group {
    std::string what;
    std::size_t first = 0;
    std::size_t more = 0;
  };
  std::vector<Group> groups;
  for (std::size_t i = 0; i < file.operators(); ++i) {
    const auto reason = unsupported_reason(file, file.op(i));
    if (!reason) continue;
    std::string what = file.code(file.op(i)).name + " " + *reason;
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.what == what; });
    if (same != groups.end()) {
      ++same->more;
    } else if (groups.size() < kMaxGroups) {
      groups.push_back({std::move(what), i, 0});
    }
  }
  if (groups.empty()) return {};
  std::string line;
  for (const Group& group : groups) {
    line += fmt::format("node {} \"{}\"", group.first, tflite_layer_name(file, file.op(group.first)));
    if (group.more != 0) line += fmt::format(" and {} more", group.more);
    line += fmt::format(": {}; ", group.what);
  }
  return unsupported(line + "\"mote ops\" lists the operators that Mote has");
}

Result<Node> read_operator(const TfliteFile& file, const schema::Operator& op, const Graph& graph,
                           const std::vector<TensorId>& ids) {
  const Entry* entry = find_entry(file.code(op).code);
  MOTE_CHECK(entry != nullptr);
  Node node;
  node.op = entry->op;
  for (const std::int32_t id : TfliteFile::ints(op.inputs()))
    node.inputs.push_back(id < 0 ? kNoTensor : ids[static_cast<std::size_t>(id)]);
  for (const std::int32_t id : TfliteFile::ints(op.outputs()))
    node.outputs.push_back(ids[static_cast<std::size_t>(id)]);
  MOTE_TRY_VOID(entry->read({op, graph, node}));
  // An optional input that is absent at the end is left out.
  while (!node.inputs.empty() && node.inputs.back() == kNoTensor) node.inputs.pop_back();
  return node;
}

}  // namespace mote
