// The layouts that a CSV file describes: "manifest" (a line a file) and "records" (a line a record of one binary file).
// Where it stands: called by read_folder. See folder.h.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "data/csv.h"
#include "data/format.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

/// The one file of the folder whose name fits.
Result<fs::path> find_one(const fs::path& folder, const std::string& pattern, const char* setting) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->is_regular_file() && fits_pattern(it->path().filename().string(), pattern)) found.push_back(it->path());
  if (found.size() == 1) return found.front();
  return bad_input(fmt::format("has {} files that fit \"{}\" ({}); one is expected", found.size(), pattern, setting),
                   folder.string());
}

/// The columns that matter.
struct Columns {
  std::size_t file = 0, label = 0, group = 0;
};
Result<Columns> find_columns(const TextTable& table, const FolderOptions& options, const std::string& where) {
  Columns columns;
  if (options.layout == "manifest") {
    MOTE_TRY(columns.file, table.column(options.file_column, where));
  }
  MOTE_TRY(columns.label, table.column(options.class_column, where));
  MOTE_TRY(columns.group, table.column(options.group_column, where));
  return columns;
}

/// Each channel to mean 0, and divided by the deviation of that channel in `scale`.
void standardise(Sample& sample, const std::vector<float>& scale) {
  const auto channels = static_cast<std::size_t>(sample.shape.back());
  const auto rows = static_cast<double>(sample.rows());
  const auto mean = [&](const std::vector<float>& values, std::size_t c) {
    double sum = 0;
    for (std::size_t i = c; i < values.size(); i += channels) sum += static_cast<double>(values[i]);
    return sum / rows;
  };
  for (std::size_t c = 0; c < channels; ++c) {
    const double centre = mean(scale, c);
    double squares = 0;
    for (std::size_t i = c; i < scale.size(); i += channels)
      squares += std::pow(static_cast<double>(scale[i]) - centre, 2);
    const double gain = squares > 0 ? 1 / std::sqrt(squares / rows) : 1.0;
    const double own = mean(sample.values, c);
    for (std::size_t i = c; i < sample.values.size(); i += channels)
      sample.values[i] = static_cast<float>((static_cast<double>(sample.values[i]) - own) * gain);
  }
}

/// Appends to every row of a series the same row of another, and the numbers.
void add_channels(const std::vector<float>& other, const std::vector<float>& numbers, Sample& sample) {
  if (numbers.empty() && other.empty()) return;
  std::vector<float> wider;
  const auto row = static_cast<std::ptrdiff_t>(sample.row_size());
  auto beside = other.begin();
  for (auto at = sample.values.begin(); at != sample.values.end(); at += row) {
    wider.insert(wider.end(), at, at + row);
    if (!other.empty()) {
      wider.insert(wider.end(), beside, beside + row);
      beside += row;
    }
    wider.insert(wider.end(), numbers.begin(), numbers.end());
  }
  sample.values = std::move(wider);
  sample.shape.back() += static_cast<std::int32_t>(numbers.size()) + (other.empty() ? 0 : sample.shape.back());
}

/// What the options make of a record, its features and its group's usual one.
void finish_record(const FolderOptions& options, const std::vector<float>& numbers, std::vector<float> usual,
                   Sample& sample) {
  if (options.features_alone) {
    sample.values = numbers;
    sample.shape = {1, static_cast<std::int32_t>(numbers.size())};
    return;
  }
  if (!options.beside_usual) usual.clear();
  if (options.standardise) {
    const std::vector<float> scale = usual.empty() ? sample.values : usual;
    standardise(sample, scale);
    Sample beside{usual, sample.shape, 0, {}, {}};
    if (!usual.empty()) standardise(beside, scale);
    usual = std::move(beside.values);
  }
  add_channels(usual, numbers, sample);
}

}  // namespace

bool fits_pattern(std::string_view name, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern;
  const std::string_view tail = pattern.substr(star + 1);
  return name.size() >= pattern.size() - 1 && name.starts_with(pattern.substr(0, star)) && name.ends_with(tail);
}

Result<Dataset> read_table(const fs::path& folder, const FolderOptions& options) {
  MOTE_TRY(const fs::path table_file, find_one(folder, options.table, "data.table"));
  MOTE_TRY(const std::string text, read_text(table_file));
  MOTE_TRY(const TextTable table, parse_text_csv(text, table_file.string()));
  MOTE_TRY(const Columns columns, find_columns(table, options, table_file.string()));
  const auto taken = [&](const std::string& name) { return takes_class(options, name); };

  Dataset data;
  for (const auto& row : table.rows)
    if (taken(row[columns.label])) data.classes.push_back(row[columns.label]);
  std::sort(data.classes.begin(), data.classes.end());
  data.classes.erase(std::unique(data.classes.begin(), data.classes.end()), data.classes.end());
  const auto label_of = [&](const std::string& name) {
    return static_cast<int>(std::lower_bound(data.classes.begin(), data.classes.end(), name) - data.classes.begin());
  };

  FileContents all;  // "records": the whole binary file
  if (options.layout == "records") {
    MOTE_TRY(const fs::path file, find_one(folder, options.records, "data.records"));
    MOTE_TRY(all, read_recordings(file, options));
    if (all.samples.size() != table.rows.size())
      return bad_input(fmt::format("holds {} records where {} has {} lines; see data.rows and data.channels",
                                   all.samples.size(), table_file.filename().string(), table.rows.size()),
                       file.string());
  }
  MOTE_TRY(auto features, table_features(table, all.samples, options, table_file.string()));
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    if (!taken(row[columns.label])) continue;
    const std::string where = fmt::format("{}:{}", table_file.string(), i + 2);
    MOTE_TRY(const std::string group,
             group_of(row[columns.group], options.group.empty() ? "(.*)" : options.group, where));
    FileContents contents;
    if (options.layout == "records") {
      contents.samples.push_back(std::move(all.samples[i]));
      std::vector<float> usual;
      if (!features.usual.empty()) usual = std::move(features.usual[i]);
      finish_record(options, features.numbers[i], std::move(usual), contents.samples.back());
      if (options.features_alone) contents.channels = options.features;
    } else {
      const fs::path file = folder / row[columns.file];
      if (file.lexically_normal().string().find("..") != std::string::npos && fs::path(row[columns.file]).is_absolute())
        return bad_input("names a file outside of the folder", where);
      MOTE_TRY(contents, read_recordings(file, options));
    }
    MOTE_TRY_VOID(append(data, std::move(contents), label_of(row[columns.label]), group));
  }
  return data;
}

}  // namespace mote
