// The layout "rows": CSV files in which every row is an example, its class in a column. Where it stands: called by
// read_folder. See folder.h.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "data/csv.h"
#include "data/format.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

std::optional<float> number_in(std::string_view cell) {
  if (cell.starts_with('+')) cell.remove_prefix(1);
  float value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc{} || end != cell.data() + cell.size()) return std::nullopt;
  return value;
}

/// Columns of one file: those of the features, of the class and, if there is one, of the group.
struct Columns {
  std::vector<std::size_t> features;
  std::size_t label = 0;
  std::optional<std::size_t> group;
};

Result<Columns> find_columns(const TextTable& table, const FolderOptions& options, const std::string& where) {
  Columns columns;
  MOTE_TRY(columns.label, table.column(options.class_column, where));
  const auto group = std::find(table.names.begin(), table.names.end(), options.group_column);
  if (group != table.names.end()) columns.group = static_cast<std::size_t>(group - table.names.begin());
  for (const std::string& name : options.columns) {
    MOTE_TRY(const std::size_t at, table.column(name, where));
    columns.features.push_back(at);
  }
  if (!columns.features.empty()) return columns;
  for (std::size_t i = 0; i < table.names.size(); ++i)  // all that hold numbers
    if (i != columns.label && columns.group != i && !table.names[i].empty() && number_in(table.rows[0][i]))
      columns.features.push_back(i);
  if (columns.features.empty()) return bad_input("has no column of numbers; see data.columns", where);
  return columns;
}

Result<Sample> read_row(const TextTable& table, const Columns& columns, std::size_t row, const std::string& where) {
  Sample sample;
  sample.shape = {1, static_cast<std::int32_t>(columns.features.size())};
  sample.source = where;
  for (const std::size_t at : columns.features) {
    const std::string& cell = table.rows[row][at];
    const auto value = number_in(cell);
    const std::string column = fmt::format("column \"{}\"", table.names[at]);
    if (cell.empty()) return bad_input(column + " is empty; fill the gap or remove the row", where);
    if (!value) return bad_input(fmt::format("{}: \"{}\" is not a number", column, cell.substr(0, 40)), where);
    if (!std::isfinite(*value))
      return bad_input(fmt::format("{} is {}; repair or remove the row", column, cell), where);
    sample.values.push_back(*value);
  }
  return sample;
}

/// What the rows of a file belong to, by its column or by blocks of `options.block` rows.
Result<std::string> group_at(const TextTable& table, const Columns& columns, const FolderOptions& options,
                             std::size_t row, const std::string& stem, const std::string& where) {
  if (columns.group)
    return group_of(table.rows[row][*columns.group], options.group.empty() ? "(.*)" : options.group, where);
  if (options.block == 0) return stem;
  return fmt::format("{}#{:04}", stem, row / static_cast<std::size_t>(options.block) + 1);
}

Result<void> read_file(const fs::path& file, const FolderOptions& options, Dataset& data,
                       std::vector<std::string>& labels) {
  MOTE_TRY(const std::string text, read_text(file));
  MOTE_TRY(const TextTable table, parse_text_csv(text, file.string(), true));
  MOTE_TRY(const Columns columns, find_columns(table, options, file.string()));
  std::vector<std::string> channels;
  for (const std::size_t at : columns.features) channels.push_back(table.names[at]);
  if (data.samples.empty()) data.channels = channels;
  if (data.channels != channels)
    return bad_input(fmt::format("has the columns {} where the other files have {}", fmt::join(channels, ","),
                                 fmt::join(data.channels, ",")),
                     file.string());
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string& label = table.rows[row][columns.label];
    const std::string where = fmt::format("{}:{}", file.string(), row + 2);
    if (label.empty()) return bad_input(fmt::format("column \"{}\" is empty", options.class_column), where);
    if (!takes_class(options, label)) continue;
    MOTE_TRY(Sample sample, read_row(table, columns, row, where));
    MOTE_TRY(sample.group, group_at(table, columns, options, row, file.stem().string(), where));
    data.samples.push_back(std::move(sample));
    labels.push_back(label);
  }
  return {};
}

}  // namespace

Result<Dataset> read_rows(const fs::path& folder, const FolderOptions& options) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->is_regular_file() && fits_pattern(it->path().filename().string(), options.table))
      files.push_back(it->path());
  std::sort(files.begin(), files.end());
  if (files.empty())
    return bad_input(fmt::format("has no file that fits \"{}\" (data.table)", options.table), folder.string());
  Dataset data;
  std::vector<std::string> labels;
  for (const fs::path& file : files) MOTE_TRY_VOID(read_file(file, options, data, labels));
  data.classes = labels;
  std::sort(data.classes.begin(), data.classes.end());
  data.classes.erase(std::unique(data.classes.begin(), data.classes.end()), data.classes.end());
  if (data.classes.size() > 1000)
    return bad_input(fmt::format("column \"{}\" has {} different values; is it the class?", options.class_column,
                                 data.classes.size()),
                     folder.string());
  for (std::size_t i = 0; i < labels.size(); ++i)
    data.samples[i].label =
        static_cast<int>(std::lower_bound(data.classes.begin(), data.classes.end(), labels[i]) - data.classes.begin());
  return data;
}

}  // namespace mote
