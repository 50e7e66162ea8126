// See sensitivity.h.
#include "passes/sensitivity.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/execute.h"
#include "ops/ops.h"
#include "passes/edit.h"
#include "passes/real_values.h"

namespace mote::passes {
namespace {

const Precision& precision_of(const QuantizeOptions& options, const std::string& layer) {
  const auto named = options.layers.find(layer);
  return named == options.layers.end() ? options.precision : named->second;
}

bool has_weights(const Graph& graph, const Node& node) {
  return node.op->weight_input >= 0 && is_float_weighted(graph, node);
}

std::int64_t weight_count(const Graph& graph, const Node& node) {
  return input_or_null(graph, node, node.op->weight_input)->elements();
}

QuantizeOptions with_int4(QuantizeOptions options, const std::string& layer) {
  Precision precision = precision_of(options, layer);
  precision.weights = 4;
  options.layers[layer] = precision;
  return options;
}

/// The outputs, by name; of one that a softmax makes, what goes into it.
std::vector<std::string> logits(const Graph& graph) {
  std::vector<std::string> names;
  for (const TensorId id : graph.outputs) {
    const int producer = graph.producer(id);
    const bool softmax = producer >= 0 && graph.nodes[static_cast<std::size_t>(producer)].op == &ops::softmax;
    names.push_back(graph.tensor(softmax ? graph.nodes[static_cast<std::size_t>(producer)].inputs[0] : id).name);
  }
  return names;
}

/// The named values of every sample, one after the other. Samples are of the float graph.
std::vector<float> run(const Graph& graph, const Graph& float_graph, std::span<const Sample> samples,
                       const std::vector<std::string>& names) {
  Executor executor(graph);
  std::vector<float> values;
  for (const Sample& sample : samples) {
    std::vector<Bytes> inputs;
    for (std::size_t i = 0; i < sample.size(); ++i) {
      const auto reals = real_values(float_graph.tensor(float_graph.inputs[i]), sample[i]);
      inputs.push_back(tensor_bytes(graph.tensor(graph.inputs[i]), reals));
    }
    executor.run({inputs.begin(), inputs.end()});
    for (const std::string& name : names)
      for (std::size_t t = 0; t < graph.tensors.size(); ++t) {
        if (graph.tensors[t].name != name) continue;
        const auto found = real_values(graph.tensors[t], executor.value(static_cast<TensorId>(t)));
        values.insert(values.end(), found.begin(), found.end());
      }
  }
  return values;
}

double relative_error(const std::vector<float>& got, const std::vector<float>& exact) {
  MOTE_CHECK(got.size() == exact.size());
  double difference = 0, power = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double d = double{got[i]} - double{exact[i]};
    difference += d * d;
    power += double{exact[i]} * double{exact[i]};
  }
  return difference / std::max(power, 1e-30);
}

}  // namespace

Result<SensitivityReport> measure_sensitivity(const Graph& float_graph, const Calibration& calibration,
                                              std::span<const Sample> samples, const QuantizeOptions& base) {
  if (samples.empty()) return bad_input("measuring sensitivity needs at least one sample");
  const auto names = logits(float_graph);
  const auto exact = run(float_graph, float_graph, samples, names);
  const auto error_of = [&](const QuantizeOptions& options) -> Result<double> {
    MOTE_TRY(const Graph quantized, quantize(float_graph, calibration, options));
    return relative_error(run(quantized, float_graph, samples, names), exact);
  };
  SensitivityReport report;
  MOTE_TRY(report.base_error, error_of(base));
  for (const Node& node : float_graph.nodes) {
    if (!has_weights(float_graph, node) || precision_of(base, node.name).weights == 4) continue;
    MOTE_TRY(const double error, error_of(with_int4(base, node.name)));
    report.layers.push_back({node.name, weight_count(float_graph, node), std::max(0.0, error - report.base_error)});
  }
  return report;
}

std::int64_t weight_bytes(const Graph& float_graph, const QuantizeOptions& options) {
  std::int64_t sum = 0;
  for (const Node& node : float_graph.nodes) {
    if (!has_weights(float_graph, node)) continue;
    const bool int4 = precision_of(options, node.name).weights == 4;
    sum += dtype_bytes(int4 ? DType::i4 : DType::i8, weight_count(float_graph, node));
  }
  return sum;
}

Result<QuantizeOptions> choose_precision(const Graph& float_graph, const SensitivityReport& report, std::int64_t bytes,
                                         const QuantizeOptions& base) {
  std::vector<Sensitivity> order = report.layers;
  const auto saved = [](const Sensitivity& s) { return s.weights / 2; };
  std::stable_sort(order.begin(), order.end(), [&](const Sensitivity& a, const Sensitivity& b) {
    return a.error * static_cast<double>(std::max<std::int64_t>(saved(b), 1)) <
           b.error * static_cast<double>(std::max<std::int64_t>(saved(a), 1));
  });
  QuantizeOptions chosen = base;
  std::int64_t now = weight_bytes(float_graph, chosen);
  std::vector<Sensitivity> taken;
  for (const Sensitivity& layer : order) {
    if (now <= bytes) break;
    chosen = with_int4(std::move(chosen), layer.layer);
    now -= saved(layer);
    taken.push_back(layer);
  }
  if (now > bytes)
    return Error{Code::DoesNotFit,
                 fmt::format("weights take {} bytes with all layers at 4 bits, {} more than asked", now, now - bytes),
                 "weight_bytes"};
  std::stable_sort(taken.begin(), taken.end(),
                   [](const Sensitivity& a, const Sensitivity& b) { return a.error > b.error; });
  for (const Sensitivity& layer : taken) {
    if (now + saved(layer) > bytes) continue;
    now += saved(layer);
    chosen.layers[layer.layer].weights = 8;
  }
  return chosen;
}

}  // namespace mote::passes
