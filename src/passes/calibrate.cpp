// See quantize.h: the observing half.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ops/execute.h"
#include "passes/quantize.h"

namespace mote::passes {

bool Calibration::observe(std::string_view tensor, std::span<const float> values) {
  if (values.empty()) return true;
  if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) return false;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const auto [at, is_new] = ranges.try_emplace(std::string(tensor), Range{*low, *high});
  if (!is_new) at->second = {std::min(at->second.min, *low), std::max(at->second.max, *high)};
  return true;
}

namespace {

Result<void> check_sample(const Graph& graph, const Sample& sample) {
  if (sample.size() != graph.inputs.size())
    return bad_input(fmt::format("has {} inputs, the model has {}", sample.size(), graph.inputs.size()));
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const Tensor& input = graph.tensor(graph.inputs[i]);
    if (static_cast<std::int64_t>(sample[i].size()) != input.bytes())
      return bad_input(
          fmt::format("has {} bytes for input \"{}\", which takes {}", sample[i].size(), input.name, input.bytes()));
  }
  return {};
}

}  // namespace

Result<Calibration> calibrate(const Graph& float_graph, std::span<const Sample> samples) {
  if (samples.empty()) return bad_input("calibration needs at least one sample");
  Calibration calibration;
  Executor executor(float_graph);
  for (std::size_t s = 0; s < samples.size(); ++s) {
    const std::string place = fmt::format("calibration sample {}", s);
    if (auto fits = check_sample(float_graph, samples[s]); !fits) return std::move(fits).error().at(place);
    executor.run({samples[s].begin(), samples[s].end()});
    for (std::size_t t = 0; t < float_graph.tensors.size(); ++t) {
      const Tensor& tensor = float_graph.tensors[t];
      if (tensor.is_constant() || tensor.type != DType::f32) continue;
      const auto bytes = executor.value(static_cast<TensorId>(t));
      const std::span<const float> values{reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
      if (!calibration.observe(tensor.name, values))
        return bad_input(fmt::format("tensor \"{}\" gets values that are not finite numbers", tensor.name), place);
    }
  }
  return calibration;
}

}  // namespace mote::passes
