// See augment_sound.h.
#include "data/augment_sound.h"

#include <algorithm>
#include <cmath>

namespace mote {
namespace {

/// Resamples about the middle by linear interpolation; silence beyond the ends.
void change_speed(double rate, std::span<float> values) {
  const std::vector<float> old(values.begin(), values.end());
  const auto last = static_cast<double>(values.size()) - 1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double at = 0.5 * last + (static_cast<double>(i) - 0.5 * last) * rate;
    if (at < 0 || at >= last) {
      values[i] = 0;
      continue;
    }
    const auto below = static_cast<std::size_t>(at);
    const auto part = static_cast<float>(at - static_cast<double>(below));
    values[i] = old[below] + (old[below + 1] - old[below]) * part;
  }
}

double power(std::span<const float> values) {
  double sum = 0;
  for (const float v : values) sum += static_cast<double>(v) * static_cast<double>(v);
  return sum / static_cast<double>(std::max<std::size_t>(values.size(), 1));
}

/// White noise through a leaky sum whose leak is drawn: from white to brown.
void add_noise(double snr_db, Random& random, std::span<float> values) {
  const double keep = random.uniform(0, 0.98);
  std::vector<float> noise(values.size());
  float state = 0;
  for (float& v : noise) {
    // The sum of three uniform numbers: near enough to normal, and five times as fast.
    const std::uint64_t bits = random.next();
    const auto sum = static_cast<float>((bits & 0x1fffff) + (bits >> 21 & 0x1fffff) + (bits >> 42 & 0x1fffff));
    state = state * static_cast<float>(keep) + (sum / 0x1p20F - 3.0F);
    v = state;
  }
  const double wanted = power(values) / std::pow(10.0, snr_db / 10);
  const auto gain = static_cast<float>(std::sqrt(wanted / std::max(power(noise), 1e-20)));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += gain * noise[i];
}

}  // namespace

void augment_sound(const SoundAugmentation& a, Random& random, std::span<float> values) {
  if (a.speed > 0) change_speed(random.uniform(1 - a.speed, 1 + a.speed), values);
  if (a.tilt > 0) {
    const auto tap = static_cast<float>(random.uniform(-a.tilt, a.tilt));
    float before = 0;
    for (float& v : values) {
      const float now = v;
      v -= tap * before;
      before = now;
    }
  }
  if (a.noise_snr_db.size() == 2) add_noise(random.uniform(a.noise_snr_db[0], a.noise_snr_db[1]), random, values);
  if (a.gain_db > 0) {
    const auto gain = static_cast<float>(std::pow(10.0, random.uniform(-a.gain_db, a.gain_db) / 20));
    for (float& v : values) v *= gain;
  }
}

}  // namespace mote
