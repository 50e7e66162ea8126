// See sparsify.h.
#include "train/sparsify.h"

#include <algorithm>
#include <cmath>

#include "ir/op_def.h"

namespace mote {

struct Sparsifier::State {
  struct Layer {
    std::string node;
    TensorId id = kNoTensor;
    at::Tensor value;  ///< shared with the graph
    at::Tensor mask;
  };
  std::vector<Layer> layers;
  double share = 0;               ///< of zeros in the end
  std::int64_t keep = 0, of = 0;  ///< pattern: keep of every so many along the inputs; 0: anywhere
  double now = -1;                ///< share of the present masks
};

namespace {

bool is_pointwise(const Node& node, const Shape& weights) {
  if (node.op->name == "fully_connected") return true;
  return node.op->name == "conv2d" && weights[1] == 1 && weights[2] == 1;
}

/// Ones where the magnitude is among the largest: all but `share` of the whole tensor.
at::Tensor mask_anywhere(const at::Tensor& value, double share) {
  const auto zeros = static_cast<std::int64_t>(std::floor(share * static_cast<double>(value.numel())));
  at::Tensor mask = at::ones_like(value);
  if (zeros <= 0) return mask;
  const at::Tensor order = value.abs().flatten().argsort(/*stable=*/true, 0, false);
  mask.view({-1}).index_fill_(0, order.slice(0, 0, zeros), 0);
  return mask;
}

/// Ones at the `keep` largest of every `of` neighbours along the inputs; a rest that is shorter stays whole.
at::Tensor mask_pattern(const at::Tensor& value, std::int64_t keep, std::int64_t of) {
  const std::int64_t inputs = value.size(-1), whole = inputs / of * of;
  at::Tensor mask = at::ones_like(value);
  if (whole == 0) return mask;
  const at::Tensor rows = value.reshape({-1, inputs}).slice(1, 0, whole).reshape({-1, of}).abs();
  const at::Tensor order = rows.argsort(/*stable=*/true, 1, false);
  const at::Tensor groups = at::ones_like(rows).scatter(1, order.slice(1, 0, of - keep), 0);
  mask.view({-1, inputs}).slice(1, 0, whole).copy_(groups.reshape({-1, whole}));
  return mask;
}

}  // namespace

Sparsifier::Sparsifier(TorchGraph& graph, const CompressSpec& spec) : state_(std::make_shared<State>()) {
  state_->share = spec.sparsity;
  if (const std::size_t colon = spec.sparsity_pattern.find(':'); colon != std::string::npos) {
    state_->keep = std::stol(spec.sparsity_pattern.substr(0, colon));
    state_->of = std::stol(spec.sparsity_pattern.substr(colon + 1));
    state_->share = 1 - static_cast<double>(state_->keep) / static_cast<double>(state_->of);
  }
  for (const Node& node : graph.graph().nodes) {
    if (node.op->weight_input < 0) continue;
    const TensorId id = node.inputs[static_cast<std::size_t>(node.op->weight_input)];
    if (!is_pointwise(node, graph.graph().tensor(id).shape)) continue;
    for (const TorchGraph::Parameter& parameter : graph.parameters())
      if (parameter.id == id)
        state_->layers.push_back({node.name, id, parameter.value, at::ones_like(parameter.value.detach())});
  }
  // The last layer has few weights, and every class needs its own.
  if (state_->layers.size() > 1) state_->layers.pop_back();
}

Sparsifier Sparsifier::keeping_zeros(TorchGraph& graph) {
  Sparsifier kept(graph, {});
  for (State::Layer& layer : kept.state_->layers) layer.mask = layer.value.detach().ne(0).to(at::kFloat);
  kept.state_->now = kept.state_->share = kept.zeros();
  return kept;
}

GraphHooks Sparsifier::hooks(GraphHooks inner) const {
  GraphHooks hooks = inner;
  hooks.constant = [state = state_, constant = inner.constant](const Node& node, int operand, const at::Tensor& value) {
    at::Tensor masked = value;
    if (operand == node.op->weight_input)
      for (const State::Layer& layer : state->layers)
        if (layer.node == node.name) masked = value * layer.mask;
    return constant ? constant(node, operand, masked) : masked;
  };
  return hooks;
}

void Sparsifier::at(double done) {
  constexpr double kThere = 0.75, kSteps = 64;  // masks change so many times: sorting takes longer than a step
  const double t = std::min(1.0, std::floor(done / kThere * kSteps + 1e-9) / kSteps);
  const double share = state_->share * (1 - std::pow(1 - t, 3));
  if (share == state_->now) return;
  state_->now = share;
  at::NoGradGuard no_grad;
  for (State::Layer& layer : state_->layers) {
    // A weight that is zero already stays so: its value has not been learning.
    const at::Tensor magnitude = layer.value.detach() * layer.mask;
    if (state_->of == 0)
      layer.mask = mask_anywhere(magnitude, share);
    else
      layer.mask = share / state_->share > 0.5 ? mask_pattern(magnitude, state_->keep, state_->of)
                                               : mask_anywhere(magnitude, share / 2);
  }
}

void Sparsifier::apply() {
  at::NoGradGuard no_grad;
  for (State::Layer& layer : state_->layers) layer.value.mul_(layer.mask);
}

double Sparsifier::zeros() const {
  double zeros = 0, all = 0;
  for (const State::Layer& layer : state_->layers) {
    zeros += static_cast<double>(layer.mask.numel()) - layer.mask.sum().item<double>();
    all += static_cast<double>(layer.mask.numel());
  }
  return all > 0 ? zeros / all : 0;
}

}  // namespace mote
