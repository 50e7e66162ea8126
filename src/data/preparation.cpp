// See preparation.h.
#include "data/preparation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "ops/execute.h"

namespace mote {

using nlohmann::ordered_json;

std::string to_json(const Preparation& p) {
  ordered_json json;
  json["format"] = 1;
  json["model"] = p.model;
  json["source"] = {{"layout", p.files.layout},
                    {"format", p.files.format},
                    {"group", p.files.group},
                    {"rows", p.files.rows},
                    {"channels", p.files.channels},
                    {"size", p.files.size},
                    {"grey", p.files.grey},
                    {"table", p.files.table},
                    {"records", p.files.records},
                    {"file_column", p.files.file_column},
                    {"class_column", p.files.class_column},
                    {"group_column", p.files.group_column},
                    {"features", p.files.features},
                    {"columns", p.files.columns},
                    {"block", p.files.block},
                    {"standardise", p.files.standardise},
                    {"usual", p.files.usual},
                    {"usual_if", p.files.usual_if},
                    {"beside_usual", p.files.beside_usual},
                    {"features_alone", p.files.features_alone},
                    {"test_part", p.files.test_part},
                    {"rename", p.files.rename},
                    {"classes", p.files.classes},
                    {"unlabelled", p.files.unlabelled}};
  json["rate_hz"] = p.rate_hz;
  json["window"] = p.window;
  json["stride"] = p.stride;
  json["classes"] = p.classes;
  json["channels"] = p.channels;
  json["example_shape"] = p.example;
  json["offset"] = p.normalisation.offset;
  json["gain"] = p.normalisation.gain;
  json["clip"] = p.normalisation.clip;
  if (p.anomaly.wanted())
    json["anomaly"] = {{"normal", p.anomaly.normal},
                       {"threshold", p.anomaly.threshold},
                       {"false_alarm_rate", p.anomaly.options.false_alarm_rate},
                       {"partial_rate", p.anomaly.options.partial_rate}};
  return json.dump(2) + "\n";
}

Result<Preparation> parse_preparation(std::string_view text, const std::string& where) {
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.at("format").get<int>() != 1) return bad_input("was written by a newer Mote", where);
    Preparation p;
    p.model = json.at("model").get<std::string>();
    const auto& source = json.at("source");
    source.at("layout").get_to(p.files.layout);
    source.at("format").get_to(p.files.format);
    source.at("group").get_to(p.files.group);
    source.at("rows").get_to(p.files.rows);
    source.at("channels").get_to(p.files.channels);
    source.at("size").get_to(p.files.size);
    source.at("grey").get_to(p.files.grey);
    source.at("table").get_to(p.files.table);
    source.at("records").get_to(p.files.records);
    source.at("file_column").get_to(p.files.file_column);
    source.at("class_column").get_to(p.files.class_column);
    source.at("group_column").get_to(p.files.group_column);
    p.files.features = source.value("features", p.files.features);
    p.files.columns = source.value("columns", p.files.columns);
    p.files.block = source.value("block", p.files.block);
    p.files.standardise = source.value("standardise", p.files.standardise);
    p.files.usual = source.value("usual", p.files.usual);
    p.files.usual_if = source.value("usual_if", p.files.usual_if);
    p.files.beside_usual = source.value("beside_usual", p.files.beside_usual);
    p.files.features_alone = source.value("features_alone", p.files.features_alone);
    p.files.test_part = source.value("test_part", p.files.test_part);
    p.files.rename = source.value("rename", p.files.rename);
    source.at("classes").get_to(p.files.classes);
    p.files.unlabelled = source.value("unlabelled", p.files.unlabelled);
    p.rate_hz = json.at("rate_hz").get<double>();
    p.window = json.at("window").get<std::int32_t>();
    p.stride = json.at("stride").get<std::int32_t>();
    p.classes = json.at("classes").get<std::vector<std::string>>();
    p.channels = json.at("channels").get<std::vector<std::string>>();
    p.example = json.at("example_shape").get<Shape>();
    p.normalisation.offset = json.at("offset").get<std::vector<float>>();
    p.normalisation.gain = json.at("gain").get<std::vector<float>>();
    p.normalisation.clip = json.at("clip").get<float>();
    if (json.contains("anomaly")) {
      const auto& anomaly = json.at("anomaly");
      p.anomaly.normal = anomaly.at("normal").get<std::vector<std::string>>();
      p.anomaly.threshold = anomaly.at("threshold").get<double>();
      p.anomaly.options.false_alarm_rate = anomaly.at("false_alarm_rate").get<double>();
      p.anomaly.options.partial_rate = anomaly.at("partial_rate").get<double>();
    }
    const auto channels = p.normalisation.gain.size();
    const FolderOptions& files = p.files;
    const bool good =
        files.rows >= 0 && files.block >= 0 && files.channels >= 1 && files.usual >= 0 &&
        (files.size.empty() || files.size.size() == 2) &&
        std::all_of(files.size.begin(), files.size.end(), [](std::int32_t d) { return d >= 1 && d <= 4096; }) &&
        p.window >= 0 && p.stride >= 1 && !p.classes.empty() && !p.example.empty() && channels > 0 &&
        std::all_of(p.example.begin(), p.example.end(), [](std::int32_t d) { return d >= 1; }) &&
        p.normalisation.offset.size() == channels && p.example.back() == static_cast<std::int32_t>(channels);
    if (!good) return bad_input("its fields contradict each other", where);
    return p;
  } catch (const nlohmann::json::exception& error) {
    return bad_input(fmt::format("is not a preparation file ({})", error.what()), where);
  }
}

InputSet make_inputs(const Dataset& data, const Examples& examples, const Normalisation& normalisation) {
  InputSet set;
  set.classes = data.classes;
  set.example = example_shape(data, examples);
  const auto each = static_cast<std::size_t>(element_count(set.example));
  set.values.resize(examples.items.size() * each);
  for (std::size_t i = 0; i < examples.items.size(); ++i) {
    const std::span<float> out(set.values.data() + i * each, each);
    copy_example(data, examples, examples.items[i], 0, out);
    normalisation.apply(out);
    set.labels.push_back(data.samples[static_cast<std::size_t>(examples.items[i].sample)].label);
    set.recording.push_back(examples.items[i].sample);
  }
  return set;
}

namespace {

/// Where a folder brings the pair of files that is for testing, nothing else is evaluated: the rest was learnt from.
void keep_test_part(const std::string& part, Dataset& data) {
  std::vector<Sample> kept;
  for (Sample& sample : data.samples)
    if (sample.group.starts_with(part + "#")) kept.push_back(std::move(sample));
  if (!kept.empty()) data.samples = std::move(kept);
}

}  // namespace

Result<InputSet> read_inputs(const std::filesystem::path& folder, const Preparation& preparation) {
  FolderOptions files = preparation.files;
  files.classes.clear();  // other data may lack a class
  MOTE_TRY(Dataset data, read_folder(folder, files));
  if (data.rate_hz != 0 && data.rate_hz != preparation.rate_hz)
    return bad_input(
        fmt::format("was sampled at {:g} Hz where the model was trained on {:g} Hz", data.rate_hz, preparation.rate_hz),
        data.samples[0].source);
  if (data.channels != preparation.channels || data.samples[0].shape.back() != preparation.example.back())
    return bad_input(
        fmt::format("has {} columns ({}) where the model was trained on {} ({})", data.samples[0].shape.back(),
                    fmt::join(data.channels, ","), preparation.example.back(), fmt::join(preparation.channels, ",")),
        data.samples[0].source);
  std::vector<int> label_of;
  const bool known = !preparation.anomaly.wanted();
  for (const std::string& name : data.classes) {
    if (!known) {
      label_of.push_back(static_cast<int>(label_of.size()));
      continue;
    }
    const auto at = std::find(preparation.classes.begin(), preparation.classes.end(), name);
    if (at == preparation.classes.end())
      return bad_input(
          fmt::format("class \"{}\" is unknown to the model; it knows {}", name, fmt::join(preparation.classes, ", ")),
          folder.string());
    label_of.push_back(static_cast<int>(at - preparation.classes.begin()));
  }
  if (files.layout == "idx") keep_test_part(files.test_part, data);
  std::vector<std::int32_t> all;
  for (Sample& sample : data.samples) {
    sample.label = label_of[static_cast<std::size_t>(sample.label)];
    all.push_back(static_cast<std::int32_t>(all.size()));
  }
  MOTE_TRY(const Examples examples, make_windows(data, all, preparation.window, preparation.stride));
  if (example_shape(data, examples) != preparation.example)
    return bad_input(fmt::format("gives examples of {} where the model takes {}",
                                 shape_text(example_shape(data, examples)), shape_text(preparation.example)),
                     folder.string());
  InputSet set = make_inputs(data, examples, preparation.normalisation);
  if (known) set.classes = preparation.classes;
  return set;
}

Result<Bytes> encode_input(std::span<const float> values, const Tensor& input) {
  if (input.elements() != static_cast<std::int64_t>(values.size()))
    return bad_input(fmt::format("the model's input \"{}\" has {} elements, an example of the data {}", input.name,
                                 input.elements(), values.size()));
  Bytes bytes(static_cast<std::size_t>(input.bytes()));
  if (input.type == DType::f32) {
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
  }
  if ((input.type != DType::i8 && input.type != DType::i16) || input.quant.scale.size() != 1)
    return unsupported(
        fmt::format("the model's input \"{}\" is {}; only float32, int8 and int16 inputs can be fed from data",
                    input.name, dtype_name(input.type)));
  const float scale = input.quant.scale[0];
  const auto zero = static_cast<float>(input.quant.zero_point[0]);
  if (input.type == DType::i16) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto q = static_cast<std::int16_t>(std::clamp(std::round(values[i] / scale) + zero, -32768.0F, 32767.0F));
      std::memcpy(bytes.data() + 2 * i, &q, 2);
    }
    return bytes;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float q = std::clamp(std::round(values[i] / scale) + zero, -128.0F, 127.0F);
    bytes[i] = static_cast<std::uint8_t>(static_cast<std::int8_t>(q));
  }
  return bytes;
}

namespace {

int class_of(const Bytes& output, DType type) {
  if (type == DType::f32)
    return argmax(std::span(reinterpret_cast<const float*>(output.data()), output.size() / sizeof(float)));
  if (type == DType::i16)
    return argmax(std::span(reinterpret_cast<const std::int16_t*>(output.data()), output.size() / 2));
  return argmax(std::span(reinterpret_cast<const std::int8_t*>(output.data()), output.size()));
}

template <typename T>
double value_at(const std::uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return static_cast<double>(value);
}

double first_element(const Tensor& output, const std::uint8_t* bytes) {
  if (output.type == DType::f32) return value_at<float>(bytes);
  const double q = output.type == DType::i32   ? value_at<std::int32_t>(bytes)
                   : output.type == DType::i16 ? value_at<std::int16_t>(bytes)
                                               : value_at<std::int8_t>(bytes);
  return (q - output.quant.zero_point[0]) * static_cast<double>(output.quant.scale[0]);
}

/// Runs every example on two threads; `take` gets its number and the bytes of the output.
template <typename Take>
Result<void> run_all(const Graph& graph, const InputSet& inputs, const Take& take) {
  if (graph.inputs.size() != 1 || graph.outputs.size() != 1)
    return unsupported("evaluation takes models with one input and one output", graph.name);
  const Tensor& input = graph.tensor(graph.inputs[0]);
  const Tensor& output = graph.tensor(graph.outputs[0]);
  if (output.type != DType::f32 && output.type != DType::i8 && output.type != DType::i16 && output.type != DType::i32)
    return unsupported(fmt::format("the model's output is {}", dtype_name(output.type)), graph.name);
  if (inputs.size() > 0)
    if (const auto probe = encode_input(inputs[0], input); !probe.ok()) return probe.error();
  const auto work = [&](std::size_t begin, std::size_t end) {
    Executor executor(graph);
    for (std::size_t i = begin; i < end; ++i) {
      const auto bytes = encode_input(inputs[i], input);
      take(i, executor.run({*bytes})[0]);
    }
  };
  std::thread first_half(work, 0, inputs.size() / 2);
  work(inputs.size() / 2, inputs.size());
  first_half.join();
  return {};
}

}  // namespace

Result<std::vector<int>> predict(const Graph& graph, const InputSet& inputs) {
  std::vector<int> classes(inputs.size());
  MOTE_TRY_VOID(run_all(graph, inputs, [&](std::size_t i, const Bytes& output) {
    classes[i] = class_of(output, graph.tensor(graph.outputs[0]).type);
  }));
  return classes;
}

std::vector<double> first_elements(const Tensor& output, std::span<const std::uint8_t> bytes, std::size_t count) {
  std::vector<double> values;
  const auto each = static_cast<std::size_t>(output.bytes());
  for (std::size_t i = 0; i < count; ++i) values.push_back(first_element(output, bytes.data() + i * each));
  return values;
}

Result<std::vector<double>> predict_scores(const Graph& graph, const InputSet& inputs) {
  std::vector<double> scores(inputs.size());
  const Tensor& output = graph.tensor(graph.outputs[0]);
  if (output.type != DType::f32 && output.quant.scale.size() != 1)
    return unsupported("the model's output is not quantised by one scale", graph.name);
  MOTE_TRY_VOID(run_all(graph, inputs,
                        [&](std::size_t i, const Bytes& bytes) { scores[i] = first_element(output, bytes.data()); }));
  return scores;
}

}  // namespace mote
