// See exact.h.
#include "train/exact.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "ir/op_def.h"
#include "ops/operands.h"
#include "ops/ops.h"
#include "ops/requantizer.h"
#include "ops/weighted.h"
#include "passes/real_values.h"

namespace mote {
namespace {

struct Exact {
  const Graph& trained;
  const Graph& integer;
  std::map<std::string, const Node*, std::less<>> nodes;  ///< of `integer`
};

bool in_steps(const Tensor& tensor) {
  return (tensor.type == DType::i8 || tensor.type == DType::i16) && tensor.quant.scale.size() == 1;
}

/// Integers of a tensor that holds whole steps; exact, as doubles.
at::Tensor steps_of(const at::Tensor& real, double scale) { return at::round(real.to(at::kDouble) / scale); }

/// scale(x) * scale(w), and scale(w) alone, of every output channel along the weights' axis.
std::vector<double> weight_scales(const Tensor& weights, std::int32_t channels) {
  std::vector<double> scales;
  for (std::int32_t c = 0; c < channels; ++c)
    scales.push_back(double{weights.quant.scale[weights.quant.per_channel() ? static_cast<std::size_t>(c) : 0]});
  return scales;
}

at::Tensor as_tensor(std::vector<double> values) {
  return at::from_blob(values.data(), {static_cast<std::int64_t>(values.size())}, at::kDouble).clone();
}

/// A layer with weights and int8 activations.
at::Tensor run_weighted(const Exact& exact, const Node& node, const Node& twin, std::span<const at::Tensor> operands) {
  const Tensor& x = ops::input(exact.integer, twin, 0);
  const Tensor& weights = ops::input(exact.integer, twin, 1);
  const Tensor& out = ops::output(exact.integer, twin);
  const auto axis = static_cast<std::size_t>(node.op->weight_axis);
  const std::int32_t channels = weights.shape[axis];
  const at::Tensor scales = as_tensor(weight_scales(weights, channels));
  std::vector<std::int64_t> along(weights.shape.size(), 1);
  along[axis] = channels;
  const at::Tensor w = at::round(operands[1].to(at::kDouble) / scales.reshape(along));
  std::vector<at::Tensor> inputs = {steps_of(operands[0], double{x.quant.scale[0]}), w};
  if (operands.size() > 2 && operands[2].defined())
    inputs.push_back(at::round(operands[2].to(at::kDouble) / (scales * double{x.quant.scale[0]})));
  Node bare = node;
  bare.attrs.set("activation", std::string("none"));
  const at::Tensor sums =
      find_lowering(node.op->name)({exact.trained, bare, inputs, operands[0].size(0), false}).contiguous();

  const bool dense = node.op == &ops::fully_connected;
  const ops::Requantizer requantize(twin.attrs.text("activation"), out,
                                    dense ? ops::fully_connected_multipliers(x, weights, out, channels)
                                          : ops::channel_multipliers(x, weights, out, channels));
  at::Tensor result = at::empty(sums.sizes(), at::kFloat);
  const auto zero = static_cast<float>(out.quant.zero_point[0]);
  const double* sum = sums.data_ptr<double>();
  auto* value = result.data_ptr<float>();
  for (std::int64_t i = 0; i < sums.numel(); ++i) {
    const std::int32_t q =
        requantize(static_cast<std::int32_t>(std::llround(sum[i])), static_cast<std::size_t>(i % channels));
    value[i] = (static_cast<float>(q) - zero) * out.quant.scale[0];
  }
  return result;
}

/// Any other operator: the integer one, an example at a time.
at::Tensor run_integer(const Exact& exact, const Node& node, const Node& twin, std::span<const at::Tensor> operands) {
  const Tensor& out = ops::output(exact.integer, twin);
  const std::int64_t batch = operands[0].size(0);
  std::vector<std::int64_t> shape;
  for (const std::int32_t dim : exact.trained.tensor(node.outputs[0]).shape) shape.push_back(dim);
  shape.front() = batch;
  at::Tensor result = at::empty(shape, at::kFloat);
  const std::int64_t each = result.numel() / batch;
  std::vector<at::Tensor> inputs;
  for (const at::Tensor& operand : operands) inputs.push_back(operand.contiguous());
  for (std::int64_t b = 0; b < batch; ++b) {
    std::vector<Bytes> bytes(twin.inputs.size());
    std::vector<ConstView> views;
    for (std::size_t i = 0; i < twin.inputs.size(); ++i) {
      if (twin.inputs[i] == kNoTensor) {
        views.push_back({});
        continue;
      }
      const Tensor& tensor = exact.integer.tensor(twin.inputs[i]);
      if (!tensor.is_constant()) {
        const auto count = static_cast<std::size_t>(tensor.elements());
        bytes[i] = passes::tensor_bytes(
            tensor, std::span(inputs[i].data_ptr<float>() + static_cast<std::size_t>(b) * count, count));
      }
      views.push_back({&tensor, tensor.is_constant() ? tensor.data->data() : bytes[i].data()});
    }
    Bytes given(static_cast<std::size_t>(out.bytes()));
    const View view{&out, given.data()};
    twin.op->run(twin, views, {&view, 1});
    const std::vector<float> values = passes::real_values(out, given);
    std::copy(values.begin(), values.end(), result.data_ptr<float>() + b * each);
  }
  return result;
}

/// A model input as firmware makes it (data/preparation.h): halves away from zero, in float.
at::Tensor as_given(const at::Tensor& real, const Tensor& input) {
  const float scale = input.quant.scale[0], zero = static_cast<float>(input.quant.zero_point[0]);
  const float low = input.type == DType::i8 ? -128.0F : -32768.0F, high = input.type == DType::i8 ? 127.0F : 32767.0F;
  at::Tensor given = real.contiguous().clone();
  auto* value = given.data_ptr<float>();
  for (std::int64_t i = 0; i < given.numel(); ++i)
    value[i] = (std::clamp(std::round(value[i] / scale) + zero, low, high) - zero) * scale;
  return given;
}

}  // namespace

GraphHooks exact_arithmetic(const Graph& trained, const Graph& integer, const GraphHooks& fake) {
  auto exact = std::make_shared<Exact>(Exact{trained, integer, {}});
  for (const Node& node : integer.nodes) exact->nodes[node.name] = &node;
  GraphHooks hooks = fake;
  hooks.node = [exact](const Node& node, std::span<const at::Tensor> operands) -> at::Tensor {
    const auto twin = exact->nodes.find(node.name);
    if (twin == exact->nodes.end() || twin->second->op != node.op) return {};
    const Node& other = *twin->second;
    if (!in_steps(ops::output(exact->integer, other)) || !in_steps(ops::input(exact->integer, other, 0))) return {};
    const bool narrow =
        ops::input(exact->integer, other, 0).type == DType::i8 && ops::output(exact->integer, other).type == DType::i8;
    // A recurrence has weights and no bias: it is no sum of products.
    if (node.op->weight_input >= 0 && node.op->bias_input >= 0 && narrow)
      return run_weighted(*exact, node, other, operands);
    return run_integer(*exact, node, other, operands);
  };
  hooks.activation = [exact, inner = fake.activation](TensorId id, const at::Tensor& value) {
    if (exact->trained.producer(id) >= 0) return value;  // in steps already, or float in both
    const Tensor& wanted = exact->trained.tensor(id);
    for (const TensorId input : exact->integer.inputs)
      if (exact->integer.tensor(input).name == wanted.name && in_steps(exact->integer.tensor(input)))
        return as_given(value, exact->integer.tensor(input));
    return inner ? inner(id, value) : value;
  };
  return hooks;
}

}  // namespace mote
