// See normalise.h.
#include "data/normalise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mote {
namespace {

/// 3.141 -> 3.2: a full scale that a person can remember.
double round_up_two_digits(double value) {
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - 1.0);
  return std::ceil(value / unit - 1e-9) * unit;
}

std::vector<float> channel_values(const Dataset& data, std::span<const std::int32_t> which, std::size_t channel,
                                  std::size_t channels) {
  std::vector<float> values;
  for (const std::int32_t index : which) {
    const Sample& sample = data.samples[static_cast<std::size_t>(index)];
    for (std::size_t i = channel; i < sample.values.size(); i += channels) values.push_back(sample.values[i]);
  }
  return values;
}

}  // namespace

void Normalisation::apply(std::span<float> values) const {
  const std::size_t channels = offset.size();
  for (std::size_t i = 0, c = 0; i < values.size(); ++i) {
    const float x = (values[i] - offset[c]) * gain[c];
    values[i] = clip > 0 ? std::clamp(x, -clip, clip) : x;
    if (++c == channels) c = 0;
  }
}

Result<Normalisation> fit_normalisation(const std::string& kind, double percentile, const Dataset& data,
                                        std::span<const std::int32_t> which) {
  if (kind != "none" && kind != "range" && kind != "standard")
    return bad_input(fmt::format("\"{}\" is not one of none, range, standard", kind), "input.normalise");
  const auto channels = static_cast<std::size_t>(data.samples.front().shape.back());
  Normalisation fitted;
  fitted.offset.assign(channels, 0.0F);
  fitted.gain.assign(channels, 1.0F);
  if (kind == "none") return fitted;
  fitted.clip = kind == "range" ? 1.0F : 6.0F;
  for (std::size_t c = 0; c < channels; ++c) {
    std::vector<float> values = channel_values(data, which, c, channels);
    if (values.empty()) return bad_input("there is nothing to fit the normalisation on", "input.normalise");
    if (kind == "range") {
      for (float& value : values) value = std::fabs(value);
      const auto rank = static_cast<std::ptrdiff_t>(percentile / 100.0 * static_cast<double>(values.size() - 1));
      std::nth_element(values.begin(), values.begin() + rank, values.end());
      const double full_scale = static_cast<double>(values[static_cast<std::size_t>(rank)]);
      if (full_scale > 0) fitted.gain[c] = static_cast<float>(1.0 / round_up_two_digits(full_scale));
    } else {
      double sum = 0;
      double squares = 0;
      for (const float value : values) sum += static_cast<double>(value);
      const double mean = sum / static_cast<double>(values.size());
      for (const float value : values)
        squares += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
      const double deviation = std::sqrt(squares / static_cast<double>(values.size()));
      fitted.offset[c] = static_cast<float>(mean);
      if (deviation > 0) fitted.gain[c] = static_cast<float>(1.0 / deviation);
    }
  }
  return fitted;
}

}  // namespace mote
