// `mote verify MODEL --board BOARD`: the outputs on the board against the reference, bit for bit; status 1 on a
// difference. The reference is the graph as it was imported, run by the operators' own definitions: it checks passes,
// plan and kernels at once.
#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "board/measure.h"
#include "cli/measured.h"
#include "cli/model_options.h"
#include "cli/samples.h"
#include "cli/session.h"
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

/// Steps at the beginning of a run whose outputs mean nothing.
std::int64_t warm_up(const Compiled& compiled) {
  return compiled.streaming ? compiled.streaming->streaming.warm_up_steps - 1 : 0;
}

/// All outputs of the reference from step warm_up on, laid out like a run's. That of a streaming model is its window
/// model, run on the window that ends with each step.
std::vector<Bytes> reference_outputs(const Compiled& compiled, const std::vector<ProjectPort>& ports,
                                     const Samples& samples) {
  const Graph& graph = compiled.imported;
  Executor executor(graph);
  std::vector<Bytes> outputs(graph.outputs.size());
  for (std::int64_t s = warm_up(compiled); s < samples.count; ++s) {
    std::vector<std::span<const std::uint8_t>> inputs;
    Bytes window;
    if (compiled.streaming) {
      window = passes::window_of_steps(graph.tensor(graph.inputs[0]), compiled.streaming->streaming.frames,
                                       samples.data[0], s);
      inputs.emplace_back(window);
    } else {
      for (std::size_t i = 0; i < ports.size(); ++i) inputs.push_back(sample(samples.data[i], ports[i].bytes, s));
    }
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
/// sample (and of all before it, if there is state).
Result<std::string> first_wrong_layer(const ProjectSource& source, const Samples& samples, std::int64_t index,
                                      const Session& session) {
  BuildOptions build_traced = build_options(session);
  build_traced.trace = true;
  MOTE_TRY(const Firmware firmware, build(source.project, source.board, build_traced));
  const std::int64_t first = source.compiled->streaming ? 0 : index;
  std::vector<Bytes> inputs;
  for (std::size_t i = 0; i < source.project.inputs.size(); ++i) {
    const std::int64_t bytes = source.project.inputs[i].bytes;
    inputs.emplace_back(samples.data[i].begin() + first * bytes, samples.data[i].begin() + (index + 1) * bytes);
  }
  MOTE_TRY(const RunResult traced, run(firmware, inputs, run_options(session)));
  Executor executor(source.compiled->graph);
  std::int64_t next = first;
  for (const LayerTrace& layer : traced.trace) {
    if (layer.layer == 0) {
      std::vector<std::span<const std::uint8_t>> views;
      for (std::size_t i = 0; i < source.project.inputs.size(); ++i)
        views.push_back(sample(samples.data[i], source.project.inputs[i].bytes, next));
      executor.run(views);
      ++next;
    }
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
  const std::int64_t skipped = warm_up(*source.compiled);
  Samples samples = random_samples(source.project.inputs, skipped + options.samples);
  if (!options.inputs.empty()) {
    MOTE_TRY(samples, read_samples(source.project.inputs, options.inputs, false));
  }
  if (samples.count <= skipped)
    return bad_input(fmt::format("holds {} steps, but the first {} only warm the states up", samples.count, skipped),
                     "--input");
  MOTE_TRY(MeasureResult result,
           measure(source.project, source.board, samples.data, build_options(session), run_options(session)));
  std::vector<Bytes> expected = reference_outputs(*source.compiled, source.project.inputs, samples);
  if (!options.expected.empty()) {
    MOTE_TRY(const Samples golden, read_samples(source.project.outputs, {options.expected}, false));
    if (golden.count != samples.count)
      return bad_input(fmt::format("holds {} samples, the input {}", golden.count, samples.count), options.expected);
    expected = golden.data;
    for (std::size_t o = 0; o < expected.size(); ++o)
      expected[o].erase(expected[o].begin(), expected[o].begin() + skipped * source.project.outputs[o].bytes);
  }
  const std::int64_t compared = samples.count - skipped;
  const std::string unit = skipped > 0 ? fmt::format("steps after {} of warm-up", skipped) : "samples";

  bool same = true;
  nlohmann::json differences = nlohmann::json::array();
  for (std::size_t o = 0; o < expected.size(); ++o) {
    const ProjectPort& port = source.project.outputs[o];
    Bytes& actual = result.run.outputs[o];
    actual.erase(actual.begin(), actual.begin() + skipped * port.bytes);
    const Difference d = compare(port, expected[o], actual, compared);
    differences.push_back({{"output", port.name}, {"elements", d.elements}, {"largest", d.largest}});
    const bool real = port.type == "f32";
    if (d.elements == 0) {
      session.say(
          real
              ? fmt::format("{}: {} {} within {} of the reference (largest error {:.2g} of the sample's largest value)",
                            port.name, compared, unit, kFloatTolerance, d.largest)
              : fmt::format("{}: {} {} equal the {} bit for bit", port.name, compared, unit,
                            options.expected.empty() ? "reference" : options.expected));
      continue;
    }
    same = false;
    MOTE_TRY(const std::string layer, first_wrong_layer(source, samples, skipped + d.first_sample, session));
    session.say(fmt::format("{}: {} values differ, the largest by {}; first at sample {}, element {}; first wrong: {}",
                            port.name, d.elements, d.largest, skipped + d.first_sample, d.first_element, layer));
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
