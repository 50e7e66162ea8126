// `mote verify MODEL --board BOARD`: the outputs on the board against the reference, bit for bit; status 1 on a
// difference. The reference is the graph as it was imported, run by the operators' own definitions: it checks passes,
// plan and kernels at once.
#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "board/measure.h"
#include "cli/measured.h"
#include "cli/samples.h"
#include "cli/session.h"
#include "cli/toolchain.h"
#include "ops/execute.h"

namespace mote::cli {
namespace {

constexpr double kFloatTolerance = 1e-5;

struct Options : ModelOptions {
  std::int64_t samples = 4;
  std::vector<std::string> inputs;
  std::string expected;
  std::string json;
};

std::span<const std::uint8_t> sample(const Bytes& data, std::int64_t bytes, std::int64_t index) {
  return {data.data() + index * bytes, static_cast<std::size_t>(bytes)};
}

/// All outputs of the reference, laid out like a run's.
std::vector<Bytes> reference_outputs(const Graph& graph, const std::vector<ProjectPort>& ports,
                                     const Samples& samples) {
  Executor executor(graph);
  std::vector<Bytes> outputs(graph.outputs.size());
  for (std::int64_t s = 0; s < samples.count; ++s) {
    std::vector<std::span<const std::uint8_t>> inputs;
    for (std::size_t i = 0; i < ports.size(); ++i) inputs.push_back(sample(samples.data[i], ports[i].bytes, s));
    const std::vector<Bytes> results = executor.run(inputs);
    for (std::size_t o = 0; o < outputs.size(); ++o)
      outputs[o].insert(outputs[o].end(), results[o].begin(), results[o].end());
  }
  return outputs;
}

/// Differences of one output between the board and what was expected.
struct Difference {
  std::int64_t elements = 0;  ///< how many differ (integers), or exceed the tolerance (reals)
  std::int64_t first_sample = -1;
  std::int64_t first_element = -1;
  double largest = 0;  ///< absolute (integers), relative to the sample's largest magnitude (reals)
};

Difference compare(const ProjectPort& port, const Bytes& expected, const Bytes& actual, std::int64_t count) {
  const NpyArray want = to_array(port, expected, count, false);
  const NpyArray got = to_array(port, actual, count, false);
  const std::int64_t per_sample = want.elements() / count;
  const bool real = want.type == NpyType::f32;
  Difference difference;
  for (std::int64_t s = 0; s < count; ++s) {
    double scale = 0;
    if (real)
      for (std::int64_t i = 0; i < per_sample; ++i)
        scale = std::max(scale, std::abs(element_value(want, s * per_sample + i)));
    for (std::int64_t i = 0; i < per_sample; ++i) {
      const double w = element_value(want, s * per_sample + i);
      const double g = element_value(got, s * per_sample + i);
      double error = std::abs(w - g);
      if (real) error = scale > 0 ? error / scale : error;
      if (std::isnan(w) && std::isnan(g)) error = 0;
      difference.largest = std::max(difference.largest, std::isnan(error) ? INFINITY : error);
      if (error <= (real ? kFloatTolerance : 0.0)) continue;
      if (difference.elements++ == 0) {
        difference.first_sample = s;
        difference.first_element = i;
      }
    }
  }
  return difference;
}

/// The first layer whose output on the board differs from the reference of the compiled graph, by a traced run of one
/// sample.
Result<std::string> first_wrong_layer(const ProjectSource& source, const Samples& samples, std::int64_t index,
                                      const Session& session) {
  BuildOptions build_traced = build_options(session);
  build_traced.trace = true;
  MOTE_TRY(const Firmware firmware, build(source.project, source.board, build_traced));
  std::vector<Bytes> inputs;
  std::vector<std::span<const std::uint8_t>> views;
  for (std::size_t i = 0; i < source.project.inputs.size(); ++i) {
    views.push_back(sample(samples.data[i], source.project.inputs[i].bytes, index));
    inputs.emplace_back(views.back().begin(), views.back().end());
  }
  MOTE_TRY(const RunResult traced, run(firmware, inputs, run_options(session)));
  Executor executor(source.compiled->graph);
  executor.run(views);
  for (const LayerTrace& layer : traced.trace) {
    const Step& step = source.compiled->plan.steps[static_cast<std::size_t>(layer.layer)];
    const auto expected = executor.value(step.tensor);
    if (!std::equal(expected.begin(), expected.end(), layer.bytes.begin(), layer.bytes.end()))
      return fmt::format("layer {} \"{}\" ({}, {})", layer.layer, step.name, step.op, step.kernel);
  }
  return std::string("no layer of the compiled graph: a pass changed the result");
}

Result<int> verify_command(const Options& options, const Session& session) {
  MOTE_TRY(const ProjectSource source, open_project(options));
  if (!source.compiled)
    return bad_input("verify needs the model file, not a compiled folder: the reference is computed from it",
                     options.model);
  Samples samples = random_samples(source.project.inputs, options.samples);
  if (!options.inputs.empty()) {
    MOTE_TRY(samples, read_samples(source.project.inputs, options.inputs, false));
  }
  MOTE_TRY(MeasureResult result,
           measure(source.project, source.board, samples.data, build_options(session), run_options(session)));
  std::vector<Bytes> expected = reference_outputs(source.compiled->imported, source.project.inputs, samples);
  if (!options.expected.empty()) {
    MOTE_TRY(const Samples golden, read_samples(source.project.outputs, {options.expected}, false));
    if (golden.count != samples.count)
      return bad_input(fmt::format("holds {} samples, the input {}", golden.count, samples.count), options.expected);
    expected = golden.data;
  }

  bool same = true;
  nlohmann::json differences = nlohmann::json::array();
  for (std::size_t o = 0; o < expected.size(); ++o) {
    const ProjectPort& port = source.project.outputs[o];
    const Difference d = compare(port, expected[o], result.run.outputs[o], samples.count);
    differences.push_back({{"output", port.name}, {"elements", d.elements}, {"largest", d.largest}});
    const bool real = port.type == "f32";
    if (d.elements == 0) {
      session.say(
          real ? fmt::format(
                     "{}: {} samples within {} of the reference (largest error {:.2g} of the sample's largest value)",
                     port.name, samples.count, kFloatTolerance, d.largest)
               : fmt::format("{}: {} samples equal the {} bit for bit", port.name, samples.count,
                             options.expected.empty() ? "reference" : options.expected));
      continue;
    }
    same = false;
    MOTE_TRY(const std::string layer, first_wrong_layer(source, samples, d.first_sample, session));
    session.say(fmt::format("{}: {} values differ, the largest by {}; first at sample {}, element {}; first wrong: {}",
                            port.name, d.elements, d.largest, d.first_sample, d.first_element, layer));
  }
  result.report.bit_exact = same;
  if (!options.json.empty()) {
    nlohmann::json json = to_json(result.report);
    json["differences"] = differences;
    json["reference"] = options.expected.empty() ? "mote" : options.expected;
    MOTE_TRY_VOID(write_text(options.json, json.dump(1) + "\n"));
  }
  session.say(summary(result.report));
  return same ? 0 : 1;
}

}  // namespace

void add_verify(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, session, "verify", "Compare the board's outputs with the reference, bit for bit",
                                  [options, &session] { return verify_command(*options, session); });
  options->add_to(*command);
  command->add_option("--samples", options->samples, "How many made-up samples to try")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--input", options->inputs, "Use these samples instead (as for `mote run`)");
  command->add_option("--expected", options->expected,
                      "Compare with this .npy instead of Mote's own reference (one output)");
  command->add_option("--json", options->json, "Write the report as JSON");
}

}  // namespace mote::cli
