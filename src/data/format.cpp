// See format.h.
#include "data/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <regex>

#include "base/npy.h"
#include "data/csv.h"

namespace mote {
namespace {

template <typename T>
void convert(std::span<const std::uint8_t> bytes, std::vector<float>& out) {
  out.resize(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < out.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    out[i] = static_cast<float>(value);
  }
}

/// Cuts rows into recordings of `rows` rows each (0: one recording).
Result<FileContents> cut(std::vector<float> values, std::size_t rows, std::size_t columns, std::int32_t wanted,
                         const std::string& where) {
  const std::size_t each = wanted == 0 ? rows : static_cast<std::size_t>(wanted);
  if (rows == 0 || rows % each != 0)
    return bad_input(
        fmt::format("has {} rows, which is not a whole number of recordings of {} rows (data.rows)", rows, each),
        where);
  if (rows > (std::size_t{1} << 30) / columns) return unsupported("is too large", where);
  FileContents contents;
  for (std::size_t first = 0; first < rows; first += each) {
    Sample sample;
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first * columns);
    sample.values.assign(begin, begin + static_cast<std::ptrdiff_t>(each * columns));
    sample.shape = {static_cast<std::int32_t>(each), static_cast<std::int32_t>(columns)};
    sample.source = where;
    contents.samples.push_back(std::move(sample));
  }
  return contents;
}

Result<FileContents> read_csv_samples(const std::filesystem::path& file, const FolderOptions& options) {
  MOTE_TRY(CsvTable table, read_csv(file));
  const std::int32_t rows = options.layout == "files" ? options.rows : 0;
  MOTE_TRY(FileContents contents, cut(std::move(table.values), table.rows, table.columns, rows, file.string()));
  contents.channels = std::move(table.names);
  return contents;
}

}  // namespace

bool has_format(const std::filesystem::path& file, const std::string& format) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto is = [&](std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), extension) != list.end();
  };
  if (format == "csv") return is({".csv"});
  if (format == "audio") return is({".wav", ".flac", ".ogg", ".aiff", ".aif"});
  if (format == "image") return is({".png", ".jpg", ".jpeg"});
  if (format == "npy") return is({".npy"});
  return extension == "." + format || extension == ".bin";
}

Result<FileContents> read_raw(const std::filesystem::path& file, const FolderOptions& options) {
  MOTE_TRY(const Bytes bytes, read_file(file));
  std::size_t size = 1;
  std::vector<float> values;
  if (options.format == "f32") convert<float>(bytes, values), size = 4;
  if (options.format == "i16") convert<std::int16_t>(bytes, values), size = 2;
  if (options.format == "i8") convert<std::int8_t>(bytes, values);
  if (options.format == "u8") convert<std::uint8_t>(bytes, values);
  const auto columns = static_cast<std::size_t>(options.channels);
  if (bytes.empty() || bytes.size() % (size * columns) != 0)
    return bad_input(fmt::format("has {} bytes, which is not a whole number of rows of {} {} values", bytes.size(),
                                 columns, options.format),
                     file.string());
  return cut(std::move(values), bytes.size() / (size * columns), columns, options.rows, file.string());
}

Result<FileContents> read_npy_samples(const std::filesystem::path& file) {
  MOTE_TRY(const NpyArray array, read_npy(file));
  const std::string where = file.string();
  if (array.shape.size() < 2 || array.shape.size() > 4 || array.elements() == 0)
    return bad_input("needs two to four axes, recordings first", where);
  std::vector<float> values;
  switch (array.type) {
    case NpyType::f32:
      convert<float>(array.data, values);
      break;
    case NpyType::f64:
      convert<double>(array.data, values);
      break;
    case NpyType::i8:
      convert<std::int8_t>(array.data, values);
      break;
    case NpyType::i16:
      convert<std::int16_t>(array.data, values);
      break;
    case NpyType::i32:
      convert<std::int32_t>(array.data, values);
      break;
    case NpyType::i64:
      convert<std::int64_t>(array.data, values);
      break;
    case NpyType::u8:
    case NpyType::boolean:
      convert<std::uint8_t>(array.data, values);
      break;
  }
  FileContents contents;
  const std::size_t each = values.size() / static_cast<std::size_t>(array.shape[0]);
  for (std::size_t first = 0; first < values.size(); first += each) {
    Sample sample;
    for (std::size_t i = 1; i < array.shape.size(); ++i)
      sample.shape.push_back(static_cast<std::int32_t>(array.shape[i]));
    if (sample.shape.size() == 1) sample.shape.push_back(1);
    sample.values.assign(values.begin() + static_cast<std::ptrdiff_t>(first),
                         values.begin() + static_cast<std::ptrdiff_t>(first + each));
    sample.source = where;
    contents.samples.push_back(std::move(sample));
  }
  return contents;
}

Result<FileContents> read_recordings(const std::filesystem::path& file, const FolderOptions& options) {
  if (options.format == "csv") return read_csv_samples(file, options);
  if (options.format == "audio") return read_audio(file);
  if (options.format == "image") return read_image(file, options);
  if (options.format == "npy") return read_npy_samples(file);
  return read_raw(file, options);
}

Result<void> append(Dataset& data, FileContents contents, int label, const std::string& group) {
  for (Sample& sample : contents.samples) {
    if (data.samples.empty()) {
      data.channels = contents.channels;
      data.rate_hz = contents.rate_hz;
    }
    if (contents.channels != data.channels)
      return bad_input(fmt::format("has columns {} where {} has {}", fmt::join(contents.channels, ","),
                                   data.samples.front().source, fmt::join(data.channels, ",")),
                       sample.source);
    if (contents.rate_hz != data.rate_hz)
      return bad_input(fmt::format("was sampled at {:g} Hz where {} was at {:g} Hz; bring all to one rate",
                                   contents.rate_hz, data.samples.front().source, data.rate_hz),
                       sample.source);
    sample.label = label;
    sample.group = group;
    data.samples.push_back(std::move(sample));
  }
  return {};
}

Result<std::string> group_of(const std::string& name, const std::string& pattern, const std::string& where) {
  if (pattern.empty()) return name.substr(0, std::min(name.rfind('_'), name.size()));
  try {
    const std::regex regex(pattern);
    if (regex.mark_count() < 1)
      return bad_input(fmt::format("\"{}\" needs a (bracket) around the group", pattern), "data.group");
    std::smatch match;
    if (std::regex_search(name, match, regex)) return match[1].str();
  } catch (const std::regex_error&) {
    return bad_input(fmt::format("\"{}\" is not a regular expression, or too hard a one", pattern), "data.group");
  }
  return bad_input(fmt::format("\"{}\" does not match data.group, so nobody knows whom it belongs to", name), where);
}

}  // namespace mote
