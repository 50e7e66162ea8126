// Random changes to pictures: mirrored, turned, zoomed and moved in one resampling, then colours, then a blank
// rectangle (DeVries and Taylor 2017; Zhong et al. 2017). See augment.h.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "data/augment.h"

namespace mote {
namespace {

struct Size {
  std::int32_t height, width;
  std::size_t channels;
};

/// Pixel (y, x) comes from (y0 + yy y + yx x, x0 + xy y + xx x); beyond the edge, the edge is repeated.
struct Affine {
  double yy = 1, yx = 0, y0 = 0, xy = 0, xx = 1, x0 = 0;
};

Affine draw_affine(const Augmentation& a, const Size& size, Random& random) {
  const bool both = a.flip == "both";
  const bool across = (both || a.flip == "horizontal") && random.uniform() < 0.5;
  const bool down = (both || a.flip == "vertical") && random.uniform() < 0.5;
  const double turn = a.rotate_degrees * std::numbers::pi / 180;
  const double angle = turn > 0 ? random.uniform(-turn, turn) : 0;
  const double step = a.zoom > 0 ? random.uniform(1 / (1 + a.zoom), 1 + a.zoom) : 1;
  const auto moved = [&] {
    return a.crop > 0 ? static_cast<double>(random.below(2 * std::int64_t{a.crop} + 1) - a.crop) : 0.0;
  };
  const double move_y = moved();
  const double move_x = moved();
  Affine m;
  m.yy = (down ? -step : step) * std::cos(angle);
  m.yx = step * std::sin(angle);
  m.xy = -step * std::sin(angle);
  m.xx = (across ? -step : step) * std::cos(angle);
  const double middle_y = 0.5 * (size.height - 1);
  const double middle_x = 0.5 * (size.width - 1);
  m.y0 = middle_y + move_y - m.yy * middle_y - m.yx * middle_x;
  m.x0 = middle_x + move_x - m.xy * middle_y - m.xx * middle_x;
  return m;
}

/// Bilinear.
void resample(const Affine& m, const Size& size, std::span<float> values) {
  const std::vector<float> old(values.begin(), values.end());
  const std::size_t c = size.channels;
  for (std::int32_t y = 0; y < size.height; ++y)
    for (std::int32_t x = 0; x < size.width; ++x) {
      const double from_y = std::clamp(m.y0 + m.yy * y + m.yx * x, 0.0, size.height - 1.0);
      const double from_x = std::clamp(m.x0 + m.xy * y + m.xx * x, 0.0, size.width - 1.0);
      const auto top = static_cast<std::size_t>(from_y);
      const auto left = static_cast<std::size_t>(from_x);
      const std::size_t bottom = std::min(top + 1, static_cast<std::size_t>(size.height - 1));
      const std::size_t right = std::min(left + 1, static_cast<std::size_t>(size.width - 1));
      const auto part_y = static_cast<float>(from_y - static_cast<double>(top));
      const auto part_x = static_cast<float>(from_x - static_cast<double>(left));
      const auto width = static_cast<std::size_t>(size.width);
      const float* const above = old.data() + top * width * c;
      const float* const below = old.data() + bottom * width * c;
      float* out = values.data() + (static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x)) * c;
      for (std::size_t k = 0; k < c; ++k) {
        const float upper = above[left * c + k] * (1.0F - part_x) + above[right * c + k] * part_x;
        const float lower = below[left * c + k] * (1.0F - part_x) + below[right * c + k] * part_x;
        out[k] = upper * (1.0F - part_y) + lower * part_y;
      }
    }
}

void change_colours(const Augmentation& a, const Size& size, Random& random, std::span<float> values) {
  if (a.contrast > 0) {
    double sum = 0;
    for (const float value : values) sum += static_cast<double>(value);
    const auto mean = static_cast<float>(sum / static_cast<double>(values.size()));
    const auto factor = static_cast<float>(random.uniform(1 - a.contrast, 1 + a.contrast));
    for (float& value : values) value = mean + (value - mean) * factor;
  }
  const auto light = static_cast<float>(a.brightness > 0 ? random.uniform(-a.brightness, a.brightness) : 0.0);
  for (std::size_t c = 0; c < size.channels; ++c) {
    const auto factor = static_cast<float>(a.scale > 0 ? 1 + a.scale * random.normal() : 1.0);
    const auto raised = static_cast<float>(a.offset > 0 ? a.offset * random.normal() : 0.0) + light;
    if (factor == 1.0F && raised == 0.0F) continue;
    for (std::size_t i = c; i < values.size(); i += size.channels) values[i] = values[i] * factor + raised;
  }
  if (a.jitter > 0)
    for (float& value : values) value += static_cast<float>(a.jitter * random.normal());
}

/// A rectangle, which may hang over the edge, takes the picture's mean.
void cut_out(double most, const Size& size, Random& random, std::span<float> values) {
  if (random.uniform() < 0.5) return;
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value);
  const auto mean = static_cast<float>(sum / static_cast<double>(values.size()));
  const auto stretch = [&](std::int32_t all) {
    const double length = random.uniform(0, most) * all;
    const double middle = random.uniform(0, all);
    const auto limit = [&](double at) { return std::clamp(static_cast<std::int32_t>(std::lround(at)), 0, all); };
    return std::pair(limit(middle - length / 2), limit(middle + length / 2));
  };
  const auto [top, bottom] = stretch(size.height);
  const auto [left, right] = stretch(size.width);
  for (std::int32_t y = top; y < bottom; ++y) {
    const std::size_t row = static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width);
    std::fill(values.begin() + static_cast<std::ptrdiff_t>((row + static_cast<std::size_t>(left)) * size.channels),
              values.begin() + static_cast<std::ptrdiff_t>((row + static_cast<std::size_t>(right)) * size.channels),
              mean);
  }
}

}  // namespace

void augment_picture(const Augmentation& a, const Shape& shape, float clip, Random& random, std::span<float> values) {
  const Size size{shape[0], shape[1], static_cast<std::size_t>(shape[2])};
  if (a.flip != "none" || a.rotate_degrees > 0 || a.zoom > 0 || a.crop > 0)
    resample(draw_affine(a, size, random), size, values);
  change_colours(a, size, random, values);
  if (a.cutout > 0) cut_out(a.cutout, size, random, values);
  if (clip > 0)
    for (float& value : values) value = std::clamp(value, -clip, clip);
}

double draw_share(double shape, Random& random) {
  // Johnk's way, in logarithms since small shapes underflow.
  for (;;) {
    const double a = std::log(1 - random.uniform()) / shape;
    const double b = std::log(1 - random.uniform()) / shape;
    const double larger = std::max(a, b);
    const double sum = larger + std::log(std::exp(a - larger) + std::exp(b - larger));
    if (sum <= 0) return std::exp(a - sum);
  }
}

}  // namespace mote
