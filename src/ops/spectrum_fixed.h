// Fixed-point spectra, the arithmetic that device/portable/mote_spectrum.c repeats bit for bit: int16 samples by a Q15
// window make 31-bit numbers, a real FFT of half the length on complex numbers halves them at every stage (so nothing
// overflows), and powers of one frame share an exponent. Where it stands: the integer forms of log_mel, mfcc and
// power_spectrum. Error: about 2^-29 of full scale in a bin, and powers are cut at 2^-31 of the frame's largest.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "ops/spectrum.h"

namespace mote::ops {

/// high 32 bits of the product.
inline std::int32_t high32(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>((std::int64_t{a} * b) >> 32);
}

class FixedSpectrum {
 public:
  enum class Taper : std::uint8_t { hann, none };
  FixedSpectrum(std::int32_t window, std::int32_t fft, Taper shape = Taper::hann);

  /// Spectrum of one frame; power() then gives |X_k / fft|^2 in units of 2^(exponent() - 60).
  void transform(const std::int16_t* frame);
  std::uint32_t power(std::int32_t bin) const;
  /// Real and imaginary part of X_k / fft in Q30.
  std::pair<std::int32_t, std::int32_t> bin(std::int32_t k) const;
  std::int32_t exponent() const { return exponent_; }

 private:
  void butterflies();
  void split();

  std::int32_t fft_;
  std::int32_t exponent_ = 0;
  std::int32_t length_;
  std::vector<std::int16_t> window_;  ///< empty: nothing is tapered
  std::vector<std::int32_t> sine_;
  std::vector<std::int32_t> data_;  ///< fft / 2 complex numbers; the first holds the real bins 0 and fft / 2
};

/// log2 of v >= 1 in Q16: 64 steps an octave, straight lines between; error below 6e-5.
std::int32_t fixed_log2(std::uint64_t v, const std::vector<std::uint16_t>& table);

/// Calls `use` with the energy of each band in units of 2^(exponent() - 75), in order. `rise` is in Q15.
template <typename Use>
void for_each_band(const FixedSpectrum& spectrum, const MelBank& bank, const std::vector<std::uint16_t>& rise,
                   const Use& use) {
  std::uint64_t rising = 0;
  for (std::size_t j = 0; j + 1 < bank.edges.size(); ++j) {
    std::uint64_t sum = 0;
    std::uint64_t up = 0;
    for (std::int32_t k = bank.edges[j]; k < bank.edges[j + 1]; ++k) {
      const std::uint64_t p = spectrum.power(k);
      sum += p;
      up += p * rise[static_cast<std::size_t>(k - bank.edges.front())];
    }
    if (j > 0) use(rising + ((sum << 15) - up));
    rising = up;
  }
}

/// log2(mel energy + floor) of each band in Q16, of the frame that `spectrum` holds. `rise` is in Q15.
void fixed_log_mel(const FixedSpectrum& spectrum, const MelBank& bank, const std::vector<std::uint16_t>& rise,
                   std::uint64_t floor, const std::vector<std::uint16_t>& log2, std::vector<std::int32_t>& out);

}  // namespace mote::ops
