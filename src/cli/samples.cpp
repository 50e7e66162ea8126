// See samples.h.
#include "cli/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <random>

namespace mote::cli {
namespace fs = std::filesystem;
namespace {

NpyType npy_type(const std::string& type) {
  if (type == "f32") return NpyType::f32;
  if (type == "i8") return NpyType::i8;
  if (type == "i16") return NpyType::i16;
  if (type == "i32") return NpyType::i32;
  if (type == "i64") return NpyType::i64;
  if (type == "bool") return NpyType::boolean;
  return NpyType::u8;
}

std::string shape_of(const std::vector<std::int64_t>& shape) { return fmt::format("({})", fmt::join(shape, ", ")); }

std::pair<double, double> range(NpyType type) {
  switch (type) {
    case NpyType::i8:
      return {-128, 127};
    case NpyType::u8:
      return {0, 255};
    case NpyType::i16:
      return {-32768, 32767};
    default:
      return {-2147483648.0, 2147483647.0};
  }
}

template <typename T>
void put(Bytes& out, T value) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
  out.insert(out.end(), bytes, bytes + sizeof(T));
}

void put_quantized(Bytes& out, NpyType type, double q) {
  const auto [low, high] = range(type);
  const auto value = static_cast<std::int64_t>(std::clamp(q, low, high));
  if (type == NpyType::i8)
    put(out, static_cast<std::int8_t>(value));
  else if (type == NpyType::u8)
    put(out, static_cast<std::uint8_t>(value));
  else if (type == NpyType::i16)
    put(out, static_cast<std::int16_t>(value));
  else
    put(out, static_cast<std::int32_t>(value));
}

double element(const Bytes& data, NpyType type, std::size_t i) {
  const auto get = [&]<typename T>(T value) {
    std::memcpy(&value, data.data() + i * sizeof(T), sizeof(T));
    return static_cast<double>(value);
  };
  switch (type) {
    case NpyType::i8:
      return get(std::int8_t{});
    case NpyType::u8:
    case NpyType::boolean:
      return get(std::uint8_t{});
    case NpyType::i16:
      return get(std::int16_t{});
    case NpyType::i32:
      return get(std::int32_t{});
    case NpyType::i64:
      return get(std::int64_t{});
    case NpyType::f64:
      return get(double{});
    case NpyType::f32:
      return get(float{});
  }
  return 0;
}

/// Real values to the port's own elements: q = round(value / scale) + zero point, halves away from zero, clamped.
Result<Bytes> quantize(const NpyArray& array, const ProjectPort& port, const std::string& file) {
  if (array.type != NpyType::f32 && array.type != NpyType::f64)
    return bad_input(fmt::format("--real wants float32 values, these are {}", npy_type_name(array.type)), file);
  const NpyType type = npy_type(port.type);
  Bytes out;
  for (std::size_t i = 0; i < static_cast<std::size_t>(array.elements()); ++i) {
    const double value = element(array.data, array.type, i);
    if (!std::isfinite(value)) return bad_input(fmt::format("value {} is not a finite number", i), file);
    if (type == NpyType::f32) {
      put(out, static_cast<float>(value));
    } else if (port.scale.empty()) {
      return bad_input(fmt::format("input \"{}\" is not quantised, so --real cannot convert to it", port.name), file);
    } else {
      put_quantized(out, type, std::round(value / port.scale[0]) + static_cast<double>(port.zero_point[0]));
    }
  }
  return out;
}

Result<std::size_t> find_port(const std::vector<ProjectPort>& ports, const std::string& name) {
  std::size_t index = 0;
  const auto [end, ec] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (ec == std::errc() && end == name.data() + name.size() && index < ports.size()) return index;
  for (std::size_t i = 0; i < ports.size(); ++i)
    if (ports[i].name == name) return i;
  std::string known;
  for (const ProjectPort& port : ports) known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", port.name);
  return bad_input(fmt::format("the model has no input \"{}\"; it has {}", name, known), "--input");
}

/// The number of samples in an array of this port, or what is wrong with its shape or type.
Result<std::int64_t> sample_count(const NpyArray& array, const ProjectPort& port, const std::string& file, bool real) {
  std::vector<std::int64_t> shape = port.shape;
  const auto fits = [&] {
    return array.shape.size() == shape.size() + 1 && std::equal(shape.begin(), shape.end(), array.shape.begin() + 1);
  };
  bool matches = fits();
  if (!matches && !shape.empty() && shape.front() == 1) {
    shape.erase(shape.begin());
    matches = fits();
  }
  if (!matches)
    return bad_input(fmt::format("has shape {}; input \"{}\" wants (samples, {})", shape_of(array.shape), port.name,
                                 fmt::join(shape, ", ")),
                     file);
  if (array.shape[0] < 1) return bad_input("holds no samples", file);
  if (!real && array.type != npy_type(port.type))
    return bad_input(fmt::format("holds {}; input \"{}\" wants {} (or give --real for real values)",
                                 npy_type_name(array.type), port.name, npy_type_name(npy_type(port.type))),
                     file);
  return array.shape[0];
}

}  // namespace

Result<Samples> read_samples(const std::vector<ProjectPort>& ports, const std::vector<std::string>& arguments,
                             bool real) {
  Samples samples;
  samples.data.resize(ports.size());
  std::vector<bool> given(ports.size(), false);
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    std::error_code ec;
    const bool named = equals != std::string::npos && !fs::exists(argument, ec);
    std::size_t index = 0;
    if (named) {
      MOTE_TRY(index, find_port(ports, argument.substr(0, equals)));
    } else if (ports.size() > 1) {
      return bad_input(fmt::format("the model has {} inputs; name each: --input \"{}=X.npy\" or --input 0=X.npy",
                                   ports.size(), ports[0].name),
                       "--input");
    }
    const std::string file = named ? argument.substr(equals + 1) : argument;
    if (given[index]) return bad_input(fmt::format("input \"{}\" is given twice", ports[index].name), "--input");
    given[index] = true;
    MOTE_TRY(NpyArray array, read_npy(file));
    MOTE_TRY(const std::int64_t count, sample_count(array, ports[index], file, real));
    if (samples.count != 0 && samples.count != count)
      return bad_input(fmt::format("holds {} samples, another input {}", count, samples.count), file);
    samples.count = count;
    if (real) {
      MOTE_TRY(samples.data[index], quantize(array, ports[index], file));
    } else {
      samples.data[index] = std::move(array.data);
    }
  }
  for (std::size_t i = 0; i < ports.size(); ++i)
    if (!given[i]) return bad_input(fmt::format("no file for input \"{}\"", ports[i].name), "--input");
  return samples;
}

Samples random_samples(const std::vector<ProjectPort>& ports, std::int64_t count) {
  Samples samples;
  samples.count = count;
  std::mt19937 random(1);
  for (const ProjectPort& port : ports) {
    Bytes bytes;
    const std::int64_t total = port.bytes * count;
    if (port.type == "f32") {
      // Box-Muller by hand: std::normal_distribution differs between standard libraries.
      for (std::int64_t i = 0; i < total / 4; ++i) {
        const double u = (static_cast<double>(random()) + 1) / 4294967297.0;
        const double v = static_cast<double>(random()) / 4294967296.0;
        put(bytes, static_cast<float>(std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v)));
      }
    } else {
      for (std::int64_t i = 0; i < total; ++i) bytes.push_back(static_cast<std::uint8_t>(random() >> 24));
    }
    samples.data.push_back(std::move(bytes));
  }
  return samples;
}

NpyArray to_array(const ProjectPort& port, const Bytes& data, std::int64_t count, bool real) {
  NpyArray array;
  array.type = npy_type(port.type);
  array.shape = {count};
  array.shape.insert(array.shape.end(), port.shape.begin(), port.shape.end());
  if (!real || port.scale.empty()) {
    array.data = data;
    return array;
  }
  const auto elements = data.size() / static_cast<std::size_t>(npy_type_bytes(array.type));
  for (std::size_t i = 0; i < elements; ++i)
    put(array.data,
        static_cast<float>((element(data, array.type, i) - static_cast<double>(port.zero_point[0])) * port.scale[0]));
  array.type = NpyType::f32;
  return array;
}

Result<void> write_samples(const std::vector<ProjectPort>& ports, const Samples& samples, const std::string& path,
                           bool real) {
  const fs::path file(path);
  for (std::size_t i = 0; i < ports.size(); ++i) {
    fs::path one = file;
    if (ports.size() > 1)
      one.replace_filename(fmt::format("{}.{}{}", file.stem().string(), i, file.extension().string()));
    MOTE_TRY_VOID(write_npy(one, to_array(ports[i], samples.data[i], samples.count, real)));
  }
  return {};
}

double element_value(const NpyArray& array, std::int64_t index) {
  return element(array.data, array.type, static_cast<std::size_t>(index));
}

std::string element_text(const NpyArray& array, std::int64_t index) {
  const double value = element_value(array, index);
  return array.type == NpyType::f32 || array.type == NpyType::f64 ? fmt::format("{:.6g}", value)
                                                                  : fmt::format("{}", static_cast<std::int64_t>(value));
}

}  // namespace mote::cli
