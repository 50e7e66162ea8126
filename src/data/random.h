// Random numbers that are the same on every machine: a counter hashed by SplitMix64 (Steele, Lea, Flood 2014), and
// plain formulas on it. Where it stands: src/data and src/train draw everything from it (split, order, augmentation,
// initial weights), keyed by what is drawn for, so that results depend neither on the number of threads nor on the
// standard library's distributions.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>
#include <utility>

namespace mote {

/// A well-mixed 64-bit hash of a 64-bit number.
inline std::uint64_t mix64(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

/// FNV-1a, mixed: for keys that are names.
inline std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return mix64(hash);
}

class Random {
 public:
  /// A stream of its own for every combination of keys: Random(seed, epoch, example).
  template <typename... Keys>
  explicit Random(std::uint64_t seed, Keys... keys) : state_(mix64(seed)) {
    ((state_ = mix64(state_ ^ static_cast<std::uint64_t>(keys))), ...);
  }

  std::uint64_t next() { return mix64(state_++); }
  /// In [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// In [0, bound), bound > 0.
  std::int64_t below(std::int64_t bound) { return static_cast<std::int64_t>(uniform() * static_cast<double>(bound)); }
  /// Mean 0, deviation 1 (Box and Muller's transform).
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }
  /// Puts the elements into random order (Fisher and Yates).
  template <typename Vector>
  void shuffle(Vector& items) {
    for (std::size_t i = items.size(); i > 1; --i)
      std::swap(items[i - 1], items[static_cast<std::size_t>(below(static_cast<std::int64_t>(i)))]);
  }

 private:
  std::uint64_t state_;
};

}  // namespace mote
