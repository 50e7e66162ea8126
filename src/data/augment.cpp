// See augment.h.
#include "data/augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace mote {
namespace {

/// Resamples the rows about the middle by linear interpolation; rows beyond the ends repeat the last one there is.
void warp_time(double rate, std::size_t channels, std::span<float> values) {
  const std::vector<float> old(values.begin(), values.end());
  const std::size_t rows = values.size() / channels;
  const double middle = 0.5 * static_cast<double>(rows - 1);
  for (std::size_t row = 0; row < rows; ++row) {
    const double at =
        std::clamp(middle + (static_cast<double>(row) - middle) * rate, 0.0, static_cast<double>(rows - 1));
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, rows - 1);
    const auto part = static_cast<float>(at - static_cast<double>(below));
    for (std::size_t c = 0; c < channels; ++c)
      values[row * channels + c] = old[below * channels + c] * (1.0F - part) + old[above * channels + c] * part;
  }
}

/// Rodrigues' formula for a turn by `angle` about a random axis.
std::array<double, 9> random_rotation(double angle, Random& random) {
  std::array<double, 3> axis{random.normal(), random.normal(), random.normal()};
  const double length = std::sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]) + 1e-12;
  for (double& x : axis) x /= length;
  const auto [x, y, z] = axis;
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  const double t = 1 - c;
  return {t * x * x + c,     t * x * y - s * z, t * x * z + s * y, t * x * y + s * z, t * y * y + c,
          t * y * z - s * x, t * x * z - s * y, t * y * z + s * x, t * z * z + c};
}

void rotate(const std::array<double, 9>& matrix, const Normalisation& units, std::span<float> values) {
  const std::size_t channels = units.gain.size();
  for (std::size_t row = 0; row + channels <= values.size(); row += channels)
    for (std::size_t first = 0; first + 3 <= channels; first += 3) {
      std::array<double, 3> physical{};
      for (std::size_t i = 0; i < 3; ++i)
        physical[i] = static_cast<double>(values[row + first + i] / units.gain[first + i] + units.offset[first + i]);
      for (std::size_t i = 0; i < 3; ++i) {
        const double turned =
            matrix[3 * i] * physical[0] + matrix[3 * i + 1] * physical[1] + matrix[3 * i + 2] * physical[2];
        values[row + first + i] = (static_cast<float>(turned) - units.offset[first + i]) * units.gain[first + i];
      }
    }
}

}  // namespace

std::int32_t draw_time_shift(const Augmentation& augmentation, Random& random) {
  if (augmentation.time_shift == 0) return 0;
  return static_cast<std::int32_t>(random.below(2 * std::int64_t{augmentation.time_shift} + 1)) -
         augmentation.time_shift;
}

void augment(const Augmentation& augmentation, const Normalisation& normalisation, Random& random,
             std::span<float> values) {
  const std::size_t width = normalisation.gain.size();
  if (augmentation.warp > 0) warp_time(random.uniform(1 - augmentation.warp, 1 + augmentation.warp), width, values);
  if (augmentation.rotate_degrees > 0) {
    const double limit = augmentation.rotate_degrees * std::numbers::pi / 180;
    rotate(random_rotation(random.uniform(-limit, limit), random), normalisation, values);
  }
  if (augmentation.scale > 0) {
    for (std::size_t c = 0; c < width; ++c) {
      const auto factor = static_cast<float>(1 + augmentation.scale * random.normal());
      for (std::size_t i = c; i < values.size(); i += width) values[i] *= factor;
    }
  }
  if (augmentation.offset > 0) {
    for (std::size_t c = 0; c < width; ++c) {
      const auto step = static_cast<float>(augmentation.offset * random.normal());
      for (std::size_t i = c; i < values.size(); i += width) values[i] += step;
    }
  }
  if (augmentation.jitter > 0)
    for (float& value : values) value += static_cast<float>(augmentation.jitter * random.normal());
}

}  // namespace mote
