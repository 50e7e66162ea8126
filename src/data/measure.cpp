// See measure.h.
#include "data/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <regex>
#include <vector>

namespace mote {
namespace {

using Kind = Measure::Kind;
constexpr std::size_t kSlopeRows = 4;
constexpr double kWidthHeight = 0.4;

/// Sums over a pair of records.
struct Moments {
  double a = 0, b = 0, aa = 0, bb = 0, ab = 0;  ///< means of the values, variances and covariance
};

Moments moments(std::span<const float> x, std::span<const float> y) {
  Moments m;
  const auto count = static_cast<double>(std::max<std::size_t>(x.size(), 1));
  for (std::size_t i = 0; i < x.size(); ++i) {
    m.a += static_cast<double>(x[i]) / count;
    m.b += static_cast<double>(y[i]) / count;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double a = static_cast<double>(x[i]) - m.a;
    const double b = static_cast<double>(y[i]) - m.b;
    m.aa += a * a / count;
    m.bb += b * b / count;
    m.ab += a * b / count;
  }
  return m;
}

double range(std::span<const float> x) {
  if (x.empty()) return 0;
  const auto [low, high] = std::minmax_element(x.begin(), x.end());
  return static_cast<double>(*high) - static_cast<double>(*low);
}

/// Largest or mean change over kSlopeRows rows.
double change(std::span<const float> x, std::size_t channels, bool largest) {
  const std::size_t step = kSlopeRows * channels;
  if (x.size() <= step) return 0;
  double most = 0;
  double sum = 0;
  for (std::size_t i = step; i < x.size(); ++i) {
    const double d = std::fabs(static_cast<double>(x[i]) - static_cast<double>(x[i - step]));
    most = std::max(most, d);
    sum += d;
  }
  return largest ? most : sum / static_cast<double>(x.size() - step);
}

double median(std::span<const float> x) {
  std::vector<float> values(x.begin(), x.end());
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return static_cast<double>(*middle);
}

double width(std::span<const float> x, double base) {
  double most = 0;
  for (const float value : x) most = std::max(most, std::fabs(static_cast<double>(value) - base));
  return static_cast<double>(std::count_if(x.begin(), x.end(), [&](float value) {
    return std::fabs(static_cast<double>(value) - base) > kWidthHeight * most;
  }));
}

}  // namespace

Result<std::optional<Measure>> parse_measure(const std::string& name) {
  static const std::regex kForm(R"((record|usual)\.(\w+)(?:\[([0-9]{1,6}):([0-9]{1,6})\])?)");
  constexpr std::array kNames = {"range", "deviation", "slope", "length", "width", "similarity", "difference"};
  std::smatch match;
  if (!std::regex_match(name, match, kForm)) return std::optional<Measure>();
  const auto* const at = std::find(kNames.begin(), kNames.end(), match[2].str());
  if (at == kNames.end()) return std::optional<Measure>();
  Measure what{static_cast<Kind>(at - kNames.begin()), match[1].str() == "usual", 0, 0};
  if (match[3].matched) {
    what.first = std::stoul(match[3].str());
    what.last = std::stoul(match[4].str());
    if (what.last <= what.first) return bad_input(fmt::format("\"{}\" has no rows", name), "data.features");
  }
  return std::optional<Measure>(what);
}

double measure(const Measure& what, std::span<const float> record, std::span<const float> usual, std::size_t channels) {
  const auto stretch = [&](std::span<const float> all) {
    const std::size_t end = what.last == 0 ? all.size() : std::min(all.size(), what.last * channels);
    const std::size_t begin = std::min(end, what.first * channels);
    return all.subspan(begin, end - begin);
  };
  const std::span<const float> whole = what.of_usual ? usual : record;
  const std::span<const float> x = stretch(whole);
  switch (what.kind) {
    case Kind::range:
      return range(x);
    case Kind::deviation:
      return std::sqrt(moments(x, x).aa);
    case Kind::slope:
    case Kind::length:
      return change(x, channels, what.kind == Kind::slope);
    case Kind::width:
      return width(x, median(whole));
    case Kind::similarity:
    case Kind::difference:
      break;
  }
  const Moments m = moments(x, stretch(usual));
  if (what.kind == Kind::similarity) return m.aa > 0 && m.bb > 0 ? m.ab / std::sqrt(m.aa * m.bb) : 0;
  return m.bb > 0 ? std::sqrt(std::max(0.0, m.aa - 2 * m.ab + m.bb) / m.bb) : 1;
}

}  // namespace mote
