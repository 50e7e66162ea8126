// See spectrum_fixed.h.
#include "ops/spectrum_fixed.h"

#include <algorithm>
#include <bit>

namespace mote::ops {

FixedSpectrum::FixedSpectrum(std::int32_t window, std::int32_t fft, Taper shape)
    : fft_(fft),
      length_(window),
      window_(shape == Taper::hann ? window_table(window) : std::vector<std::int16_t>()),
      sine_(sine_table(fft)),
      data_(static_cast<std::size_t>(fft)) {}

void FixedSpectrum::transform(const std::int16_t* frame) {
  const auto n = static_cast<std::size_t>(fft_);
  const auto sample = [&](std::size_t i) {
    if (i >= static_cast<std::size_t>(length_)) return 0;
    return std::int32_t{frame[i]} * (window_.empty() ? 32768 : window_[i]);
  };
  // Even samples are real parts, odd ones imaginary; the order is bit-reversed.
  for (std::size_t i = 0, j = 0; i < n / 2; ++i) {
    data_[2 * j] = sample(2 * i);
    data_[2 * j + 1] = sample(2 * i + 1);
    std::size_t bit = n >> 2;
    for (; (j & bit) != 0; bit >>= 1) j ^= bit;
    j |= bit;
  }
  butterflies();
  split();
  std::uint32_t all = 0;
  for (const std::int32_t v : data_) all |= static_cast<std::uint32_t>(v < 0 ? ~v : v);
  exponent_ = std::max(0, 2 * static_cast<std::int32_t>(std::bit_width(all)) - 30);
}

void FixedSpectrum::butterflies() {
  const auto n = static_cast<std::size_t>(fft_);
  for (std::size_t half = 1; half < n / 2; half *= 2)
    for (std::size_t j = 0; j < half; ++j) {
      const std::size_t angle = j * (n / (2 * half));
      const std::int32_t s = sine_[angle];
      const std::int32_t c = sine_[angle + n / 4];
      for (std::size_t at = j; at < n / 2; at += 2 * half) {
        std::int32_t* a = &data_[2 * at];
        std::int32_t* b = &data_[2 * (at + half)];
        const std::int32_t tr = j == 0 ? b[0] >> 1 : high32(c, b[0]) + high32(s, b[1]);
        const std::int32_t ti = j == 0 ? b[1] >> 1 : high32(c, b[1]) - high32(s, b[0]);
        b[0] = (a[0] >> 1) - tr;
        b[1] = (a[1] >> 1) - ti;
        a[0] = (a[0] >> 1) + tr;
        a[1] = (a[1] >> 1) + ti;
      }
    }
}

void FixedSpectrum::split() {
  const auto n = static_cast<std::size_t>(fft_);
  const std::int32_t dc_r = data_[0] >> 1;
  const std::int32_t dc_i = data_[1] >> 1;
  data_[0] = dc_r + dc_i;
  data_[1] = dc_r - dc_i;
  for (std::size_t k = 1; k <= n / 4; ++k) {
    std::int32_t* a = &data_[2 * k];
    std::int32_t* b = &data_[2 * (n / 2 - k)];
    const std::int32_t er = (a[0] >> 1) + (b[0] >> 1);
    const std::int32_t ei = (a[1] >> 1) - (b[1] >> 1);
    const std::int32_t odd_r = (a[1] >> 1) + (b[1] >> 1);
    const std::int32_t odd_i = (b[0] >> 1) - (a[0] >> 1);
    const std::int32_t s = sine_[k];
    const std::int32_t c = sine_[k + n / 4];
    const std::int32_t tr = high32(c, odd_r) + high32(s, odd_i);
    const std::int32_t ti = high32(c, odd_i) - high32(s, odd_r);
    b[0] = (er >> 1) - tr;
    b[1] = ti - (ei >> 1);
    a[0] = (er >> 1) + tr;
    a[1] = (ei >> 1) + ti;
  }
}

std::pair<std::int32_t, std::int32_t> FixedSpectrum::bin(std::int32_t k) const {
  if (k == 0) return {data_[0], 0};
  if (k == fft_ / 2) return {data_[1], 0};
  const auto at = 2 * static_cast<std::size_t>(k);
  return {data_[at], data_[at + 1]};
}

std::uint32_t FixedSpectrum::power(std::int32_t k) const {
  const auto [real, imaginary] = bin(k);
  const std::int64_t re = real;
  const std::int64_t im = imaginary;
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(re * re + im * im) >> exponent_);
}

std::int32_t fixed_log2(std::uint64_t v, const std::vector<std::uint16_t>& table) {
  const auto width = static_cast<int>(std::bit_width(v));
  const auto mantissa = static_cast<std::uint32_t>(width > 32 ? v >> (width - 32) : v << (32 - width));
  const std::uint32_t index = (mantissa >> 25) & 63;
  const std::uint32_t part = (mantissa >> 9) & 0xffff;
  const std::uint32_t step = std::uint32_t{table[index + 1]} - table[index];
  return ((width - 1) << 16) + static_cast<std::int32_t>(table[index] + ((step * part) >> 16));
}

void fixed_log_mel(const FixedSpectrum& spectrum, const MelBank& bank, const std::vector<std::uint16_t>& rise,
                   std::uint64_t floor, const std::vector<std::uint16_t>& log2, std::vector<std::int32_t>& out) {
  const std::int32_t exponent = spectrum.exponent();
  const std::uint64_t lowest = floor >> exponent;
  out.clear();
  for_each_band(spectrum, bank, rise, [&](std::uint64_t energy) {
    out.push_back(fixed_log2(std::max<std::uint64_t>(energy + lowest, 1), log2) + (exponent - 75) * 65536);
  });
}

}  // namespace mote::ops
