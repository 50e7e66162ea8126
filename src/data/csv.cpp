// See csv.h.
#include "data/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/files.h"

namespace mote {
namespace {

/// Takes the lines of a text one by one, without their ends.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
    while (!rest_.empty() && (rest_.back() == '\n' || rest_.back() == '\r' || rest_.back() == ' '))
      rest_.remove_suffix(1);
  }
  std::optional<std::string_view> next() {
    if (rest_.empty()) return std::nullopt;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number_;
    return line;
  }
  std::size_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

char separator_of(std::string_view line) {
  for (const char candidate : {',', ';', '\t'})
    if (line.find(candidate) != std::string_view::npos) return candidate;
  return ',';
}

std::string_view trim(std::string_view cell) {
  while (!cell.empty() && (cell.front() == ' ' || cell.front() == '\t')) cell.remove_prefix(1);
  while (!cell.empty() && (cell.back() == ' ' || cell.back() == '\t')) cell.remove_suffix(1);
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
  return cell;
}

void split_cells(std::string_view line, char separator, std::vector<std::string_view>& cells) {
  cells.clear();
  for (;;) {
    const std::size_t end = line.find(separator);
    cells.push_back(trim(line.substr(0, end)));
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + 1);
  }
}

std::optional<float> parse_number(std::string_view cell) {
  if (cell.starts_with('+')) cell.remove_prefix(1);
  float value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc{} || end != cell.data() + cell.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<CsvTable> parse_csv(std::string_view text, const std::string& where) {
  CsvTable table;
  Lines lines(text);
  std::vector<std::string_view> cells;
  char separator = ',';
  while (const auto line = lines.next()) {
    const std::string place = fmt::format("{}:{}", where, lines.number());
    if (lines.number() == 1) separator = separator_of(*line);
    split_cells(*line, separator, cells);
    if (lines.number() == 1) {
      table.columns = cells.size();
      const bool header = std::none_of(cells.begin(), cells.end(),
                                       [](std::string_view cell) { return parse_number(cell).has_value(); });
      if (header) {
        for (const std::string_view cell : cells) {
          if (cell.empty()) return bad_input("the header line has a column without a name", place);
          table.names.emplace_back(cell);
        }
        continue;
      }
    }
    if (cells.size() != table.columns)
      return bad_input(fmt::format("has {} values where the first line has {} columns", cells.size(), table.columns),
                       place);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto value = parse_number(cells[i]);
      const std::string column =
          table.names.empty() ? fmt::format("column {}", i + 1) : fmt::format("column \"{}\"", table.names[i]);
      if (cells[i].empty()) return bad_input(column + " is empty; fill the gap or remove the row", place);
      if (!value) return bad_input(fmt::format("{}: \"{}\" is not a number", column, cells[i].substr(0, 40)), place);
      if (!std::isfinite(*value))
        return bad_input(fmt::format("{} is {}; repair or remove the row", column, cells[i]), place);
      table.values.push_back(*value);
    }
    ++table.rows;
  }
  if (table.rows == 0) return bad_input("holds no rows of numbers", where);
  return table;
}

Result<CsvTable> read_csv(const std::filesystem::path& path) {
  MOTE_TRY(const std::string text, read_text(path));
  return parse_csv(text, path.string());
}

Result<std::size_t> TextTable::column(const std::string& name, const std::string& where) const {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end())
    return bad_input(fmt::format("has no column \"{}\"; it has {}", name, fmt::join(names, ", ")), where);
  return static_cast<std::size_t>(at - names.begin());
}

Result<TextTable> parse_text_csv(std::string_view text, const std::string& where, bool row_names) {
  TextTable table;
  Lines lines(text);
  std::vector<std::string_view> cells;
  char separator = ',';
  while (const auto line = lines.next()) {
    if (lines.number() == 1) separator = separator_of(*line);
    split_cells(*line, separator, cells);
    if (lines.number() == 1) {
      table.names.assign(cells.begin(), cells.end());
      continue;
    }
    if (row_names && lines.number() == 2 && cells.size() == table.names.size() + 1)
      table.names.insert(table.names.begin(), std::string());
    if (cells.size() != table.names.size())
      return bad_input(fmt::format("has {} values where the header has {}", cells.size(), table.names.size()),
                       fmt::format("{}:{}", where, lines.number()));
    table.rows.emplace_back(cells.begin(), cells.end());
  }
  if (table.rows.empty()) return bad_input("holds no rows", where);
  return table;
}

}  // namespace mote
