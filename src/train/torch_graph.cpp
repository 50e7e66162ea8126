// See torch_graph.h and lower.h.
#include "train/torch_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ir/op_def.h"
#include "train/lower.h"

namespace mote {
namespace {

struct Entry {
  std::string_view op;
  Lowering lowering;
};
constexpr std::array kLowerings = {
    Entry{"add", lower_add},
    Entry{"average_pool2d", lower_average_pool2d},
    Entry{"band_powers", lower_band_powers},
    Entry{"batch_norm", lower_batch_norm},
    Entry{"biquad", lower_biquad},
    Entry{"concat", lower_concat},
    Entry{"conv2d", lower_conv2d},
    Entry{"depthwise_conv2d", lower_depthwise_conv2d},
    Entry{"envelope", lower_envelope},
    Entry{"frame", lower_frame},
    Entry{"fully_connected", lower_fully_connected},
    Entry{"gru", lower_gru},
    Entry{"log_mel", lower_log_mel},
    Entry{"max_pool2d", lower_max_pool2d},
    Entry{"mfcc", lower_mfcc},
    Entry{"normalise", lower_normalise},
    Entry{"pad", lower_pad},
    Entry{"power_spectrum", lower_power_spectrum},
    Entry{"relu", lower_relu},
    Entry{"relu6", lower_relu6},
    Entry{"reshape", lower_reshape},
    Entry{"resize_image", lower_resize_image},
    Entry{"rfft", lower_rfft},
    Entry{"slice", lower_slice},
    Entry{"sliding_stats", lower_sliding_stats},
    Entry{"softmax", lower_softmax},
    Entry{"squared_error", lower_squared_error},
    Entry{"taper", lower_taper},
    Entry{"transpose", lower_transpose},
};

std::vector<std::int64_t> dims(const Shape& shape) { return {shape.begin(), shape.end()}; }

/// What a constant is to its node.
enum class Role : std::uint8_t { fixed, weight, offset, statistic };
Role role_of(const Node& node, int operand) {
  if (operand == node.op->weight_input) return Role::weight;
  if (operand == node.op->bias_input) return Role::offset;
  if (node.op->name == "batch_norm") return operand <= 2 ? Role::offset : Role::statistic;
  return Role::fixed;
}

/// Does the node treat the leading axis of its activations, 1 in the graph, as a batch?
bool keeps_batch(const Graph& graph, const Node& node) {
  for (const TensorId id : node.inputs)
    if (id != kNoTensor && !graph.tensor(id).is_constant() &&
        (graph.tensor(id).shape.empty() || graph.tensor(id).shape[0] != 1))
      return false;
  const Shape& out = graph.tensor(node.outputs[0]).shape;
  if (out.empty() || out[0] != 1) return false;
  if (node.op->name == "transpose") return node.attrs.list("perm")[0] == 0;
  if (node.op->name == "concat") return node.attrs.integer("axis") != 0;
  if (node.op->name == "slice") {
    const auto& drop = node.attrs.list("drop");
    return std::find(drop.begin(), drop.end(), std::int64_t{0}) == drop.end();
  }
  if (node.op->name == "pad") return node.attrs.list("before")[0] == 0 && node.attrs.list("after")[0] == 0;
  return true;
}

}  // namespace

Lowering find_lowering(std::string_view op) {
  for (const Entry& entry : kLowerings)
    if (entry.op == op) return entry.lowering;
  return nullptr;
}

Result<TorchGraph> TorchGraph::create(Graph graph, bool batched) {
  TorchGraph made;
  made.graph_ = std::move(graph);
  const Graph& g = made.graph_;
  made.constants_.resize(g.tensors.size());
  std::vector<bool> done(g.tensors.size(), false);
  for (std::size_t n = 0; n < g.nodes.size(); ++n) {
    const Node& node = g.nodes[n];
    if (find_lowering(node.op->name) == nullptr)
      return unsupported(fmt::format("the trainer cannot differentiate operator {}", node.op->name), node_place(g, n));
    if (batched && !keeps_batch(g, node))
      return unsupported("uses the leading axis of its input, so that examples cannot be trained in batches",
                         node_place(g, n));
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const TensorId id = node.inputs[i];
      if (id == kNoTensor || done[static_cast<std::size_t>(id)]) continue;
      done[static_cast<std::size_t>(id)] = true;
      const Tensor& tensor = g.tensor(id);
      if (tensor.type != DType::f32)
        return unsupported(
            fmt::format("\"{}\" is {}; the trainer works on float models", tensor.name, dtype_name(tensor.type)),
            node_place(g, n));
      if (!tensor.is_constant()) continue;
      const auto values = tensor.constant<float>();
      at::Tensor value = at::empty(dims(tensor.shape), at::kFloat);
      std::copy(values.begin(), values.end(), value.data_ptr<float>());
      const Role role = role_of(node, static_cast<int>(i));
      if (role == Role::weight || role == Role::offset) {
        value.requires_grad_(true);
        made.parameters_.push_back({id, value, role == Role::weight});
      } else if (role == Role::statistic) {
        made.statistics_.push_back(id);
      }
      made.constants_[static_cast<std::size_t>(id)] = value;
    }
  }
  return made;
}

std::vector<at::Tensor> TorchGraph::forward(const std::vector<at::Tensor>& inputs, bool training,
                                            const GraphHooks& hooks, TensorId until, TensorId from) {
  const std::vector<TensorId> begin = from == kNoTensor ? graph_.inputs : std::vector<TensorId>{from};
  MOTE_CHECK(inputs.size() == begin.size());
  std::vector<at::Tensor> values = constants_;
  const Shape& one = graph_.tensor(begin.front()).shape;
  const std::int64_t batch = one.empty() ? 1 : inputs.front().size(0) / one.front();
  const auto keep = [&](TensorId id, at::Tensor value) {
    values[static_cast<std::size_t>(id)] = hooks.activation ? hooks.activation(id, value) : std::move(value);
  };
  for (std::size_t i = 0; i < inputs.size(); ++i) keep(begin[i], inputs[i]);
  std::vector<at::Tensor> operands;
  const auto first = from == kNoTensor ? 0 : graph_.producer(from) + 1;
  for (const Node& node : std::span(graph_.nodes).subspan(static_cast<std::size_t>(first))) {
    operands.clear();
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const TensorId id = node.inputs[i];
      operands.push_back(id == kNoTensor ? at::Tensor() : values[static_cast<std::size_t>(id)]);
      if (hooks.constant && id != kNoTensor && graph_.tensor(id).is_constant())
        operands.back() = hooks.constant(node, static_cast<int>(i), operands.back());
    }
    const TensorId output = node.outputs.front();
    at::Tensor value = hooks.node ? hooks.node(node, operands) : at::Tensor();
    if (!value.defined()) value = find_lowering(node.op->name)({graph_, node, operands, batch, training});
    keep(output, std::move(value));
    if (output == until) return {values[static_cast<std::size_t>(until)]};
  }
  std::vector<at::Tensor> results;
  for (const TensorId id : graph_.outputs) results.push_back(values[static_cast<std::size_t>(id)]);
  return results;
}

std::vector<at::Tensor> TorchGraph::values() const {
  std::vector<at::Tensor> values;
  for (const Parameter& parameter : parameters_) values.push_back(parameter.value.detach());
  for (const TensorId id : statistics_) values.push_back(constants_[static_cast<std::size_t>(id)]);
  return values;
}

std::vector<at::Tensor> TorchGraph::state() const {
  std::vector<at::Tensor> copy = values();
  for (at::Tensor& value : copy) value = value.clone();
  return copy;
}

void TorchGraph::restore(const std::vector<at::Tensor>& state) {
  MOTE_CHECK(state.size() == parameters_.size() + statistics_.size());
  at::NoGradGuard no_grad;
  std::size_t next = 0;
  for (Parameter& parameter : parameters_) parameter.value.copy_(state[next++]);
  for (const TensorId id : statistics_) constants_[static_cast<std::size_t>(id)].copy_(state[next++]);
}

Graph TorchGraph::write_back() const {
  Graph copy = graph_;
  const auto write = [&](TensorId id) {
    const at::Tensor value = constants_[static_cast<std::size_t>(id)].detach().contiguous();
    copy.tensor(id).data =
        make_data(std::span<const float>(value.data_ptr<float>(), static_cast<std::size_t>(value.numel())));
  };
  for (const Parameter& parameter : parameters_) write(parameter.id);
  for (const TensorId id : statistics_) write(id);
  return copy;
}

namespace {

std::vector<at::Tensor> to_torch(const Graph& graph, const std::vector<std::vector<float>>& inputs) {
  std::vector<at::Tensor> tensors;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Shape& shape = graph.tensor(graph.inputs[i]).shape;
    MOTE_CHECK(static_cast<std::int64_t>(inputs[i].size()) == element_count(shape));
    at::Tensor tensor = at::empty(dims(shape), at::kFloat);
    std::copy(inputs[i].begin(), inputs[i].end(), tensor.data_ptr<float>());
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

std::vector<float> to_vector(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

}  // namespace

Result<std::vector<std::vector<float>>> run_with_torch(const Graph& graph,
                                                       const std::vector<std::vector<float>>& inputs) {
  MOTE_TRY(TorchGraph lowered, TorchGraph::create(graph, false));
  at::NoGradGuard no_grad;
  std::vector<std::vector<float>> outputs;
  for (const at::Tensor& output : lowered.forward(to_torch(graph, inputs), false)) outputs.push_back(to_vector(output));
  return outputs;
}

Result<std::vector<Gradient>> gradients_with_torch(const Graph& graph, const std::vector<std::vector<float>>& inputs,
                                                   const std::vector<float>& weights) {
  MOTE_TRY(TorchGraph lowered, TorchGraph::create(graph, false));
  const at::Tensor output = lowered.forward(to_torch(graph, inputs), false)[0];
  MOTE_CHECK(static_cast<std::int64_t>(weights.size()) == output.numel());
  at::Tensor factors = at::empty({output.numel()});
  std::copy(weights.begin(), weights.end(), factors.data_ptr<float>());
  (output.reshape({-1}) * factors).sum().backward();
  std::vector<Gradient> gradients;
  for (const TorchGraph::Parameter& parameter : lowered.parameters()) {
    const at::Tensor gradient = parameter.value.grad();
    gradients.push_back({parameter.id, to_vector(gradient.defined() ? gradient : at::zeros_like(parameter.value))});
  }
  return gradients;
}

}  // namespace mote
