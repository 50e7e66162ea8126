// Numbers of a table as inputs: quotients of its columns and of measures of the records, against a running mean or
// median of the same group, or against the group's usual record. They say what a record alone cannot, such as whether a
// heartbeat came early or looks unlike those before. See format.h; the grammar stands in docs/data.md.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <regex>

#include "data/csv.h"
#include "data/format.h"
#include "data/measure.h"

namespace mote {
namespace {

constexpr int kLongest = 4096;
constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr double kLogLimit = 2;  ///< a factor of 7.4: what is more is a fault of the sensor, not news

struct Feature {
  std::string above;
  std::string below = {};  ///< empty: nothing is below
  int lines = 0;           ///< of the running statistic below; 0: the line's own number
  bool median = false;
  bool log = false;
};

Result<Feature> parse_feature(const std::string& text) {
  static const std::string kName = R"(([\w.]+(?:\[[0-9]+:[0-9]+\])?))";
  static const std::regex kForm(kName + "(?:/(?:" + kName + R"(|(mean|median)\()" + kName + R"(,([0-9]{1,4})\)))?)");
  const bool log = text.starts_with("log(") && text.ends_with(")");
  const std::string inner = log ? text.substr(4, text.size() - 5) : text;
  std::smatch match;
  if (!std::regex_match(inner, match, kForm))
    return bad_input(
        fmt::format("\"{}\" is none of column, column/column, column/mean(column,8), log(column/column)", text),
        "data.features");
  Feature feature{match[1].str()};
  feature.log = log;
  if (match[2].matched) feature.below = match[2].str();
  if (match[3].matched) {
    feature.below = match[4].str();
    feature.median = match[3].str() == "median";
    feature.lines = std::stoi(match[5].str());
    if (feature.lines < 1 || feature.lines > kLongest)
      return bad_input(fmt::format("\"{}\" must go over 1 to {} lines", text, kLongest), "data.features");
  }
  return feature;
}

double statistic(std::vector<double> window, bool median) {
  if (median) {
    const auto middle = window.begin() + static_cast<std::ptrdiff_t>(window.size() / 2);
    std::nth_element(window.begin(), middle, window.end());
    return *middle;
  }
  double sum = 0;
  for (const double value : window) sum += value;
  return sum / static_cast<double>(window.size());
}

/// The table and its records: what features are made of.
class Source {
 public:
  Source(const TextTable& table, std::span<const Sample> records, std::size_t group, const std::string& where)
      : table_(table), records_(records), group_(group), where_(where) {}

  /// The feature of every line, in the order of the file.
  Result<std::vector<double>> feature(const std::string& text) const {
    MOTE_TRY(const Feature feature, parse_feature(text));
    MOTE_TRY(std::vector<double> values, numbers(feature.above));
    std::vector<double> below(values.size(), 1.0);
    if (!feature.below.empty()) {
      MOTE_TRY(below, numbers(feature.below));
    }
    std::map<std::string, std::vector<double>> last;  // of each group
    for (std::size_t i = 0; i < values.size(); ++i) {
      double divisor = below[i];
      if (feature.lines > 0) {
        std::vector<double>& window = last[table_.rows[i][group_]];
        if (below[i] > 0) window.push_back(below[i]);
        if (window.size() > static_cast<std::size_t>(feature.lines)) window.erase(window.begin());
        divisor = window.empty() ? kMissing : statistic(window, feature.median);
      }
      const bool known = !std::isnan(values[i]) && divisor > 0;
      values[i] = known ? values[i] / divisor : (feature.below.empty() && !feature.log ? 0.0 : 1.0);
      if (feature.log) values[i] = std::clamp(std::log(std::max(values[i], 0.0)), -kLogLimit, kLogLimit);
    }
    return values;
  }

  /// The group's usual record when each line came; its own first, then a moving mean of those that `counts` names.
  void follow_usual(std::int32_t lines, const std::vector<bool>& counts) {
    struct State {
      std::vector<float> mean;
      std::int32_t weight = 0;
    };
    std::map<std::string, State> states;
    for (std::size_t i = 0; i < records_.size(); ++i) {
      const std::vector<float>& record = records_[i].values;
      State& state = states[table_.rows[i][group_]];
      if (state.weight == 0) state = {record, 1};
      usual_.push_back(state.mean);
      if (!counts[i]) continue;
      state.weight = std::min(state.weight + 1, lines);
      const float share = 1.0F / static_cast<float>(state.weight);
      for (std::size_t k = 0; k < record.size(); ++k) state.mean[k] += (record[k] - state.mean[k]) * share;
    }
  }

  std::vector<std::vector<float>> take_usual() { return std::move(usual_); }

 private:
  /// One number a line: a column, in which negative and empty cells are missing, or a measure of the records.
  Result<std::vector<double>> numbers(const std::string& name) const {
    MOTE_TRY(const std::optional<Measure> what, parse_measure(name));
    if (what) return measures(*what, name);
    std::vector<double> values;
    MOTE_TRY(const std::size_t column, table_.column(name, where_));
    for (std::size_t i = 0; i < table_.rows.size(); ++i) {
      const std::string& cell = table_.rows[i][column];
      double value = kMissing;
      const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
      if (!cell.empty() && (error != std::errc() || end != cell.data() + cell.size() || !(value <= 1e30)))
        return bad_input(fmt::format("\"{}\" in column {} is not a number", cell, name),
                         fmt::format("{}:{}", where_, i + 2));
      values.push_back(value < 0 ? kMissing : value);
    }
    return values;
  }

  Result<std::vector<double>> measures(const Measure& what, const std::string& name) const {
    if (what.needs_usual() && usual_.empty())
      return bad_input(
          fmt::format("\"{}\" compares with the usual record: set data.usual, and not in data.usual_if", name),
          "data.features");
    std::vector<double> values;
    for (std::size_t i = 0; i < records_.size(); ++i) {
      const Sample& record = records_[i];
      if (what.last > static_cast<std::size_t>(record.rows()))
        return bad_input(fmt::format("\"{}\" reaches beyond the {} rows of a record", name, record.rows()),
                         "data.features");
      const std::span<const float> usual = usual_.empty() ? std::span<const float>() : std::span(usual_[i]);
      values.push_back(measure(what, record.values, usual, static_cast<std::size_t>(record.row_size())));
    }
    return values;
  }

  const TextTable& table_;
  const std::span<const Sample> records_;
  const std::size_t group_;
  const std::string& where_;
  std::vector<std::vector<float>> usual_;  ///< a record a line, once follow_usual was called
};

/// Which lines count in the usual record: where all conditions hold.
Result<std::vector<bool>> lines_that_count(const Source& source, const std::vector<std::string>& conditions,
                                           std::size_t lines) {
  std::vector<bool> counts(lines, true);
  for (const std::string& text : conditions) {
    const std::size_t sign = text.find_first_of("<>");
    double bound = 0;
    const char* end = text.data() + text.size();
    if (sign == std::string::npos ||
        std::from_chars(text.data() + sign + 1, end, bound) != std::from_chars_result{end, std::errc()})
      return bad_input(fmt::format("\"{}\" is neither FEATURE<NUMBER nor FEATURE>NUMBER", text), "data.usual_if");
    MOTE_TRY(const std::vector<double> values, source.feature(text.substr(0, sign)));
    for (std::size_t i = 0; i < lines; ++i)
      if (!(text[sign] == '<' ? values[i] < bound : values[i] > bound)) counts[i] = false;
  }
  return counts;
}

}  // namespace

Result<TableFeatures> table_features(const TextTable& table, std::span<const Sample> records,
                                     const FolderOptions& options, const std::string& where) {
  TableFeatures result;
  result.numbers.resize(table.rows.size());
  if (options.features.empty() && options.usual == 0) return result;
  MOTE_TRY(const std::size_t group, table.column(options.group_column, where));
  Source source(table, records, group, where);
  if (options.usual > 0) {
    MOTE_TRY(const auto counts, lines_that_count(source, options.usual_if, table.rows.size()));
    source.follow_usual(options.usual, counts);
  }
  for (const std::string& text : options.features) {
    MOTE_TRY(const std::vector<double> values, source.feature(text));
    for (std::size_t i = 0; i < values.size(); ++i) result.numbers[i].push_back(static_cast<float>(values[i]));
  }
  result.usual = source.take_usual();
  return result;
}

}  // namespace mote
