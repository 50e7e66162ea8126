// See optimiser.h.
#include "train/optimiser.h"

#include <cmath>

namespace mote {

Optimiser::Optimiser(const std::vector<TorchGraph::Parameter>& parameters, const TrainSpec& spec)
    : parameters_(parameters), spec_(spec) {
  for (const auto& parameter : parameters_) {
    first_.push_back(at::zeros_like(parameter.value.detach()));
    second_.push_back(spec.optimiser == "adam" ? at::zeros_like(parameter.value.detach()) : at::zeros({0}));
  }
}

void Optimiser::step(double learning_rate) {
  constexpr double kBeta1 = 0.9;
  constexpr double kBeta2 = 0.999;
  constexpr double kEpsilon = 1e-8;
  at::NoGradGuard no_grad;
  ++steps_;
  const double bias1 = 1 - std::pow(kBeta1, static_cast<double>(steps_));
  const double bias2 = 1 - std::pow(kBeta2, static_cast<double>(steps_));
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    at::Tensor value = parameters_[i].value;
    at::Tensor gradient = value.grad();
    if (!gradient.defined()) continue;
    const double decay = parameters_[i].decays ? spec_.weight_decay : 0.0;
    if (spec_.optimiser == "adam") {
      first_[i].mul_(kBeta1).add_(gradient, 1 - kBeta1);
      second_[i].mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
      if (decay > 0) value.mul_(1 - learning_rate * decay);
      value.addcdiv_(first_[i], (second_[i] / bias2).sqrt_().add_(kEpsilon), -learning_rate / bias1);
    } else {
      if (decay > 0) gradient = gradient + value * decay;
      first_[i].mul_(spec_.momentum).add_(gradient);
      value.add_(gradient + first_[i] * spec_.momentum, -learning_rate);
    }
    value.mutable_grad() = at::Tensor();
  }
}

std::vector<at::Tensor> Optimiser::state() const {
  std::vector<at::Tensor> copy{at::full({1}, static_cast<double>(steps_), at::kDouble)};
  for (const at::Tensor& moment : first_) copy.push_back(moment.clone());
  for (const at::Tensor& moment : second_) copy.push_back(moment.clone());
  return copy;
}

void Optimiser::restore(const std::vector<at::Tensor>& state) {
  MOTE_CHECK(state.size() == 1 + first_.size() + second_.size());
  steps_ = static_cast<std::int64_t>(state[0].item<double>());
  for (std::size_t i = 0; i < first_.size(); ++i) {
    first_[i].copy_(state[1 + i]);
    second_[i].copy_(state[1 + first_.size() + i]);
  }
}

}  // namespace mote
