// See fake_quant.h.
#include "train/fake_quant.h"

#include <cmath>

#include "ir/op_def.h"
#include "passes/weight_scales.h"

namespace mote {
namespace {

/// A scale: fixed, or the exponential of a parameter (so that it stays positive and learns at the pace of its size).
struct Scale {
  at::Tensor fixed;
  at::Tensor logarithm;  ///< undefined: fixed
  at::Tensor now() const { return logarithm.defined() ? logarithm.exp() : fixed; }
};

/// Integer steps of an activation.
struct Steps {
  std::shared_ptr<Scale> scale;  ///< tensors that share their quantisation share this
  double zero = 0, low = -128, high = 127;
};

struct Weights {
  int axis = 0;
  double limit = 127;
  Scale scale;           ///< learned alone; shaped to broadcast against the weights
  double step_size = 0;  ///< of the input, where that is fixed
  std::shared_ptr<Scale> input;
};

at::Tensor straight_through(const at::Tensor& x, const at::Tensor& value) { return x + (value - x).detach(); }

/// Halves away from zero, as integer pooling does it. Values that float arithmetic left a hair below a half count as
/// one.
at::Tensor round_away(const at::Tensor& x) { return x.sign() * at::floor(x.abs() + (0.5 + 1e-5)); }

/// To steps between low and high. The gradient to x is 1 inside of the bounds and 0 outside; to a learned scale it is
/// that of Esser et al., weighed by 1 / sqrt(count * high).
at::Tensor to_steps(const at::Tensor& x, at::Tensor scale, double zero, double low, double high, bool learned,
                    double count) {
  if (learned) {
    const double weight = 1 / std::sqrt(count * high);
    scale = scale * weight + (scale * (1 - weight)).detach();
  }
  const at::Tensor bounded = at::clamp(x / scale + zero, low, high);
  return (straight_through(bounded, round_away(bounded.detach())) - zero) * scale;
}

/// One scale a channel, so that the largest magnitude is `limit` steps; shaped to broadcast against the weights.
at::Tensor weight_scales(const at::Tensor& weights, int axis, double limit) {
  std::vector<std::int64_t> others;
  for (std::int64_t i = 0; i < weights.dim(); ++i)
    if (i != axis) others.push_back(i);
  return at::clamp_min(weights.detach().abs().amax(others, true) / limit, 1e-12);
}

at::Tensor parameter(const at::Tensor& scale) { return scale.log().detach().clone().requires_grad_(true); }

}  // namespace

struct FakeQuantiser::State {
  FakeQuantOptions options;
  passes::Calibration calibration;
  std::map<TensorId, std::string> names;
  std::map<TensorId, Steps> activations;
  std::vector<std::shared_ptr<Scale>> groups;
  std::map<std::string, Weights> layers;  ///< by node name
};

Result<FakeQuantiser> FakeQuantiser::create(const Graph& float_graph, const passes::Calibration& calibration,
                                            const FakeQuantOptions& options) {
  MOTE_TRY(const Graph quantized, passes::quantize(float_graph, calibration, options.quantize));
  FakeQuantiser made;
  made.state_ = std::make_shared<State>();
  State& state = *made.state_;
  state.options = options;
  state.calibration = calibration;

  // By name: tensors keep theirs. A tensor that stays float in the integer graph is not faked.
  std::map<std::string, const Tensor*, std::less<>> by_name;
  for (const Tensor& tensor : quantized.tensors)
    if ((tensor.type == DType::i8 || tensor.type == DType::i16) && !tensor.is_constant() &&
        tensor.quant.scale.size() == 1)
      by_name[tensor.name] = &tensor;
  std::map<std::pair<float, std::int32_t>, std::shared_ptr<Scale>> shared;
  for (std::size_t t = 0; t < float_graph.tensors.size(); ++t) {
    const auto at = by_name.find(float_graph.tensors[t].name);
    if (at == by_name.end() || float_graph.tensors[t].is_constant()) continue;
    const Tensor& as = *at->second;
    const auto id = static_cast<TensorId>(t);
    std::shared_ptr<Scale>& scale = shared[{as.quant.scale[0], as.quant.zero_point[0]}];
    if (!scale) scale = std::make_shared<Scale>(Scale{at::full({}, double{as.quant.scale[0]}, at::kFloat), {}});
    const bool wide = as.type == DType::i16;
    state.activations[id] = {scale, static_cast<double>(as.quant.zero_point[0]), wide ? -32767.0 : -128.0,
                             wide ? 32767.0 : 127.0};
    state.names[id] = as.name;
    // The model's ports and outputs fixed by a rule (softmax) keep their steps; 16 bits have enough of them.
    const int producer = float_graph.producer(id);
    const bool free = producer >= 0 && !wide &&
                      float_graph.nodes[static_cast<std::size_t>(producer)].op->quant == QuantRule::calibrated;
    if (options.learned_steps && free && !scale->logarithm.defined()) {
      scale->logarithm = parameter(scale->fixed);
      state.groups.push_back(scale);
    }
  }
  for (const Node& node : quantized.nodes) {
    if (node.op->weight_input < 0 || quantized.tensor(node.inputs[0]).type == DType::f32) continue;
    const Tensor& w = quantized.tensor(node.inputs[static_cast<std::size_t>(node.op->weight_input)]);
    Weights weights;
    weights.axis = node.op->weight_axis;
    weights.limit = w.type == DType::i4 ? 7 : 127;
    weights.step_size = double{quantized.tensor(node.inputs[0]).quant.scale[0]};
    state.layers[node.name] = weights;
  }
  const passes::WeightScales start = passes::least_error_scales(float_graph, quantized);
  for (const Node& node : float_graph.nodes) {
    const auto at = state.layers.find(node.name);
    if (at == state.layers.end()) continue;
    Weights& weights = at->second;
    if (const auto input = state.activations.find(node.inputs[0]); input != state.activations.end())
      weights.input = input->second.scale;
    if (!options.learned_steps || node.op->bias_input < 0) continue;  // a recurrence's keep to their largest weight
    const Tensor& values = float_graph.tensor(node.inputs[static_cast<std::size_t>(node.op->weight_input)]);
    at::Tensor value = at::empty(std::vector<std::int64_t>(values.shape.begin(), values.shape.end()));
    std::copy_n(values.constant<float>().data(), value.numel(), value.data_ptr<float>());
    at::Tensor scale = weight_scales(value, weights.axis, weights.limit);
    if (const auto better = start.find(node.name); better != start.end())
      std::copy(better->second.begin(), better->second.end(), scale.data_ptr<float>());
    weights.scale.logarithm = parameter(scale);
  }
  return made;
}

GraphHooks FakeQuantiser::hooks() const {
  GraphHooks hooks;
  hooks.activation = [state = state_](TensorId id, const at::Tensor& value) {
    const auto at = state->activations.find(id);
    if (at == state->activations.end()) return value;
    const Steps& steps = at->second;
    const bool learned = steps.scale->logarithm.defined();
    const double count =
        static_cast<double>(value.numel()) / static_cast<double>(std::max<std::int64_t>(value.size(0), 1));
    return to_steps(value, steps.scale->now(), steps.zero, steps.low, steps.high, learned, count);
  };
  // Weights come before their bias, which is counted in steps of the input times steps of the weights.
  hooks.constant = [state = state_, last = std::make_shared<at::Tensor>()](const Node& node, int operand,
                                                                           const at::Tensor& value) {
    const auto at = state->layers.find(node.name);
    if (at == state->layers.end()) return value;
    const Weights& weights = at->second;
    if (operand == node.op->weight_input) {
      const bool learned = weights.scale.logarithm.defined();
      const at::Tensor scale = learned ? weights.scale.now() : weight_scales(value, weights.axis, weights.limit);
      *last = scale.detach().flatten();
      const double count = static_cast<double>(value.numel()) / static_cast<double>(scale.numel());
      return to_steps(value, scale, 0, -weights.limit, weights.limit, learned, count);
    }
    if (operand != node.op->bias_input || last->numel() != value.numel()) return value;
    at::Tensor step = weights.input ? *last * weights.input->now().detach() : *last * weights.step_size;
    // A channel without weights: its bias is rounded with the output.
    step = at::where(*last <= 1e-12, at::full({}, 1e-12), step);
    return straight_through(value, round_away(value.detach() / step) * step);
  };
  return hooks;
}

std::vector<at::Tensor> FakeQuantiser::learned() const {
  std::vector<at::Tensor> all;
  for (const auto& group : state_->groups) all.push_back(group->logarithm);
  for (const auto& [name, weights] : state_->layers)
    if (weights.scale.logarithm.defined()) all.push_back(weights.scale.logarithm);
  return all;
}

Result<Graph> FakeQuantiser::quantize(const Graph& trained) const {
  passes::Calibration calibration = state_->calibration;
  for (const auto& [id, steps] : state_->activations) {
    if (!steps.scale->logarithm.defined()) continue;
    const double scale = steps.scale->now().item<double>();
    calibration.ranges[state_->names.at(id)] = {static_cast<float>((steps.low - steps.zero) * scale),
                                                static_cast<float>((steps.high - steps.zero) * scale)};
  }
  MOTE_TRY(Graph quantized, passes::quantize(trained, calibration, state_->options.quantize));
  passes::WeightScales scales;
  for (const auto& [name, weights] : state_->layers) {
    if (!weights.scale.logarithm.defined()) continue;
    const at::Tensor now = weights.scale.now().detach().flatten();
    scales[name] = {now.data_ptr<float>(), now.data_ptr<float>() + now.numel()};
  }
  MOTE_TRY_VOID(passes::use_weight_scales(trained, quantized, scales));
  return quantized;
}

}  // namespace mote
