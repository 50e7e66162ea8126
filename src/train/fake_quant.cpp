// See fake_quant.h.
#include "train/fake_quant.h"

#include <map>

#include "ir/op_def.h"

namespace mote {
namespace {

struct Steps {
  double scale = 1;
  double zero = 0;
};

/// Rounds to the steps in between and bounds to [low, high] steps; the gradient is 1 inside of the bounds and 0
/// outside.
at::Tensor round_to(const at::Tensor& x, const at::Tensor& scale, double zero, double low, double high) {
  const at::Tensor bounded = at::maximum(at::minimum(x, scale * (high - zero)), scale * (low - zero));
  const at::Tensor rounded = at::round(bounded.detach() / scale) * scale;
  return bounded + (rounded - bounded).detach();
}

/// One scale a channel, so that the largest magnitude is 127 steps; shaped to broadcast against the weights.
at::Tensor weight_scales(const at::Tensor& weights, int axis) {
  std::vector<std::int64_t> others;
  for (std::int64_t i = 0; i < weights.dim(); ++i)
    if (i != axis) others.push_back(i);
  return at::clamp_min(weights.detach().abs().amax(others, true) / 127.0, 1e-12);
}

}  // namespace

Result<GraphHooks> fake_quantisation(const Graph& float_graph, const passes::Calibration& calibration) {
  MOTE_TRY(const Graph quantized, passes::quantize(float_graph, calibration));
  // By name: tensors keep theirs. A tensor that stays float in the int8 graph is not faked.
  std::map<std::string, Steps, std::less<>> by_name;
  for (const Tensor& tensor : quantized.tensors)
    if (tensor.type == DType::i8 && !tensor.is_constant() && tensor.quant.scale.size() == 1)
      by_name[tensor.name] = {static_cast<double>(tensor.quant.scale[0]),
                              static_cast<double>(tensor.quant.zero_point[0])};
  std::map<TensorId, Steps> activations;
  for (std::size_t id = 0; id < float_graph.tensors.size(); ++id)
    if (const auto at = by_name.find(float_graph.tensors[id].name);
        at != by_name.end() && !float_graph.tensors[id].is_constant())
      activations[static_cast<TensorId>(id)] = at->second;

  GraphHooks hooks;
  hooks.activation = [activations](TensorId id, const at::Tensor& value) {
    const auto at = activations.find(id);
    if (at == activations.end()) return value;
    return round_to(value, at::full({}, at->second.scale), at->second.zero, -128, 127);
  };
  hooks.constant = [activations](const Node& node, int operand, const at::Tensor& value) {
    const auto input = activations.find(node.inputs[0]);
    if (input == activations.end()) return value;
    if (operand == node.op->weight_input)
      return round_to(value, weight_scales(value, node.op->weight_axis), 0, -127, 127);
    return value;  // a bias has 32 bits: its rounding is far below the output's steps
  };
  return hooks;
}

}  // namespace mote
