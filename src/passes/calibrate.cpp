// See calibrate.h, and quantize.h for the observing half.
#include "passes/calibrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ops/execute.h"
#include "passes/histogram.h"

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

/// Runs the samples and shows `look` every float activation.
template <typename Look>
Result<void> run_samples(const Graph& graph, std::span<const Sample> samples, Look look) {
  MOTE_TRY_VOID(check_samples(graph, samples));
  Executor executor(graph);
  for (std::size_t s = 0; s < samples.size(); ++s) {
    const std::string place = fmt::format("calibration sample {}", s);
    executor.run({samples[s].begin(), samples[s].end()});
    for (std::size_t t = 0; t < graph.tensors.size(); ++t) {
      const Tensor& tensor = graph.tensors[t];
      if (tensor.is_constant() || tensor.type != DType::f32) continue;
      const auto bytes = executor.value(static_cast<TensorId>(t));
      const std::span<const float> values{reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
      if (!look(tensor, values))
        return bad_input(fmt::format("tensor \"{}\" gets values that are not finite numbers", tensor.name), place);
    }
  }
  return {};
}

constexpr std::pair<CalibrationMethod, std::string_view> kMethods[] = {
    {CalibrationMethod::min_max, "min-max"},
    {CalibrationMethod::percentile, "percentile"},
    {CalibrationMethod::mse, "mse"},
    {CalibrationMethod::entropy, "entropy"},
};

}  // namespace

Result<CalibrationMethod> parse_calibration(std::string_view name) {
  for (const auto& [method, its_name] : kMethods)
    if (name == its_name) return method;
  return bad_input(fmt::format("there is no calibration \"{}\"; there are min-max, percentile, mse and entropy", name));
}

std::string_view calibration_name(CalibrationMethod method) {
  for (const auto& [its_method, name] : kMethods)
    if (method == its_method) return name;
  return "min-max";
}

Result<void> check_samples(const Graph& graph, std::span<const Sample> samples) {
  if (samples.empty()) return bad_input("calibration needs at least one sample");
  for (std::size_t s = 0; s < samples.size(); ++s)
    if (auto fits = check_sample(graph, samples[s]); !fits)
      return std::move(fits).error().at(fmt::format("calibration sample {}", s));
  return {};
}

Result<Calibration> calibrate(const Graph& float_graph, std::span<const Sample> samples) {
  Calibration calibration;
  MOTE_TRY_VOID(run_samples(float_graph, samples, [&](const Tensor& tensor, std::span<const float> values) {
    return calibration.observe(tensor.name, values);
  }));
  return calibration;
}

Result<Calibration> calibrate(const Graph& float_graph, std::span<const Sample> samples,
                              const CalibrateOptions& options) {
  MOTE_TRY(Calibration calibration, calibrate(float_graph, samples));
  if (options.method == CalibrationMethod::min_max) return calibration;
  std::map<std::string, Histogram, std::less<>> histograms;
  for (const auto& [name, range] : calibration.ranges) histograms.emplace(name, Histogram(range));
  MOTE_TRY_VOID(run_samples(float_graph, samples, [&](const Tensor& tensor, std::span<const float> values) {
    histograms.at(tensor.name).add(values);
    return true;
  }));
  for (auto& [name, range] : calibration.ranges) {
    const Histogram& histogram = histograms.at(name);
    if (histogram.empty()) continue;
    range = options.method == CalibrationMethod::percentile ? histogram.by_percentile(options.percentile)
            : options.method == CalibrationMethod::mse      ? histogram.by_mse()
                                                            : histogram.by_entropy();
  }
  return calibration;
}

}  // namespace mote::passes
