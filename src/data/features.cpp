// Numbers of a table as inputs: quotients of its columns, against a running mean or median of the same group. They say
// what a record alone cannot, such as whether a heartbeat came early. See format.h; the grammar stands in docs/data.md.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <regex>

#include "data/csv.h"
#include "data/format.h"

namespace mote {
namespace {

constexpr int kLongest = 4096;
constexpr double kMissing = -1;  // and so is every negative number

struct Feature {
  std::string above;
  std::string below = {};  ///< empty: nothing is below
  int lines = 0;           ///< of the running statistic below; 0: the line's own number
  bool median = false;
};

Result<Feature> parse_feature(const std::string& text) {
  static const std::regex kForm(R"(([\w.]+)(?:/(?:([\w.]+)|(mean|median)\(([\w.]+),([0-9]{1,4})\)))?)");
  std::smatch match;
  if (!std::regex_match(text, match, kForm))
    return bad_input(fmt::format("\"{}\" is none of column, column/column, column/mean(column,8)", text),
                     "data.features");
  Feature feature{match[1].str()};
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

/// What the record's own numbers span, over all channels, or how far they lie from their mean.
double of_record(const Sample& sample, const std::string& name) {
  if (name == "record.range") {
    const auto [low, high] = std::minmax_element(sample.values.begin(), sample.values.end());
    return static_cast<double>(*high) - static_cast<double>(*low);
  }
  double sum = 0;
  double squares = 0;
  for (const float value : sample.values) sum += static_cast<double>(value);
  const auto count = static_cast<double>(sample.values.size());
  for (const float value : sample.values) squares += std::pow(static_cast<double>(value) - sum / count, 2);
  return std::sqrt(squares / count);
}

/// One number a line: a column, in which negative and empty cells are missing, or one of the records.
Result<std::vector<double>> numbers(const TextTable& table, std::span<const Sample> records, const std::string& name,
                                    const std::string& where) {
  std::vector<double> values;
  if (name == "record.range" || name == "record.deviation") {
    for (const Sample& sample : records) values.push_back(of_record(sample, name));
    return values;
  }
  MOTE_TRY(const std::size_t column, table.column(name, where));
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const std::string& cell = table.rows[i][column];
    double value = kMissing;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (!cell.empty() && (error != std::errc() || end != cell.data() + cell.size() || !(value <= 1e30)))
      return bad_input(fmt::format("\"{}\" in column {} is not a number", cell, name),
                       fmt::format("{}:{}", where, i + 2));
    values.push_back(std::max(value, kMissing));
  }
  return values;
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

}  // namespace

Result<std::vector<std::vector<float>>> table_features(const TextTable& table, std::span<const Sample> records,
                                                       const FolderOptions& options, const std::string& where) {
  std::vector<std::vector<float>> result(table.rows.size());
  if (options.features.empty()) return result;
  MOTE_TRY(const std::size_t group, table.column(options.group_column, where));
  for (const std::string& text : options.features) {
    MOTE_TRY(const Feature feature, parse_feature(text));
    MOTE_TRY(const auto above, numbers(table, records, feature.above, where));
    std::vector<double> below;
    if (!feature.below.empty()) {
      MOTE_TRY(below, numbers(table, records, feature.below, where));
    }
    std::map<std::string, std::vector<double>> last;  // of each group
    for (std::size_t i = 0; i < above.size(); ++i) {
      double divisor = feature.below.empty() ? 1.0 : below[i];
      if (feature.lines > 0) {
        std::vector<double>& window = last[table.rows[i][group]];
        if (below[i] > 0) window.push_back(below[i]);
        if (window.size() > static_cast<std::size_t>(feature.lines)) window.erase(window.begin());
        divisor = window.empty() ? kMissing : statistic(window, feature.median);
      }
      const bool known = above[i] >= 0 && divisor > 0;
      result[i].push_back(known ? static_cast<float>(above[i] / divisor) : (feature.below.empty() ? 0.0F : 1.0F));
    }
  }
  return result;
}

}  // namespace mote
