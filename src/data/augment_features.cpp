// See augment_features.h.
#include "data/augment_features.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

namespace mote {
namespace {

/// A place between two elements.
struct Between {
  std::size_t low = 0, high = 0;
  float part = 0;
};

Between between(double at, std::int32_t count) {
  const double inside = std::clamp(at, 0.0, static_cast<double>(count - 1));
  const auto low = static_cast<std::size_t>(inside);
  return {low, std::min(low + 1, static_cast<std::size_t>(count - 1)),
          static_cast<float>(inside - static_cast<double>(low))};
}

void resample(const FeatureAugmentation& a, std::int32_t frames, std::int32_t bands, Random& random,
              std::span<float> values) {
  const double pace = random.uniform(1 - a.stretch, 1 + a.stretch);
  const double moved = a.shift > 0 ? random.uniform(-a.shift, a.shift) : 0;
  const double tract = random.uniform(1 - a.vocal_tract, 1 + a.vocal_tract);
  const std::vector<float> old(values.begin(), values.end());
  const auto width = static_cast<std::size_t>(bands);
  std::vector<Between> columns;
  // Low bands hold where they are; the warp grows with frequency, as that of a vocal tract does on the mel scale.
  for (std::int32_t b = 0; b < bands; ++b) columns.push_back(between(b * tract, bands));
  const double middle = 0.5 * (frames - 1);
  for (std::int32_t f = 0; f < frames; ++f) {
    const Between row = between(middle + (f - middle) * pace + moved, frames);
    for (std::size_t b = 0; b < width; ++b) {
      const Between& column = columns[b];
      const auto at = [&](std::size_t r) {
        const float* line = old.data() + r * width;
        return line[column.low] + (line[column.high] - line[column.low]) * column.part;
      };
      const float above = at(row.low);
      values[static_cast<std::size_t>(f) * width + b] = above + (at(row.high) - above) * row.part;
    }
  }
}

/// A random stretch of up to `most` out of `count`.
std::pair<std::int32_t, std::int32_t> draw_gap(std::int32_t most, std::int32_t count, Random& random) {
  const auto length = static_cast<std::int32_t>(random.below(std::min(most, count) + 1));
  const auto first = static_cast<std::int32_t>(random.below(count - length + 1));
  return {first, first + length};
}

/// Four cosines over the bands, each half a wave longer than the one before.
void add_colour(double deviation, std::size_t width, Random& random, std::span<float> values) {
  constexpr int kWaves = 4;
  std::vector<double> curve(width, 0);
  for (int wave = 1; wave <= kWaves; ++wave) {
    const double size = deviation * random.normal() / std::sqrt(0.5 * kWaves);
    for (std::size_t b = 0; b < width; ++b)
      curve[b] +=
          size * std::cos(std::numbers::pi * wave * (static_cast<double>(b) + 0.5) / static_cast<double>(width));
  }
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += static_cast<float>(curve[i % width]);
}

}  // namespace

void augment_features(const FeatureAugmentation& a, std::int32_t frames, std::int32_t bands, Random& random,
                      std::span<float> values) {
  if (a.roll) std::rotate(values.begin(), values.begin() + random.below(frames) * bands, values.end());
  if (a.vocal_tract > 0 || a.stretch > 0 || a.shift > 0) resample(a, frames, bands, random, values);
  const auto width = static_cast<std::size_t>(bands);
  if (a.slope > 0) {
    const double slope = a.slope * random.normal();
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] += static_cast<float>(slope * (static_cast<double>(i % width) / static_cast<double>(width) - 0.5));
  }
  if (a.colour > 0) add_colour(a.colour, width, random, values);
  if (a.noise > 0)
    for (float& v : values) v += static_cast<float>(a.noise * random.normal());
  const float mean = std::accumulate(values.begin(), values.end(), 0.0F) / static_cast<float>(values.size());
  for (std::int32_t i = 0; i < a.time_masks; ++i) {
    const auto [first, end] = draw_gap(a.time_mask, frames, random);
    std::fill(values.begin() + first * bands, values.begin() + end * bands, mean);
  }
  for (std::int32_t i = 0; i < a.frequency_masks; ++i) {
    const auto [first, end] = draw_gap(a.frequency_mask, bands, random);
    for (std::int32_t f = 0; f < frames; ++f)
      std::fill(values.begin() + f * bands + first, values.begin() + f * bands + end, mean);
  }
}

}  // namespace mote
